import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { findChromium } from "./support/browser.ts";
import { DashboardPage } from "./support/dashboard-page.ts";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, startApp } from "./support/start-app.ts";

const chrome = findChromium();

/** With the route that documentation shows for pages of another origin. */
const HTTP = `import { httpRouter } from "convex/server";
import { api } from "./_generated/api";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({
  path: "/postMessage",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const { author, body } = await request.json();
    await ctx.runMutation(api.messages.send, { author, body });
    return new Response(null, {
      status: 200,
      headers: { "Access-Control-Allow-Origin": process.env.CLIENT_ORIGIN!, Vary: "origin" },
    });
  }),
});
http.route({
  path: "/postMessage",
  method: "OPTIONS",
  handler: httpAction(async (_ctx, request) => {
    const { headers } = request;
    if (headers.get("Origin") === null || headers.get("Access-Control-Request-Method") === null) return new Response();
    return new Response(null, {
      headers: {
        "Access-Control-Allow-Origin": process.env.CLIENT_ORIGIN!,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Content-Type",
        "Access-Control-Max-Age": "86400",
      },
    });
  }),
});
export default http;
`;

describe("a person at the dashboard", { skip: "missing" in chrome ? chrome.missing : false }, () => {
  let app: RunningApp;
  let dashboard: DashboardPage;
  let page: Page;

  const open = async (view: string): Promise<void> => {
    await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: view }).click();
    await page.waitForURL(new RegExp(`/_dashboard/${view.toLowerCase()}`));
  };
  const curl = (author: string, body: string): void => {
    const data = JSON.stringify({ author, body });
    execFileSync("curl", ["-sS", "--fail", "-X", "POST", "--data-binary", data, `${app.site}/postMessage`]);
  };

  before(async () => {
    app = await startApp({
      copyOf: fixture("dashboard"),
      files: { "convex/http.ts": HTTP },
    });
    dashboard = await DashboardPage.open(app, (chrome as { readonly path: string }).path);
    page = dashboard.page;
  });
  after(async () => {
    await dashboard?.[Symbol.asyncDispose]();
    await app?.stop();
  });

  it("adds CLIENT_ORIGIN in the settings, and the example for CORS answers with it", async () => {
    await open("Settings");
    const variables = page.getByRole("region", { name: "Environment variables" });
    await variables.getByLabel("Name").fill("CLIENT_ORIGIN");
    await variables.getByLabel("Value").fill("https://app.example");
    await variables.getByRole("button", { name: "Save" }).click();
    await variables.getByRole("button", { name: "Remove CLIENT_ORIGIN" }).waitFor();
    const preflight = await fetch(`${app.site}/postMessage`, {
      method: "OPTIONS",
      headers: {
        origin: "https://app.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      },
    });
    assert.equal(preflight.headers.get("access-control-allow-origin"), "https://app.example");
    assert.equal(preflight.headers.get("access-control-allow-methods"), "POST");
  });

  it("runs a function, and sees its result", async () => {
    await open("Functions");
    await page.getByRole("button", { name: /^send/ }).click();
    await page.getByLabel("author: string").fill("Ada");
    await page.getByLabel("body: string").fill("Written by hand");
    await page.getByRole("button", { name: "Run mutation" }).click();
    await page.getByRole("region", { name: "Result" }).getByText("'Ada'").waitFor();
  });

  it("watches what curl sends appear in the log and in the inspector, and sends it again", async () => {
    await open("Logs");
    curl("Radia", "By curl");
    await page.getByRole("button", { name: /POST \/postMessage.*200 after/ }).waitFor();
    await page.getByRole("button", { name: /'a message of' 'Radia'/ }).waitFor();
    await open("Requests");
    const list = page.getByRole("navigation", { name: "Requests" });
    await list.getByRole("button", { name: /200 POST \/postMessage/ }).click();
    await page.getByRole("region", { name: "Request" }).getByText("By curl").waitFor();
    await page.getByRole("region", { name: "Timeline" }).getByText("messages:send").waitFor();
    curl("Radia", "While one looks");
    await list
      .getByRole("button", { name: /POST \/postMessage/ })
      .nth(1)
      .waitFor();
    await list
      .getByRole("button", { name: /POST \/postMessage/ })
      .last()
      .click();
    await page.getByRole("region", { name: "Request" }).getByText("By curl").waitFor();
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByText("a replay of 2").waitFor();
    await page.getByRole("region", { name: "Response" }).getByText("https://app.example").waitFor();
  });

  it("edits a document, and another tab shows it", async () => {
    await open("Data");
    await page
      .getByRole("navigation", { name: "Tables" })
      .getByRole("button", { name: /^messages/ })
      .click();
    const grid = page.getByRole("grid", { name: "Documents" });
    assert.equal(await grid.getByText("By curl").count(), 2, "what was sent again is there again");
    const other = await dashboard.secondTab();
    await other.goto(page.url());
    await other.getByRole("grid").getByText("Written by hand").waitFor();
    await grid.getByText("Written by hand").click();
    const sheet = page.getByRole("dialog");
    await sheet.getByLabel("Document, as JSON").fill('{"author": "Ada", "body": "Edited by hand"}');
    await sheet.getByRole("button", { name: "Save" }).click();
    await other.getByRole("grid").getByText("Edited by hand").waitFor();
    await other.close();
    await page.keyboard.press("Escape");
  });

  it("cancels a scheduled function, which never runs", async () => {
    await open("Functions");
    await page.getByRole("button", { name: /^remindLater/ }).click();
    await page.getByRole("button", { name: "Run mutation" }).click();
    await page.getByRole("region", { name: "Result" }).waitFor();
    await open("Schedules");
    await page.getByRole("cell", { name: "messages:remind" }).waitFor();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByText("canceled").waitFor();
  });

  it("uploads a file, and looks at the health", async () => {
    await open("Files");
    await page
      .locator("input[type=file]")
      .setInputFiles([{ name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("A note") }]);
    await page.getByRole("cell", { name: "text/plain" }).waitFor();
    await open("Health");
    await page.getByRole("cell", { name: "mutation" }).waitFor();
  });

  it("has nothing to complain of", () => assert.deepEqual(dashboard.complaints, []));
});
