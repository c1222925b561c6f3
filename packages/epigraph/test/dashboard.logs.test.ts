import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Locator, Page } from "playwright-core";
import { findChromium } from "./support/browser.ts";
import { DashboardPage } from "./support/dashboard-page.ts";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, startApp } from "./support/start-app.ts";

const chrome = findChromium();

const ORDERS = `import { v } from "convex/values";
import { internal } from "./_generated/api";
import { internalAction, internalMutation } from "./_generated/server";

export const place = internalMutation({
  args: { what: v.string() },
  handler: async (ctx, { what }) => {
    const id = await ctx.db.insert("messages", { author: "orders", body: what });
    await ctx.scheduler.runAfter(0, internal.orders.deliver, { what });
    return id;
  },
});

export const deliver = internalAction({
  args: { what: v.string() },
  handler: async (ctx, { what }) => {
    console.log("delivering", what);
    await ctx.runMutation(internal.messages.remind, { who: what });
    const problem: string = "no such street";
    throw new Error(problem);
  },
});
`;
const HTTP = `import { httpRouter } from "convex/server";
import { internal } from "./_generated/api";
import { httpAction } from "./_generated/server";
const http = httpRouter();
http.route({
  path: "/orders",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const what = await request.text();
    console.log("an order of", what);
    await ctx.runMutation(internal.orders.place, { what });
    return new Response(null, { status: 201 });
  }),
});
export default http;
`;

describe("the log of the dashboard", { skip: "missing" in chrome ? chrome.missing : false }, () => {
  let app: RunningApp;
  let dashboard: DashboardPage;
  let page: Page;
  before(async () => {
    const files = { "convex/orders.ts": ORDERS, "convex/http.ts": HTTP };
    app = await startApp({ copyOf: fixture("dashboard"), files });
    dashboard = await DashboardPage.open(app, (chrome as { readonly path: string }).path);
    page = dashboard.page;
  });
  after(async () => {
    await dashboard?.[Symbol.asyncDispose]();
    await app?.stop();
  });
  /** The part of the tree that begins with an execution. */
  const branch = (within: Page | Locator, name: string): Locator =>
    within
      .locator("li")
      .filter({ has: page.locator("> .card", { hasText: name }) })
      .last();

  it("shows a request with what it called and what that has scheduled", async () => {
    await dashboard.go("/logs");
    await page.getByText("Nothing has run yet").waitFor();
    assert.equal((await fetch(`${app.site}/orders`, { method: "POST", body: "tea" })).status, 201);
    await page.getByRole("button", { name: /POST \/orders.*201 after/ }).waitFor();
    await page.getByRole("button", { name: /orders:deliver.*failed after/ }).click();
    const sheet = page.getByRole("dialog", { name: "Request" });
    const order = branch(sheet, "POST /orders");
    await order.getByText("'an order of' 'tea'").waitFor();
    await branch(order, "orders:place").getByText("called").first().waitFor();
    const delivery = branch(order, "orders:deliver");
    await delivery.getByText("scheduled").waitFor();
    await delivery.getByText("'delivering' 'tea'").waitFor();
    await branch(delivery, "messages:remind").getByText("called").waitFor();
    assert.equal(await sheet.locator("li").count(), 4);
  });

  it("shows where something failed, with the lines of the code", async () => {
    const trace = page.getByRole("dialog", { name: "Request" }).locator(".trace");
    await trace.getByText("Uncaught Error: no such street").waitFor();
    const frame = trace.getByRole("button", { name: /orders\.ts:20/ });
    assert.equal(await frame.getAttribute("aria-expanded"), "true");
    await trace.locator(".here").getByText("throw new Error(problem)").waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("logs-request");
    await frame.click();
    await trace.locator(".here").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
  });

  it("is filtered by time", async () => {
    const rows = page.locator(".log");
    await rows.first().waitFor();
    await page.getByLabel("Time").selectOption("60");
    await rows.first().waitFor();
    await page.getByLabel("Time").selectOption("between");
    await page.getByLabel("Until").fill("2001-01-01T00:00:00");
    await page.getByText("Nothing matches").waitFor();
    await page.getByLabel("Until").fill("");
    await page.getByLabel("From").fill("2001-01-01T00:00:00");
    await rows.first().waitFor();
    await page.getByLabel("From").fill("2101-01-01T00:00:00");
    await page.getByText("Nothing matches").waitFor();
    await page.reload();
    await page.getByText("Nothing matches").waitFor();
    await dashboard.checkAccessibility();
    await page.getByLabel("Time").selectOption("");
    await rows.first().waitFor();
  });

  it("had nothing to complain of", () => assert.deepEqual(dashboard.complaints, []));
});
