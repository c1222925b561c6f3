import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "node:test";
import type { Locator, Page } from "playwright-core";
import { findChromium } from "./support/browser.ts";
import { DashboardPage } from "./support/dashboard-page.ts";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, startApp } from "./support/start-app.ts";

const chrome = findChromium();

describe("a table in the dashboard", { skip: "missing" in chrome ? chrome.missing : false }, () => {
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
  const grid = (): Locator => page.getByRole("grid", { name: "Documents" });
  const importFile = async (name: string, text: string, mode: string): Promise<Locator> => {
    await page.getByRole("button", { name: "Import" }).click();
    const dialog = page.getByRole("dialog");
    await dialog
      .getByLabel("File")
      .setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
    await dialog.getByLabel("The documents that are there").selectOption(mode);
    await dialog.getByRole("button", { name: "Upload" }).click();
    return dialog;
  };
  const confirm = async (dialog: Locator): Promise<void> => {
    await dialog.getByRole("button", { name: "Import", exact: true }).click();
    await dialog.getByText("documents were imported").waitFor();
    await dialog.getByRole("button", { name: "Close" }).last().click();
  };
  const bodies = async (): Promise<readonly string[]> => {
    const rows = await grid().getByRole("row").allInnerTexts();
    return rows.flatMap((row) => /B\d/.exec(row)?.[0] ?? []);
  };

  it("takes documents of a file of JSON lines, once it was said what would change", async () => {
    await dashboard.go("/data?table=messages");
    await page.getByText("No documents").waitFor();
    const lines = ["Carol B1", "Ada B2", "Bob B3"].map((line) => {
      const [author, body] = line.split(" ");
      return JSON.stringify({ author, body });
    });
    const dialog = await importFile("messages.jsonl", lines.join("\n"), "append");
    await dialog.getByText(/messages.*3/).waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("data-import");
    assert.equal(await grid().count(), 0, "nothing happens before it is confirmed");
    await confirm(dialog);
    await grid().getByText("Carol").waitFor();
  });

  it("appends rows of CSV, and says what the schema refuses", async () => {
    await confirm(await importFile("more.csv", "author,body\nDora,B4\n", "append"));
    await grid().getByText("Dora").waitFor();
    const refused = await importFile(
      "wrong.json",
      JSON.stringify([{ author: "Eve", body: "B5", color: "red" }]),
      "append",
    );
    await refused.getByRole("button", { name: "Import", exact: true }).click();
    await refused.getByRole("alert").getByText(/color/).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await grid().getByText("Eve").count(), 0);
  });

  it("sorts by an index and by creation, in both directions", async () => {
    await grid().getByRole("button", { name: "author" }).click();
    await dashboard.until(`document.querySelector("[aria-sort=ascending]") !== null`);
    await dashboard.until(`document.querySelectorAll("[role=row]")[1]?.textContent.includes("Ada")`);
    assert.deepEqual(await bodies(), ["B2", "B3", "B1", "B4"]);
    await grid().getByRole("button", { name: "author" }).click();
    await dashboard.until(`document.querySelectorAll("[role=row]")[1]?.textContent.includes("Dora")`);
    assert.deepEqual(await bodies(), ["B4", "B1", "B3", "B2"]);
    assert.match(page.url(), /sort=-by_author/);
    await dashboard.checkAccessibility();
    await page.getByLabel("Sort by").selectOption("by_creation_time");
    await page.getByRole("button", { name: "Newest first" }).click();
    await dashboard.until(`document.querySelectorAll("[role=row]")[1]?.textContent.includes("Carol")`);
    assert.deepEqual(await bodies(), ["B1", "B2", "B3", "B4"]);
  });

  it("says where a sort needs an index, and what a sort costs a filter", async () => {
    assert.equal(await page.getByLabel("Sort by").getByText("body: needs an index").isDisabled(), true);
    assert.match(
      (await grid().getByText("body", { exact: true }).getAttribute("title")) ?? "",
      /No index begins with "body".*index\("by_body", \["body"\]\)/,
    );
    await page.getByLabel("Field").fill("author");
    await page.getByLabel("Value").fill("Ada");
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByText("sorted by by_creation_time: looks at every document").waitFor();
    await grid().getByText("Carol").waitFor({ state: "detached" });
    assert.deepEqual(await bodies(), ["B2"]);
    await page.getByLabel("Sort by").selectOption("by_author");
    await page.getByText("uses by_author").waitFor();
    await page.getByRole("button", { name: "Remove the filter on author" }).click();
    await grid().getByText("Carol").waitFor();
  });

  it("gives a table, and all of them, as a ZIP", async () => {
    await page.getByRole("button", { name: "Export" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Make an export" }).click();
    await dialog.getByText(/Made .*, messages,/).waitFor();
    await dashboard.checkAccessibility();
    await dashboard.picture("data-export");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("button", { name: "Download" }).click(),
    ]);
    assert.match(download.suggestedFilename(), /^snapshot_\d+\.zip$/);
    const zip = readFileSync(await download.path());
    assert.ok(zip.includes("messages/documents.jsonl"));
    await dialog.getByLabel("Documents of all tables", { exact: true }).check();
    await dialog.getByRole("button", { name: "Make an export" }).click();
    await dialog.getByText(/Made .*, all tables,/).waitFor();
    await page.keyboard.press("Escape");
  });

  it("replaces documents, and clears the table once its name was typed", async () => {
    const dialog = await importFile("new.jsonl", '{"author":"Zoe","body":"B9"}', "replace");
    await dialog.getByText(/messages.*1.*4/).waitFor();
    await confirm(dialog);
    await grid().getByText("Carol").waitFor({ state: "detached" });
    assert.deepEqual(await bodies(), ["B9"]);
    await page.getByRole("button", { name: "Clear" }).click();
    const asked = page.getByRole("dialog");
    const clear = asked.getByRole("button", { name: "Clear" });
    assert.equal(await clear.isDisabled(), true);
    await asked.getByLabel("Type messages to confirm").fill("message");
    assert.equal(await clear.isDisabled(), true);
    await asked.getByLabel("Type messages to confirm").fill("messages");
    await dashboard.checkAccessibility();
    await clear.click();
    await page.getByText("No documents").waitFor();
    await dashboard.go("/history?tab=events&action=clear_tables");
    await page.getByText('{"table_names":["messages"]}').waitFor();
  });

  it("had nothing to complain of", () => assert.deepEqual(dashboard.complaints, []));
});

describe("requests about one table", () => {
  it("name one that is there", async () => {
    await using app = await startApp({ copyOf: fixture("dashboard") });
    const post = (path: string, body: object): Promise<Response> =>
      fetch(app.api + path, {
        method: "POST",
        headers: { authorization: `Convex ${app.adminKey}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    for (const answer of [
      await post("/api/epigraph/clear_table", { table: "nope" }),
      await post("/api/export/request/zip?table=nope", {}),
    ]) {
      assert.equal(answer.status, 404);
      assert.equal(((await answer.json()) as { code: string }).code, "TableNotFound");
    }
    const sorted = await post("/api/query", {
      path: "_system/dashboard/documents:page",
      args: {
        table: "messages",
        filters: [],
        sort: "by_body",
        order: "asc",
        paginationOpts: { numItems: 1, cursor: null },
      },
    });
    assert.match(await sorted.text(), /the table has no index \\"by_body\\", or not yet/);
  });
});
