import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ConvexClient, ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { spawnEpigraph } from "./support/command.ts";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, startApp } from "./support/start-app.ts";

type Json = Readonly<Record<string, unknown>>;

const query = (path: string) => makeFunctionReference<"query">(`_system/dashboard/${path}`);
const mutation = (path: string) => makeFunctionReference<"mutation">(`_system/dashboard/${path}`);

interface WithAdminAuth {
  setAdminAuth(key: string): void;
}

describe("functions of the dashboard", () => {
  let app: RunningApp;
  let admin: ConvexHttpClient;
  before(async () => {
    app = await startApp({ copyOf: fixture("dashboard") });
    admin = new ConvexHttpClient(app.api);
    (admin as unknown as WithAdminAuth).setAdminAuth(app.adminKey);
    await new ConvexHttpClient(app.api).mutation(makeFunctionReference<"mutation">("messages:fill"), {
      count: 40,
    });
  });
  after(() => app?.stop());

  const page = (filters: readonly Json[], more: Json = {}): Promise<Json> =>
    admin.query(query("documents:page"), {
      table: "messages",
      filters,
      order: "asc",
      paginationOpts: { cursor: null, numItems: 100 },
      ...more,
    });

  it("are for admins alone", async () => {
    const anyone = new ConvexHttpClient(app.api);
    await assert.rejects(anyone.query(query("tables:list"), {}), /Could not find public function/);
    const add = anyone.mutation(mutation("documents:add"), { table: "messages", document: {} });
    await assert.rejects(add, /Could not find public function/);
  });

  it("are queries or mutations, and nothing else", async () => {
    await assert.rejects(admin.mutation(mutation("tables:list"), {}), /defined as Query/);
    await assert.rejects(admin.query(query("documents:add"), {}), /defined as Mutation/);
  });

  it("list functions with validators, and routes", async () => {
    const { modules, routes } = (await admin.query(query("functions:list"), {})) as {
      readonly modules: readonly { readonly path: string; readonly functions: readonly Json[] }[];
      readonly routes: readonly Json[];
    };
    const found = modules.find(({ path }) => path === "messages.js")?.functions ?? [];
    const send = found.find(({ name }) => name === "send");
    assert.equal(send?.["type"], "Mutation");
    assert.equal(JSON.parse(String(send?.["args"])).value.author.fieldType.type, "string");
    assert.equal(found.find(({ name }) => name === "remind")?.["visibility"], "internal");
    assert.ok(routes.some(({ method, path }) => method === "POST" && path === "/postMessage"));
  });

  it("use an index for the filters that it takes, and look through the rest", async () => {
    const byAuthor = { field: "author", operator: "eq", value: "Ada" };
    const indexed = await page([byAuthor]);
    assert.equal(indexed["index"], "by_author");
    assert.equal((indexed["page"] as unknown[]).length, 10);
    const both = await page([byAuthor, { field: "likes", operator: "gte", value: 10 }]);
    assert.equal(both["index"], "by_author");
    assert.ok(
      (both["page"] as Json[]).every((each) => each["author"] === "Ada" && Number(each["likes"]) >= 10),
    );
    const unindexed = await page([{ field: "likes", operator: "eq", value: 7 }]);
    assert.equal(unindexed["index"], null);
    assert.deepEqual(
      (unindexed["page"] as Json[]).map(({ likes }) => likes),
      [7, 7],
    );
    const range = await page([
      { field: "author", operator: "gt", value: "Ada" },
      { field: "author", operator: "lt", value: "Grace" },
    ]);
    assert.deepEqual(new Set((range["page"] as Json[]).map(({ author }) => author)), new Set(["Barbara"]));
    await assert.rejects(page([{ field: "author", operator: "like", value: "A" }]), /expected a field/);
    await assert.rejects(page([7 as unknown as Json]), /expected a field/);
  });

  it("write documents as the schema wants them, all or nothing", async () => {
    const document = { author: "Zoe", body: "One" };
    const id = (await admin.mutation(mutation("documents:add"), { table: "messages", document })) as string;
    const wrong = admin.mutation(mutation("documents:replace"), { id, document: { author: "Zoe" } });
    await assert.rejects(wrong, /missing the required field `body`/);
    await admin.mutation(mutation("documents:patch"), { id, fields: { body: "Two" } });
    const found = (await admin.query(query("documents:get"), { id })) as { table: string; document: Json };
    assert.deepEqual([found.table, found.document["body"]], ["messages", "Two"]);
    const gone = id.slice(0, -1) + (id.endsWith("0") ? "1" : "0");
    await assert.rejects(admin.mutation(mutation("documents:remove"), { ids: [id, gone] }));
    assert.notEqual(await admin.query(query("documents:get"), { id }), null);
    await admin.mutation(mutation("documents:remove"), { ids: [id] });
    assert.equal(await admin.query(query("documents:get"), { id }), null);
    assert.equal(await admin.query(query("documents:get"), { id: "no id" }), null);
    const system = admin.mutation(mutation("documents:add"), { table: "_storage", document: {} });
    await assert.rejects(system, /_storage/);
  });

  it("are live: schema, documents and variables", async () => {
    const client = new ConvexClient(app.api);
    (client.client as unknown as WithAdminAuth).setAdminAuth(app.adminKey);
    const next = <T>(path: string, args: Json, isIt: (value: T) => boolean): Promise<T> =>
      new Promise((resolve) => {
        client.onUpdate(makeFunctionReference<"query">(`_system/${path}`), args as never, (value: T) => {
          if (isIt(value)) resolve(value);
        });
      });
    type Page = { readonly page: readonly Json[] };
    const args = {
      table: "messages",
      filters: [{ field: "author", operator: "eq", value: "Live" }],
      order: "desc",
      paginationOpts: { cursor: null, numItems: 10 },
    };
    await next<Page>("dashboard/documents:page", args, ({ page }) => page.length === 0);
    const seen = next<Page>("dashboard/documents:page", args, ({ page }) => page.length === 1);
    await admin.mutation(mutation("documents:add"), {
      table: "messages",
      document: { author: "Live", body: "" },
    });
    await seen;
    await next<readonly unknown[]>("cli/queryEnvironmentVariables", {}, (value) => value.length === 0);
    const set = next<readonly unknown[]>("cli/queryEnvironmentVariables", {}, (value) => value.length === 1);
    await fetch(`${app.api}/api/update_environment_variables`, {
      method: "POST",
      headers: { authorization: `Convex ${app.adminKey}`, "content-type": "application/json" },
      body: JSON.stringify({ changes: [{ name: "LIVE", value: "yes" }] }),
    });
    await set;
    const tables = next<readonly Json[]>("dashboard/tables:list", {}, (value) => value.length === 2);
    const schema = app.read("convex/schema.ts");
    await app.save({
      "convex/schema.ts": schema.replace("messages:", "other: defineTable({}),\n  messages:"),
    });
    assert.deepEqual(
      (await tables).map(({ name }) => name),
      ["messages", "other"],
    );
    await client.close();
  });

  it("are answered by the terminal too: requests are listed, shown and sent again", async () => {
    const body = JSON.stringify({ author: "Terminal", body: "\u001b[31mred \u202e" });
    await fetch(`${app.site}/postMessage`, {
      method: "POST",
      headers: { authorization: "Bearer hidden" },
      body,
    });
    const run = async (...words: readonly string[]): Promise<string> => {
      const child = spawnEpigraph(["requests", ...words, "--dir", app.folder], {});
      let out = "";
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        out += text;
      });
      const code = await new Promise((resolve) => child.once("close", resolve));
      assert.equal(code, 0, out);
      return out;
    };
    const [id] = (await run("list")).split("\t") as [string];
    const shown = await run("show", id);
    assert.match(shown, /POST \/postMessage/);
    assert.match(shown, /authorization: ••/);
    assert.doesNotMatch(shown, /hidden/);
    assert.equal(shown.includes("\u001b") || shown.includes("\u202e"), false);
    assert.match(
      shown,
      /# \+[\d.]+ ms {2}mutation messages\.js:send, [\d.]+ ms, 0 read, 1 written\n# {3}\[\{"author":"Terminal"/,
    );
    assert.match(shown, /# \+[\d.]+ ms {2}LOG messages\.js:send: 'a message of' 'Terminal'/);
    assert.match(await run("replay", id), new RegExp(`^# ${Number(id) + 1}: POST /postMessage`));
    const { page: sent } = (await page([{ field: "author", operator: "eq", value: "Terminal" }])) as {
      page: unknown[];
    };
    assert.equal(sent.length, 2);
  });
});
