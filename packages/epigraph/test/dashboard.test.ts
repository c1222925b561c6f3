import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { findChromium } from "./support/browser.ts";
import { DashboardPage } from "./support/dashboard-page.ts";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, startApp } from "./support/start-app.ts";

const chrome = findChromium();

describe("the dashboard", { skip: "missing" in chrome ? chrome.missing : false }, () => {
  let app: RunningApp;
  let dashboard: DashboardPage;
  let page: Page;

  const call = async (path: string, args: object): Promise<unknown> => {
    const kind =
      path.startsWith("messages:refuse") || path.startsWith("messages:chatter") ? "action" : "mutation";
    const response = await fetch(`${app.api}/api/${kind}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ path, args }),
    });
    return (await response.json()) as unknown;
  };
  const post = (author: string, body: string): Promise<Response> =>
    fetch(`${app.site}/postMessage`, { method: "POST", body: JSON.stringify({ author, body }) });

  before(async () => {
    app = await startApp({ copyOf: fixture("dashboard") });
    dashboard = await DashboardPage.open(app, (chrome as { readonly path: string }).path);
    page = dashboard.page;
    await call("messages:fill", { count: 400 });
  });
  after(async () => {
    await dashboard?.[Symbol.asyncDispose]();
    await app?.stop();
  });

  it("opens by a link that is good once, and that leaves the address", async () => {
    assert.equal(new URL(page.url()).hash, "");
    const links = [...app.output().matchAll(/dashboard at (\S+)/g)].map(([, link]) => link as string);
    assert.equal(links.length, 2, "another link is printed for the one that was used");
    const other = await page.context().browser()?.newContext();
    const fresh = await other?.newPage();
    await fresh?.goto(links[0] as string);
    await fresh?.getByText("This link was used already").waitFor();
    await fresh?.getByLabel("Admin key").fill("nonsense");
    await fresh?.getByRole("button", { name: "Open" }).click();
    await fresh?.getByText("This is not an admin key of this deployment.").waitFor();
    await other?.close();
  });

  it("lists functions and routes, and runs them", async () => {
    await dashboard.go("/functions?fn=messages.js:send");
    await page.getByRole("button", { name: "POST /postMessage" }).waitFor();
    await page.getByLabel("author: string").fill("Ada");
    await page.getByLabel("body: string").fill("From the dashboard");
    await page.getByRole("button", { name: "Run mutation" }).click();
    const result = page.getByRole("region", { name: "Result" });
    await result.getByText("a message of").waitFor();
    await page.getByText("Last calls").waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("functions");
  });

  it("shows what a function fails with, and lets it run as a user", async () => {
    await dashboard.go("/functions?fn=messages.js:refuse");
    await page.getByRole("button", { name: "Run action" }).click();
    await page
      .getByRole("region", { name: "Result" })
      .getByText("The mail server refused the message")
      .waitFor();
    await dashboard.go("/functions?fn=messages.js:whoAmI");
    await page.getByLabel("Act as a user").check();
    await page.getByRole("button", { name: "Run query" }).click();
    await page.getByRole("region", { name: "Result" }).getByText("Ada").waitFor();
  });

  it("sends requests to routes, shows them as curl, and renders answers where nothing runs", async () => {
    await dashboard.go(`/functions?route=${encodeURIComponent("POST /postMessage")}`);
    await page.getByLabel("Body").fill('{"author":"Grace","body":"Hello"}');
    await page.getByText(`--data-binary '{"author":"Grace","body":"Hello"}'`).waitFor();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const response = page.getByRole("region", { name: "Response" });
    await response.getByText("200").waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("request");
    await dashboard.go(`/functions?route=${encodeURIComponent("GET /page")}`);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("button", { name: "Rendered" }).click();
    await page.frameLocator("iframe").getByRole("heading", { name: "Hello" }).waitFor();
    assert.notEqual(await page.title(), "stolen");
    // The browser tells that the sandbox kept the script from running: that is as it should be.
    dashboard.complaints.splice(0);
  });

  it("tells in the log what curl has sent, and opens a request", async () => {
    await dashboard.go("/logs");
    await call("messages:refuse", {});
    await post("Radia", "By curl");
    const line = page.getByRole("button", { name: /POST \/postMessage.*200/ }).last();
    await line.waitFor({ timeout: 3_000 });
    await dashboard.checkAccessibility();
    await dashboard.picture("logs");
    await line.click();
    await page.getByRole("dialog").getByText("POST /postMessage").waitFor();
    assert.match(page.url(), /request=[0-9a-f]{16}/);
    await dashboard.checkAccessibility();
    await page.keyboard.press("Escape");
    await page.getByLabel("Status").selectOption("failure");
    await page
      .getByRole("button", { name: /failed after/ })
      .first()
      .waitFor();
    assert.equal(await page.getByRole("button", { name: /200 after/ }).count(), 0);
  });

  it("records requests, explains failures, and sends them again", async () => {
    await dashboard.go("/requests");
    await fetch(`${app.site}/postMessag`, {
      method: "POST",
      headers: { authorization: "Bearer secret-token" },
    });
    const list = page.getByRole("navigation", { name: "Requests" });
    await list.getByRole("button", { name: /404 POST \/postMessag / }).click();
    await page
      .getByText("Why 404: no route matches POST /postMessag. The nearest are POST /postMessage")
      .waitFor();
    assert.equal(await page.getByText("secret-token").count(), 0);
    await fetch(`${app.site}/origin`, { headers: { origin: "https://example.com" } });
    await list
      .getByRole("button", { name: /200 GET \/origin/ })
      .first()
      .click();
    await page.getByText("Why CORS: the answer lacks Access-Control-Allow-Origin").waitFor();
    await fetch(`${app.site}/postMessage?repeat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ author: "Grace", body: "To be repeated" }),
    });
    await list
      .getByRole("button", { name: /200 POST \/postMessage\?repeat/ })
      .first()
      .click();
    await page.getByRole("region", { name: "Request" }).getByText("To be repeated").waitFor();
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByText("a replay of").waitFor();
    await page.getByRole("region", { name: "Timeline" }).getByText("a message of").waitFor();
    await dashboard.checkAccessibility();
    await page.getByRole("button", { name: "Edit and resend" }).click();
    await page.getByLabel("Body").fill('{"author":"Grace","body":"Changed"}');
    await page.getByRole("button", { name: "Resend" }).click();
    await page.getByRole("region", { name: "Request" }).getByText("Changed").waitFor();
    await dashboard.go("/data?table=messages");
    await page.getByRole("grid").getByText("Changed").waitFor();
    assert.equal(await page.getByRole("grid").getByText("To be repeated").count(), 2);
  });

  it("keeps up with thousands of lines, and draws only those in sight", async () => {
    await dashboard.go("/logs");
    await Promise.all(Array.from({ length: 20 }, () => call("messages:chatter", { lines: 250 })));
    await dashboard.until(
      `Number.parseInt(document.querySelector("span[role=status]")?.textContent) >= 5000`,
    );
    assert.ok((await page.locator(".log").count()) < 100);
    await page.getByLabel("Search the log").fill("line 249");
    await dashboard.until(`document.querySelector("span[role=status]")?.textContent === "20 lines"`);
  });

  it("shows documents live, filters by index, and edits them with validation", async () => {
    await dashboard.go("/data?table=messages");
    await page.getByText("40").first().waitFor();
    const grid = page.getByRole("grid", { name: "Documents" });
    await grid.getByText("By curl").waitFor();
    await post("Radia", "Live");
    await grid.getByText("Live", { exact: true }).waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("data");
    await page.getByLabel("Field").fill("author");
    await page.getByLabel("Value").fill("Radia");
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByText("uses by_author").waitFor();
    await grid.getByText("Ada", { exact: true }).first().waitFor({ state: "detached" });
    await grid.getByText("Live", { exact: true }).click();
    const sheet = page.getByRole("dialog");
    const editor = sheet.getByLabel("Document, as JSON");
    await editor.fill('{"author": "Radia", "body": 7}');
    await sheet.getByRole("button", { name: "Save" }).click();
    await sheet.getByRole("alert").getByText("body").waitFor();
    // The client tells the console what was refused.
    dashboard.complaints.splice(0);
    const other = await dashboard.secondTab();
    await other.goto(page.url().replace(/doc=\w+/, ""));
    await other.getByRole("grid").getByText("Live", { exact: true }).waitFor();
    await editor.fill('{"author": "Radia", "body": "Edited"}');
    await sheet.getByRole("button", { name: "Save" }).click();
    await other.getByRole("grid").getByText("Edited").waitFor();
    await other.close();
    await dashboard.checkAccessibility();
    await dashboard.picture("document");
  });

  it("adds and deletes documents, and follows ids", async () => {
    await dashboard.go("/data?table=messages");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByLabel("Document, as JSON").fill('{"author": "Zoe", "body": "First"}');
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    const grid = page.getByRole("grid", { name: "Documents" });
    await grid.getByText("First").waitFor();
    const id = (await grid.getByRole("row").nth(1).getByRole("button").textContent()) as string;
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page
      .getByLabel("Document, as JSON")
      .fill(`{"author": "Zoe", "body": "Second", "replyTo": "${id}"}`);
    await page.getByRole("dialog").getByRole("button", { name: "Add", exact: true }).click();
    await grid.getByText("Second").click();
    await page.getByRole("dialog").getByRole("button", { name: id }).click();
    await page.waitForURL(new RegExp(`doc=${id}`));
    await page.keyboard.press("Escape");
    await grid.getByRole("checkbox").first().check();
    await page.getByRole("button", { name: "Delete 1" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await grid.getByText("Second").waitFor({ state: "detached" });
  });

  it("uploads files, previews and deletes them", async () => {
    await dashboard.go("/files");
    await page.getByText("No files yet").waitFor();
    await page.locator("input[type=file]").setInputFiles([
      { name: "note.txt", mimeType: "text/plain", buffer: Buffer.from("A note <b>to</b> read") },
      { name: "dot.svg", mimeType: "image/svg+xml", buffer: Buffer.from(CIRCLE) },
    ]);
    await page.getByRole("cell", { name: "text/plain" }).waitFor();
    await page
      .getByRole("row", { name: /text\/plain/ })
      .getByRole("button")
      .click();
    await page.getByRole("dialog").getByText("A note <b>to</b> read").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("row", { name: /svg/ }).getByRole("button").click();
    await dashboard.until(`document.querySelector("img.preview")?.naturalWidth > 0`);
    await dashboard.checkAccessibility();
    await dashboard.picture("files");
    await page.keyboard.press("Escape");
    await page
      .getByRole("row", { name: /text\/plain/ })
      .getByRole("checkbox")
      .check();
    await page.getByRole("button", { name: "Delete 1" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("cell", { name: "text/plain" }).waitFor({ state: "detached" });
  });

  it("cancels scheduled functions, and runs and pauses crons", async () => {
    await dashboard.go("/schedules");
    await page.getByText("Nothing is scheduled").waitFor();
    await call("messages:remindLater", {});
    await page.getByRole("cell", { name: "messages:remind" }).waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("schedules");
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByText("canceled").waitFor();
    await page.getByRole("tab", { name: "Crons" }).click();
    const cron = page.getByRole("region", { name: "remind Grace" });
    await cron.getByRole("button", { name: "Pause" }).click();
    await cron.getByText("paused").waitFor();
    await cron.getByRole("button", { name: "Run now" }).click();
    await cron.getByText("The last run").waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("crons");
  });

  it("sets environment variables, which functions read at once", async () => {
    await dashboard.go("/settings");
    const variables = page.getByRole("region", { name: "Environment variables" });
    await variables.getByLabel("Name").fill("CLIENT_ORIGIN");
    await variables.getByLabel("Value").fill("https://example.com");
    await variables.getByRole("button", { name: "Save" }).click();
    await variables.getByRole("button", { name: "Remove CLIENT_ORIGIN" }).waitFor();
    assert.equal(await (await fetch(`${app.site}/origin`)).text(), "https://example.com");
    await page.getByText("ConvexReactClient(").waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("settings");
  });

  it("shows health, with what fails", async () => {
    await dashboard.go("/health");
    await page.getByRole("link", { name: "messages:refuse" }).waitFor();
    await page.getByRole("cell", { name: "query" }).waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("health");
  });

  it("goes anywhere by keyboard", async () => {
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "A view, function" }).fill("who");
    await page.getByRole("option", { name: /messages:whoAmI/ }).waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("palette");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "messages:whoAmI" }).waitFor();
  });

  it("fits a telephone", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const view of [
      "functions",
      "logs",
      "requests",
      "data",
      "files",
      "schedules",
      "history",
      "settings",
      "health",
    ]) {
      await dashboard.go(`/${view}`);
      await page.getByRole("link", { name: view, exact: false }).first().waitFor();
      await page.waitForTimeout(300);
      const overflow = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
      assert.ok(overflow <= 0, `${view} is ${overflow} pixels too wide`);
      await dashboard.picture(`phone-${view}`);
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it("shows hostile text as text, wherever it comes from", async () => {
    const hostile = `<img src=x onerror="document.title='stolen'"><script>document.title='stolen'</script>`;
    await post(hostile, hostile);
    await fetch(`${app.site}/${encodeURIComponent(hostile)}`);
    for (const path of [
      "/logs",
      "/data?table=messages",
      "/health",
      `/data?table=${encodeURIComponent(hostile)}`,
    ]) {
      await dashboard.go(path);
      await page
        .getByText("<img src=x", { exact: false })
        .first()
        .waitFor({ timeout: 2_000 })
        .catch(() => {
          assert.equal(path, "/health", "nothing has failed with the text there");
        });
      assert.equal(await page.locator("img[src=x]").count(), 0);
      assert.notEqual(await page.title(), "stolen");
    }
  });

  it("had nothing to complain of", () => assert.deepEqual(dashboard.complaints, []));
});

const CIRCLE = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120"><circle cx="60" cy="60" r="50" fill="teal"/></svg>`;
