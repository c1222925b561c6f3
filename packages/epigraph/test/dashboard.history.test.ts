import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { findChromium } from "./support/browser.ts";
import { DashboardPage } from "./support/dashboard-page.ts";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, startApp } from "./support/start-app.ts";

const chrome = findChromium();

const NEW_HTTP = `import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
const http = httpRouter();
http.route({ path: "/origin", method: "GET", handler: httpAction(async () => new Response("the new answer")) });
export default http;
`;
const NEW_SCHEMA = `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  messages: defineTable({
    author: v.string(),
    body: v.string(),
    likes: v.optional(v.number()),
    replyTo: v.optional(v.id("messages")),
    stars: v.optional(v.number()),
  }).index("by_author", ["author"]).index("by_likes", ["likes"]),
});
`;

describe("the history", { skip: "missing" in chrome ? chrome.missing : false }, () => {
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
  const answer = async (): Promise<string> => (await fetch(`${app.site}/origin`)).text();

  it("shows pushes as they come, with what they changed", async () => {
    await dashboard.go("/history");
    const first = page.getByRole("region", { name: /^Push of/ });
    await first.getByText("runs").waitFor();
    await first.getByText("messages:send").waitFor();
    await first.getByText("remind Grace").waitFor();
    await app.save({ "convex/http.ts": NEW_HTTP, "convex/schema.ts": NEW_SCHEMA });
    assert.equal(await answer(), "the new answer");
    const newest = page.getByRole("region", { name: /^Push of/ }).first();
    await newest.getByText("POST /postMessage").waitFor();
    await newest.getByText("messages.by_likes").waitFor();
    await newest.getByText("http.js").waitFor();
    assert.equal(await page.getByText("runs", { exact: true }).count(), 1);
    await dashboard.checkAccessibility();
    await dashboard.picture("history");
  });

  it("compares two pushes, down to schema and code", async () => {
    await page.getByRole("button", { name: "Compare" }).click();
    const sheet = page.getByRole("dialog", { name: "Difference" });
    await sheet.getByText("+   stars?: number").waitFor();
    await sheet.getByText("Code of http.js").click();
    await sheet.getByText(/^\+.*the new answer/).waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("history-difference");
    await page.keyboard.press("Escape");
  });

  it("rolls a push back, after asking, and HTTP gives the old answer", async () => {
    await page.getByRole("button", { name: "Roll back to this" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("messages.by_likes").waitFor();
    assert.equal(await answer(), "the new answer", "nothing happens before it is confirmed");
    await dialog.getByRole("button", { name: "Roll back" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.equal(await answer(), "none");
    const newest = page.getByRole("region", { name: /^Push of/ }).first();
    await newest.getByText(/^Roll-back to/).waitFor();
    await newest.getByText("runs", { exact: true }).waitFor();
    await page.getByRole("tab", { name: "Everything" }).click();
    await page.getByRole("row", { name: /push_config.*rollback/ }).waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("history-everything");
  });

  it("finds what was done by action and by time", async () => {
    await page.getByLabel("Action").fill("create_environment_variable");
    await page.getByText("Nothing matches").waitFor();
    await page.getByLabel("Action").fill("push_config");
    await page.getByRole("cell", { name: "push_config" }).waitFor();
    await page.getByLabel("To", { exact: true }).fill("2001-01-01T00:00");
    await page.getByText("Nothing matches").waitFor();
    await page.getByLabel("To", { exact: true }).fill("");
    await page.getByLabel("From", { exact: true }).fill("2001-01-01T00:00");
    await page.getByRole("cell", { name: "push_config" }).waitFor();
  });

  it("had nothing to complain of", () => assert.deepEqual(dashboard.complaints, []));
});
