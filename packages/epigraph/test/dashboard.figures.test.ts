import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { Page } from "playwright-core";
import { findChromium } from "./support/browser.ts";
import { DashboardPage } from "./support/dashboard-page.ts";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, startApp } from "./support/start-app.ts";

const chrome = findChromium();

describe("figures of functions", { skip: "missing" in chrome ? chrome.missing : false }, () => {
  let app: RunningApp;
  let dashboard: DashboardPage;
  let page: Page;
  before(async () => {
    app = await startApp({ copyOf: fixture("dashboard") });
    dashboard = await DashboardPage.open(app, (chrome as { readonly path: string }).path);
    page = dashboard.page;
  });
  after(async () => {
    await dashboard?.[Symbol.asyncDispose]();
    await app?.stop();
  });
  const call = async (kind: string, path: string): Promise<void> => {
    await fetch(`${app.api}/api/${kind}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ path, args: {} }),
    });
  };

  it("tell how often a query was answered by a kept result", async () => {
    await dashboard.go("/functions?fn=messages.js:list");
    const figures = page.getByRole("region", { name: "Figures" });
    await figures.getByText("Kept results", { exact: true }).waitFor();
    // Results are kept while somebody watches them.
    const client = new ConvexClient(app.api);
    await new Promise((shown) => client.onUpdate(makeFunctionReference<"query">("messages:list"), {}, shown));
    for (let i = 0; i < 3; i++) await call("query", "messages:list");
    await client.close();
    await figures.getByText("75.0 %").waitFor();
    await figures.getByRole("img", { name: "3 of 4 answers were kept results" }).waitFor();
    await figures.getByRole("img", { name: /^p95 of/ }).waitFor();
    await dashboard.checkAccessibility();
  });

  it("tell of failures, over the span that is chosen", async () => {
    await dashboard.go("/functions?fn=messages.js:refuse");
    const figures = page.getByRole("region", { name: "Figures" });
    await figures.getByRole("img", { name: "0 calls in the last 30 min, of which 0 failed" }).waitFor();
    assert.equal(
      await figures.getByText("Kept results", { exact: true }).count(),
      0,
      "only queries have them",
    );
    await call("action", "messages:refuse");
    await figures.getByRole("img", { name: "1 calls in the last 30 min, of which 1 failed" }).waitFor();
    await figures.getByLabel("Over the last").selectOption("24 h");
    await figures.getByRole("img", { name: "1 calls in the last 24 h, of which 1 failed" }).waitFor();
    await figures.getByText("The log reaches back to").waitFor();
    await dashboard.go("/health");
    await page.getByText("Answers from kept results").waitFor();
    await page.getByText("75.0 %").waitFor();
  });

  it("had nothing to complain of", () => assert.deepEqual(dashboard.complaints, []));
});
