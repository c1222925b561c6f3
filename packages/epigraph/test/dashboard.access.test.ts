import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Page } from "playwright-core";
import { findChromium } from "./support/browser.ts";
import { DashboardPage } from "./support/dashboard-page.ts";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, startApp } from "./support/start-app.ts";

interface AuditEntry {
  readonly author: string;
  readonly action: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

let app: RunningApp;
before(async () => {
  app = await startApp({ copyOf: fixture("dashboard") });
});
after(() => app?.stop());

async function ask(key: string, path: string, body?: unknown): Promise<Response> {
  return fetch(app.api + path, {
    headers: { authorization: `Convex ${key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
}

async function createKey(name: string, scope: string): Promise<string> {
  const answer = await ask(app.adminKey, "/api/epigraph/create_key", { name, scope });
  return ((await answer.json()) as { readonly key: string }).key;
}

async function run(key: string, kind: "query" | "mutation", path: string, args: object): Promise<unknown> {
  const answer = (await (await ask(key, `/api/${kind}`, { path, args, format: "json" })).json()) as {
    readonly status: string;
    readonly value?: unknown;
    readonly errorMessage?: string;
  };
  if (answer.status !== "success") throw new Error(answer.errorMessage);
  return answer.value;
}

async function lastAudits(count: number): Promise<readonly AuditEntry[]> {
  const entries = await run(app.adminKey, "query", "_system/epigraph/auditLog", { limit: count });
  return (entries as readonly AuditEntry[]).toReversed();
}

describe("what the dashboard writes", () => {
  it("leaves events with the name of the key", async () => {
    const key = await createKey("ada", "full");
    const mutate = (path: string, args: object): Promise<unknown> =>
      run(key, "mutation", `_system/dashboard/${path}`, args);
    const id = await mutate("documents:add", { table: "messages", document: { author: "A", body: "B" } });
    await mutate("documents:replace", { id, document: { author: "A", body: "C" } });
    await mutate("documents:patch", { id, fields: { likes: 1 } });
    await mutate("documents:remove", { ids: [id] });
    await mutate("files:generateUploadUrl", {});
    await mutate("files:remove", { ids: [] });
    const events = await lastAudits(6);
    assert.deepEqual(
      events.map(({ author, action, metadata }) => [author, action, metadata]),
      [
        ["ada", "add_documents", { table: "messages", document_ids: [id] }],
        ["ada", "update_documents", { table: "messages", document_ids: [id] }],
        ["ada", "update_documents", { table: "messages", document_ids: [id] }],
        ["ada", "delete_documents", { table: "messages", document_ids: [id] }],
        ["ada", "generate_upload_url", {}],
        ["ada", "delete_files", { storage_ids: [] }],
      ],
    );
    await assert.rejects(
      mutate("documents:add", { table: "messages", document: { author: 7 } }),
      /Failed to insert|validator|schema/i,
    );
    assert.deepEqual(await lastAudits(6), events, "what did not happen is no event");
  });

  it("leaves events of crons, jobs and variables", async () => {
    const key = await createKey("grace", "full");
    for (const what of ["pause_cron", "resume_cron", "run_cron"]) {
      assert.equal((await ask(key, `/api/${what}`, { name: "remind Grace" })).status, 200);
    }
    await run(key, "mutation", "messages:remindLater", {});
    const { pending } = (await run(key, "query", "_system/dashboard/scheduled:list", {})) as {
      readonly pending: readonly { readonly id: string }[];
    };
    const id = pending[0]?.id;
    assert.equal((await ask(key, "/api/cancel_job", { id })).status, 200);
    assert.equal((await ask(key, "/api/cancel_all_jobs", {})).status, 200);
    const change = { changes: [{ name: "CLIENT_ORIGIN", value: "https://secret.example" }] };
    assert.equal((await ask(key, "/api/update_environment_variables", change)).status, 200);
    const events = await lastAudits(6);
    assert.deepEqual(
      events.map(({ author, action, metadata }) => [author, action, metadata]),
      [
        ["grace", "pause_cron", { cron: "remind Grace" }],
        ["grace", "resume_cron", { cron: "remind Grace" }],
        ["grace", "run_cron", { cron: "remind Grace" }],
        [
          "grace",
          "cancel_scheduled_function",
          { scheduled_function_id: id, function_path: "messages.js:remind" },
        ],
        ["grace", "cancel_all_scheduled_functions", { function_path: null, canceled: 0 }],
        ["grace", "create_environment_variable", { variable_name: "CLIENT_ORIGIN" }],
      ],
    );
  });
});

describe("a key that only looks", () => {
  it("sees crons, the state and the history, and changes nothing", async () => {
    const key = await createKey("auditor", "readOnly");
    for (const path of ["/api/crons", "/_dashboard/api/state", "/api/epigraph/pushes"]) {
      assert.equal((await ask(key, path)).status, 200, path);
    }
    for (const [path, body] of [
      ["/api/run_cron", { name: "remind Grace" }],
      ["/api/pause_cron", { name: "remind Grace" }],
      ["/api/resume_cron", { name: "remind Grace" }],
      ["/api/cancel_job", { id: "x" }],
      ["/api/cancel_all_jobs", {}],
      ["/api/delete_scheduled_functions_table", {}],
      ["/api/epigraph/rollback", {}],
    ] as const) {
      const answer = await ask(key, path, body);
      const { code } = (await answer.json()) as { readonly code: string };
      assert.deepEqual([answer.status, code], [403, "OperationNotPermitted"], path);
    }
    for (const path of ["documents:add", "documents:replace", "documents:patch", "documents:remove"]) {
      await assert.rejects(
        run(key, "mutation", `_system/dashboard/${path}`, { ids: [] }),
        /You do not have permission to perform this operation/,
      );
    }
  });
});

describe("the page with a limited key", () => {
  const chrome = findChromium();
  const options = { skip: "missing" in chrome ? chrome.missing : false };
  const open = async (scope: string): Promise<DashboardPage> => {
    const dashboard = await DashboardPage.open(app, (chrome as { readonly path: string }).path);
    await dashboard.page.getByRole("button", { name: "Sign out" }).click();
    await dashboard.page.getByLabel("Admin key").fill(await createKey(`page ${scope}`, scope));
    await dashboard.page.getByRole("button", { name: "Open" }).click();
    await dashboard.page.getByRole("navigation", { name: "Views" }).waitFor();
    return dashboard;
  };
  const isRefused = async (page: Page, name: string, right: string): Promise<void> => {
    const button = page.getByRole("button", { name, exact: true }).first();
    await button.waitFor();
    assert.equal(await button.isDisabled(), true, name);
    assert.equal(await button.getAttribute("title"), `Your admin key does not allow ${right}.`);
  };

  it("that only looks shows everything, and offers no change", options, async () => {
    await run(app.adminKey, "mutation", "messages:send", { author: "Ada", body: "Look at me" });
    await run(app.adminKey, "mutation", "messages:remindLater", {});
    await using dashboard = await open("readOnly");
    const { page } = dashboard;
    await dashboard.go("/data?table=messages");
    await isRefused(page, "Add", "WriteData");
    await page.getByRole("grid").getByText("Look at me").click();
    await isRefused(page, "Save", "WriteData");
    await isRefused(page, "Delete this document", "WriteData");
    await dashboard.checkAccessibility();
    await dashboard.go("/schedules");
    await isRefused(page, "Cancel", "WriteData");
    await isRefused(page, "Cancel all", "WriteData");
    await dashboard.go("/schedules?tab=crons");
    await isRefused(page, "Run now", "WriteData");
    await isRefused(page, "Pause", "WriteData");
    await dashboard.go("/files");
    await isRefused(page, "Upload", "WriteData");
    await dashboard.go("/settings");
    await isRefused(page, "Save", "WriteEnvironmentVariables");
    await dashboard.go("/functions?fn=messages.js:remind");
    await page.getByText("Your admin key does not allow RunInternalMutations.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Run mutation" }).isDisabled(), true);
    assert.equal(await page.getByLabel("Act as a user").isDisabled(), true);
    await app.save({ "convex/extra.ts": "export const nothing = 1;\n" });
    await dashboard.go("/history");
    await isRefused(page, "Roll back to this", "Deploy");
    await page.getByRole("tab", { name: "Everything" }).click();
    await page.getByRole("cell", { name: "add_documents" }).first().waitFor();
    await dashboard.go("/health");
    await page.getByRole("cell", { name: "query" }).waitFor();
    await dashboard.go("/logs");
    await page.getByText("messages:send").first().waitFor();
    assert.deepEqual(dashboard.complaints, []);
  });

  it("that deploys rolls back, and is told that it may not read the audit log", options, async () => {
    await using dashboard = await open("deploy");
    const { page } = dashboard;
    await dashboard.go("/history");
    const back = page.getByRole("button", { name: "Roll back to this" }).first();
    await back.waitFor();
    assert.equal(await back.isDisabled(), false);
    await page.getByRole("tab", { name: "Everything" }).click();
    await page.getByText("Your admin key does not allow ViewAuditLog.").waitFor();
    assert.deepEqual(dashboard.complaints, []);
  });
});
