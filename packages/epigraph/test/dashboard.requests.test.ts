import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { Page } from "playwright-core";
import { findChromium } from "./support/browser.ts";
import { DashboardPage } from "./support/dashboard-page.ts";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, startApp } from "./support/start-app.ts";

const chrome = findChromium();
const HOSTILE = `"\`\${process.exit(7)}\u2028*/\u202e</script>\n\\`;

interface TestRun {
  readonly code: number;
  readonly output: string;
}

describe("the request inspector", { skip: "missing" in chrome ? chrome.missing : false }, () => {
  let app: RunningApp;
  let dashboard: DashboardPage;
  let page: Page;
  const folder = mkdtempSync(join(tmpdir(), "epigraph-saved-tests-"));

  const post = (
    query: string,
    body: object | string,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    fetch(`${app.site}/postMessage${query}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const choose = (name: RegExp): Promise<void> =>
    page.getByRole("navigation", { name: "Requests" }).getByRole("button", { name }).first().click();

  /** Saves what is shown as a test. @returns its path. */
  const saveTest = async (runner: "node:test" | "vitest" = "node:test"): Promise<string> => {
    await page.getByRole("button", { name: "Save as test" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Test runner").selectOption(runner);
    await dashboard.checkAccessibility();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("button", { name: /^Save .*\.test\.mjs$/ }).click(),
    ]);
    await page.keyboard.press("Escape");
    const path = join(folder, download.suggestedFilename());
    await download.saveAs(path);
    return path;
  };
  const runTest = (path: string, env: Record<string, string> = {}): Promise<TestRun> => {
    const { NODE_TEST_CONTEXT: _nested, ...own } = process.env;
    return new Promise((resolve) => {
      execFile(process.execPath, ["--test", path], { env: { ...own, ...env } }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), output: out + err }),
      );
    });
  };

  before(async () => {
    app = await startApp({ copyOf: fixture("dashboard") });
    dashboard = await DashboardPage.open(app, (chrome as { readonly path: string }).path);
    page = dashboard.page;
  });
  after(async () => {
    await dashboard?.[Symbol.asyncDispose]();
    await app?.stop();
    rmSync(folder, { recursive: true });
  });

  it("shows on a timeline what a request ran, with arguments, result, reads and writes", async () => {
    await post("?timeline", { author: "Ada", body: "On the timeline" });
    await dashboard.go("/requests");
    await choose(/200 POST \/postMessage\?timeline/);
    const timeline = page.getByRole("region", { name: "Timeline" });
    await timeline.getByText(/messages:send/).click();
    await timeline.getByText('"body": "On the timeline"').waitFor();
    await timeline.getByText("write messages: 1").waitFor();
    await timeline.getByText(/LOG {2}'a message of' 'Ada'/).waitFor();
    await timeline.getByText(/0 read, 1 written/).waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("requests");
  });

  it("compares two requests side by side, with what differs marked", async () => {
    await post("?compare", { author: "Ada", body: "One" });
    await post("?compare", { author: "Grace", body: "One" });
    await choose(/200 POST \/postMessage\?compare/);
    const first = new URL(page.url()).searchParams.get("id");
    const other = String(Number(first) - 1);
    await page.getByLabel("Compare with").selectOption(other);
    const request = page.getByRole("region", { name: "Request" });
    await request.getByRole("deletion").getByText('"author": "Ada"').waitFor();
    await request.getByRole("insertion").getByText('"author": "Grace"').waitFor();
    assert.equal(await request.getByRole("deletion").getByText('"body"').count(), 0);
    await page.getByRole("region", { name: "Calls" }).getByRole("insertion").first().waitFor();
    await page.getByRole("region", { name: "Log" }).getByRole("insertion").getByText("'Grace'").waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("compare");
    await page.reload();
    await request.getByRole("deletion").first().waitFor();
    await page.getByRole("button", { name: "Swap" }).click();
    await request.getByRole("deletion").getByText('"author": "Grace"').waitFor();
    await page.getByRole("button", { name: "Close" }).click();
    await page.getByRole("heading", { name: "POST /postMessage?compare" }).waitFor();
  });

  it("saves a request as a test, which fails when the answer is another", async () => {
    await post("?test", { author: "Ada", body: HOSTILE });
    await choose(/200 POST \/postMessage\?test/);
    const path = await saveTest();
    assert.match(path, /post-post-message\.test\.mjs$/);
    const env = { CONVEX_SITE_URL: app.site };
    const good = await runTest(path, env);
    assert.equal(good.code, 0, good.output);
    const list = await new ConvexHttpClient(app.api).query(makeFunctionReference<"query">("messages:list"));
    assert.equal((list as { body: string }[]).filter(({ body }) => body === HOSTILE).length, 2);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace('"{\\"id\\":', '"{\\"ids\\":'));
    const bad = await runTest(path, env);
    assert.equal(bad.code, 1, bad.output);
  });

  it("saves secrets as names of variables, and tests for Vitest", async () => {
    await post("?secret", { author: "Ada", body: "x" }, { authorization: "Bearer very-secret" });
    await choose(/200 POST \/postMessage\?secret/);
    const path = await saveTest();
    const text = readFileSync(path, "utf8");
    assert.doesNotMatch(text, /very-secret|•/);
    const env = { CONVEX_SITE_URL: app.site };
    assert.match((await runTest(path, env)).output, /Set AUTHORIZATION/);
    const good = await runTest(path, { ...env, AUTHORIZATION: "Bearer mine" });
    assert.equal(good.code, 0, good.output);
    assert.match(readFileSync(await saveTest("vitest"), "utf8"), /^import \{ test \} from "vitest";$/m);
  });

  it("fits a telephone, opened and compared", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const query of ["id=1", "id=2&with=3"]) {
      await dashboard.go(`/requests?${query}`);
      await page.getByRole("region", { name: "Request" }).waitFor();
      for (const summary of await page.locator("details.call > summary").all()) await summary.click();
      const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
      assert.ok(overflow <= 0, `${query} is ${overflow} pixels too wide`);
      await page.locator(".detail section").first().scrollIntoViewIfNeeded();
      await dashboard.picture(`phone-${query.includes("with") ? "compare" : "request"}`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it("had nothing to complain of", () => assert.deepEqual(dashboard.complaints, []));
});
