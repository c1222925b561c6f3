import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { findChromium } from "./support/browser.ts";
import { CustomJwt } from "./support/custom-jwt.ts";
import { DeployedApp } from "./support/deployed-app.ts";
import { PageServer } from "./support/page-server.ts";
import { fixture } from "./support/start-app.ts";

const found = findChromium();
const skip = "missing" in found ? found.missing : false;
const jwt = new CustomJwt();

describe("official React clients in a browser", { skip }, () => {
  let app: DeployedApp;
  let server: PageServer;
  let browser: Browser;
  const errors: string[] = [];
  before(async () => {
    [app, server, browser] = await Promise.all([
      DeployedApp.start({ copyOf: fixture("clients"), files: { "convex/auth.config.ts": jwt.authConfig } }),
      PageServer.start(`${fixture("clients")}/page/main.tsx`),
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

  async function open(scene: string, list: string = scene): Promise<Page> {
    const page = await browser.newPage();
    page.on("pageerror", ({ message }) => errors.push(message));
    const { promise, resolve } = Promise.withResolvers<void>();
    page.once("load", () => resolve());
    await page.goto(`${server.url}/?scene=${scene}&list=${list}&api=${encodeURIComponent(app.api)}`);
    await promise;
    return page;
  }

  async function shows(page: Page, label: string, value: unknown): Promise<void> {
    const text = JSON.stringify(value);
    await page.getByLabel(label, { exact: true }).getByText(text, { exact: true }).waitFor();
  }

  /** All that it has shown, in order. */
  async function shown(page: Page, label: string): Promise<readonly unknown[]> {
    const texts = await page.evaluate<string[]>(`window.shown[${JSON.stringify(label)}]`);
    return texts.map((text) => (text === "undefined" ? undefined : JSON.parse(text)));
  }

  async function click(page: Page, name: string): Promise<void> {
    await page.getByRole("button", { name, exact: true }).click();
  }

  function add(list: string, text: string, rank = 0): Promise<unknown> {
    return app.run("mutation", "items:add", { list, text, rank });
  }

  const numbers = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, i) => String(from + i));

  it("show an optimistic update until the result that holds its effect, and neither both nor none", async () => {
    const page = await open("optimistic");
    await shows(page, "items", []);
    await click(page, "Good");
    await shows(page, "settled", { value: 4 });
    assert.deepEqual(await shown(page, "items"), [undefined, [], ["good?"], ["good"]]);
    await click(page, "Bad");
    await shows(page, "settled", { error: "no" });
    assert.deepEqual((await shown(page, "items")).slice(4), [["good", "bad?"], ["good"]]);
  });

  it("load a paginated query page by page, without gaps while rows come", async () => {
    await app.run("mutation", "items:fill", { list: "paginated", count: 25 });
    const page = await open("paginated");
    await shows(page, "items", numbers(0, 10));
    await add("paginated", "in the first page", 4.5);
    const grown = [...numbers(0, 5), "in the first page", ...numbers(5, 10)];
    await shows(page, "items", grown);
    await click(page, "More");
    await shows(page, "items", [...grown, ...numbers(10, 20)]);
    await click(page, "More");
    await shows(page, "items", [...grown, ...numbers(10, 25)]);
    await add("paginated", "the last", 100);
    await shows(page, "items", [...grown, ...numbers(10, 25), "the last"]);
    assert.deepEqual(await shown(page, "status"), [
      "LoadingFirstPage",
      "CanLoadMore",
      "LoadingMore",
      "CanLoadMore",
      "LoadingMore",
      "Exhausted",
    ]);
  });

  it("split a page that has grown too large, and show the same rows", async () => {
    await app.run("mutation", "items:fill", { list: "split", count: 15 });
    const page = await open("paginated", "split");
    await shows(page, "items", numbers(0, 10));
    const more = numbers(0, 25).map((text) => `between ${text}`);
    for (const [i, text] of more.entries()) await add("split", text, 4 + (i + 1) / 100);
    await shows(page, "items", [...numbers(0, 5), ...more, ...numbers(5, 10)]);
    await add("split", "after the split", 4.001);
    await shows(page, "items", [...numbers(0, 5), "after the split", ...more, ...numbers(5, 10)]);
  });

  it("show several queries by one hook at one moment, and the failure of one", async () => {
    const page = await open("several");
    await shows(page, "both", [[], "0n"]);
    await shows(page, "failure", ["ConvexError", { reason: "always" }]);
    for (let i = 0; i < 20; i++) await add("several", `${i}`);
    await shows(page, "both", [numbers(0, 20), "20n"]);
    for (const state of await shown(page, "both")) {
      const [items, count] = state as [string[] | null, string | null];
      assert.equal(count, items === null ? null : `${items.length}n`);
    }
  });

  it("change who asks, by tokens of a custom provider, and back", async () => {
    const page = await open("auth");
    let user = "ada";
    const forced: boolean[] = [];
    await page.exposeFunction("fetchToken", (force: boolean) => {
      forced.push(force);
      return jwt.token(user);
    });
    await shows(page, "user", "nobody");
    await click(page, "Sign in");
    await shows(page, "authenticated", true);
    await shows(page, "user", "ada");
    user = "bea";
    await click(page, "Sign in");
    await shows(page, "user", "bea");
    await click(page, "Sign out");
    await shows(page, "user", "nobody");
    // What nobody's identity has to do with was not sent again.
    assert.deepEqual(await shown(page, "items"), [undefined, []]);
    assert.ok(forced.includes(true), "a fresh token follows one that may be old");
  });

  it("get a fresh token before the one in use expires, and go on as before", async () => {
    const page = await open("auth", "refreshed");
    let tokens = 0;
    await page.exposeFunction("fetchToken", () => {
      tokens++;
      // The client asks for the next one ten seconds before it runs out.
      return jwt.token("ada", 12_000);
    });
    await click(page, "Sign in");
    await shows(page, "user", "ada");
    const before = tokens;
    for (; tokens < before + 2; ) await page.waitForTimeout(50);
    await add("refreshed", "later");
    await shows(page, "items", ["later"]);
    assert.deepEqual(await shown(page, "user"), [undefined, "nobody", "ada"]);
  });

  it("come back after a restart of the server, with what was asked for meanwhile, once", async () => {
    await add("restarted", "before");
    const page = await open("optimistic", "restarted");
    await shows(page, "items", ["before"]);
    await app.close();
    await shows(page, "connected", false);
    await click(page, "Good");
    await shows(page, "items", ["before", "good?"]);
    await app.open();
    await shows(page, "settled", { value: 4 });
    await shows(page, "items", ["before", "good"]);
    assert.deepEqual(await shown(page, "items"), [
      undefined,
      ["before"],
      ["before", "good?"],
      ["before", "good"],
    ]);
    await add("restarted", "after");
    await shows(page, "items", ["before", "good", "after"]);
  });

  it("work through the hooks of @tanstack/react-query", async () => {
    const page = await open("react-query");
    await shows(page, "items", []);
    await shows(page, "failure", { reason: "always" });
    await add("react-query", "from elsewhere");
    await shows(page, "items", ["from elsewhere"]);
    await click(page, "Good");
    await shows(page, "added", 4);
    await shows(page, "items", ["from elsewhere", "good"]);
  });

  it("threw nothing that a page would have to catch", () => assert.deepEqual(errors, []));
});
