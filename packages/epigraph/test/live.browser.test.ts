import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { findChromium } from "./support/browser.ts";
import { DeployedApp } from "./support/deployed-app.ts";
import { PageServer } from "./support/page-server.ts";
import { fixture } from "./support/start-app.ts";

const found = findChromium();
const skip = "missing" in found ? found.missing : false;

describe("live results in a page of another origin", { skip }, () => {
  let app: DeployedApp;
  let server: PageServer;
  let browser: Browser;
  before(async () => {
    [app, server, browser] = await Promise.all([
      DeployedApp.start({ copyOf: fixture("live") }),
      PageServer.start(`${fixture("live")}/page/main.ts`),
      chromium.launch({
        executablePath: (found as { readonly path: string }).path,
        args: ["--no-sandbox"],
      }),
    ]);
  });
  after(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await app?.[Symbol.asyncDispose]();
  });

  function urlOf(path: string, args: object): string {
    return `${app.api}/api/live?path=${path}&args=${encodeURIComponent(JSON.stringify(args))}`;
  }

  async function open(path: string, args: object): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`${server.url}/?url=${encodeURIComponent(urlOf(path, args))}`);
    return page;
  }

  async function received(page: Page, expected: readonly unknown[]): Promise<void> {
    const text = JSON.stringify(expected);
    await page.waitForFunction(`JSON.stringify(window.received) === ${JSON.stringify(text)}`);
  }

  const send = (channel: string, body: string): Promise<unknown> =>
    app.run("mutation", "messages:send", { channel, body });

  it("come by EventSource, which goes on behind a restart of the server where it was", async () => {
    const page = await open("messages:list", { channel: "a" });
    await received(page, [[]]);
    await send("a", "one");
    await received(page, [[], ["one"]]);
    await app.close();
    await received(page, [[], ["one"], "broken"]);
    await app.open();
    await page.waitForEvent("response", (response) => response.url().includes("/api/live"));
    await send("a", "two");
    await page.waitForFunction("window.received.at(-1).length === 2");
    // Nothing came twice.
    const values = await page.evaluate<unknown[]>(`window.received.filter((value) => value !== "broken")`);
    assert.deepEqual(values, [[], ["one"], ["one", "two"]]);
  });

  it("tell failures from broken connections", async () => {
    const page = await open("messages:switched", { channel: "a" });
    await received(page, ["failure"]);
    await app.run("mutation", "messages:switchOn");
    await page.waitForFunction("window.received.length === 2 && typeof window.received[1] === 'number'");
  });

  it("are fetched anew only when they have changed, by the browser itself", async () => {
    const page = await open("messages:list", { channel: "elsewhere" });
    const url = urlOf("messages:list", { channel: "b" });
    // The page itself never sees a 304.
    const sizes: Promise<{ readonly responseBodySize: number }>[] = [];
    page.on("requestfinished", (request) => {
      if (request.url() === url) sizes.push(request.sizes());
    });
    const get = (): Promise<unknown> =>
      page.evaluate<unknown>(`(async () => {
        const answer = await fetch(${JSON.stringify(url)}, { headers: { Accept: "application/json" } });
        return [answer.headers.get("etag") !== null, (await answer.json()).value];
      })()`);
    assert.deepEqual(
      [await get(), await get()],
      [
        [true, []],
        [true, []],
      ],
    );
    await send("b", "one");
    assert.deepEqual(await get(), [true, ["one"]]);
    const bodies = (await Promise.all(sizes)).map(({ responseBodySize }) => responseBodySize);
    assert.deepEqual(
      bodies.map((size) => size > 0),
      [true, false, true],
    );
  });
});
