import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, describe, it } from "node:test";
import { SYSTEM_TABLES } from "../src/database/catalogue/system-tables.ts";
import { FunctionCaller } from "./support/functions-api.ts";
import { startApp } from "./support/start-app.ts";

/** The document itself: its SQL and its code are what reads the database here. */
const FORMAT = readFileSync(new URL("../../../docs/storage-format.md", import.meta.url), "utf8");

interface Decoder {
  decodeKey(key: Uint8Array): { readonly parts: readonly unknown[]; readonly internalId: Uint8Array };
  decodeId(id: string): {
    readonly tableNumber: number;
    readonly internalId: Uint8Array;
    readonly isValid: boolean;
  };
}
interface Row {
  readonly key: Uint8Array;
  readonly row: number;
  readonly json: string;
}
type Fields = Record<string, unknown>;

/** In the order of the index. */
const VALUES = [
  {},
  { a: null },
  { a: { $integer: "AAAAAAAAAIA=" } },
  { a: { $integer: "0gKWSQAAAAA=" } },
  { a: -1.5 },
  { a: { $float: "AAAAAAAAAIA=" } },
  { a: 3 },
  { a: { $float: "AAAAAAAA8H8=" } },
  { a: { $float: "AAAAAAAA+H8=" } },
  { a: false },
  { a: true },
  { a: "" },
  { a: "a\0b\u0001c", b: { c: "é😀" } },
  { a: { $bytes: "AAEC/w==" } },
  { a: [null, [1], "x"] },
  { a: { "": {}, x: { $integer: "AQAAAAAAAAA=" } }, b: {} },
];
const FILES = {
  "convex/schema.ts": `
    import { defineSchema, defineTable } from "convex/server";
    import { v } from "convex/values";
    export default defineSchema({ things: defineTable(v.any()).index("by_a_c", ["a", "b.c"]) });
  `,
  "convex/things.ts": `
    import { mutation, query } from "./_generated/server";
    import { v } from "convex/values";
    export const add = mutation({ args: { thing: v.any() }, handler: (ctx, { thing }) => ctx.db.insert("things", thing) });
    export const list = query({ args: {}, handler: (ctx) => ctx.db.query("things").withIndex("by_a_c").collect() });
    export const change = mutation({
      args: {},
      handler: async (ctx) => {
        for (const { _id } of await ctx.db.query("things").take(4)) await ctx.db.patch(_id, { a: "changed" });
        for (const { _id } of await ctx.db.query("things").order("desc").take(3)) await ctx.db.delete(_id);
      },
    });
  `,
};

function block(language: string, name: string): string {
  const found = [...FORMAT.matchAll(/```(\w+)\n(.*?)```/gs)].find(
    ([, itsLanguage, text]) => itsLanguage === language && text?.includes(name),
  );
  assert.ok(found, `no ${language} block with ${name}`);
  return found[2] as string;
}

/** Cells of the tables that have this heading. */
function cells(heading: string): string[][] {
  const table = FORMAT.split("\n\n").find((part) => part.startsWith(heading));
  assert.ok(table, `no table with ${heading}`);
  return table
    .split("\n")
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
}

describe("a database read as docs/storage-format.md says", async () => {
  const app = await startApp({ files: FILES });
  after(() => app.stop());
  const folder = join(app.folder, ".epigraph");
  const caller = new FunctionCaller(app);
  const decoder: Decoder = await import(
    `data:text/javascript,${encodeURIComponent(block("js", "export function decodeKey"))}`
  );
  for (const thing of VALUES) await caller.mutation("things:add", { thing });
  const listed = (await caller.query("things:list")) as Fields[];

  const database = new DatabaseSync(join(folder, "data.db"), { readOnly: true });
  after(() => {
    if (database.isOpen) database.close();
  });
  const all = (name: string, parameters: Record<string, string | number> = {}): Fields[] =>
    database.prepare(block("sql", name)).all(parameters) as Fields[];
  const documentsOf = (index: number): Row[] =>
    all("-- documents of an index in its order", { index }) as unknown as Row[];
  const indexOf = (table: string, index: string): { readonly id: number; readonly fields: string } => {
    const [found] = all("-- index of a table", { table, index });
    assert.ok(found);
    return found as { readonly id: number; readonly fields: string };
  };
  /** The documents as they were at first, in the order that the query gave. */
  const assertAreListed = (rows: readonly Row[]): void => {
    const documents = rows.map(({ json }) => JSON.parse(json) as Fields);
    assert.deepEqual(
      documents.map(({ _id }) => _id),
      listed.map(({ _id }) => _id),
    );
    assert.deepEqual(
      documents.map(({ _id, _creationTime, ...fields }) => fields),
      VALUES,
    );
  };
  const at = (document: Fields, path: string): unknown =>
    path.split(".").reduce<unknown>((value, step) => (value as Fields | undefined)?.[step], document);

  it("has the files and modes of the list, while it runs", () => {
    const expected = cells("| File |").map(([name, , mode]) => [
      name?.replaceAll("`", ""),
      Number.parseInt(mode as string, 8) & ~process.umask(),
    ]);
    const found = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
    assert.deepEqual(found.toSorted(), expected.toSorted());
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  it("has the tables and columns of the list", () => {
    const listed: Record<string, string[]> = {};
    let table = "";
    for (const [name, columns] of cells("| Table | Column |")) {
      if (name !== "") table = name?.replaceAll("`", "") as string;
      listed[table] = [
        ...(listed[table] ?? []),
        ...[...(columns?.matchAll(/`(\w+)`/g) ?? [])].map(([, c]) => c as string),
      ];
    }
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as {
      name: string;
    }[];
    const found = Object.fromEntries(
      tables.map(({ name }) => [
        name,
        (database.prepare(`SELECT name FROM pragma_table_info('${name}')`).all() as { name: string }[]).map(
          (column) => column.name,
        ),
      ]),
    );
    const sorted = (lists: Record<string, string[]>): unknown =>
      Object.entries(lists)
        .map(([name, columns]) => [name, columns.toSorted()])
        .toSorted();
    assert.deepEqual(sorted(found), sorted(listed));
    for (const [pragma, value] of [
      ["user_version", 1],
      ["application_id", 1164994919],
      ["page_size", 4096],
    ] as const) {
      assert.deepEqual({ ...database.prepare(`PRAGMA ${pragma}`).get() }, { [pragma]: value });
    }
  });

  it("has the system tables of the list", () => {
    const listed = cells("| Id | Name |").map(([id, name, number]) => [
      Number(id),
      name?.replaceAll("`", ""),
      Number(number),
    ]);
    assert.deepEqual(
      listed,
      SYSTEM_TABLES.map(({ id, name, number }) => [id, name, number]),
    );
  });

  it("names its tables, and lists the documents of each index in the order that queries give", () => {
    assert.deepEqual(
      all("-- tables of the app").map(({ name, number }) => [name, number]),
      [["things", 10001]],
    );
    const { id, fields } = indexOf("things", "by_a_c");
    assert.equal(fields, '["a","b.c"]');
    assertAreListed(documentsOf(id));
    assert.equal(documentsOf(indexOf("things", "by_creation_time").id).length, VALUES.length);
  });

  it("has keys that say what the documents say, and ids that say where they belong", () => {
    const { id, fields } = indexOf("things", "by_a_c");
    const paths = [...(JSON.parse(fields) as string[]), "_creationTime"];
    for (const { key, json } of documentsOf(id)) {
      const document = JSON.parse(json) as Fields;
      const { parts, internalId } = decoder.decodeKey(key);
      assert.deepEqual(
        parts,
        paths.map((path) => at(document, path)),
      );
      const decoded = decoder.decodeId(document["_id"] as string);
      assert.deepEqual(decoded, {
        tableNumber: 10001,
        internalId: new Uint8Array(internalId),
        isValid: true,
      });
    }
    const byId = documentsOf(indexOf("things", "by_id").id);
    for (const { key, json } of byId) {
      assert.deepEqual(new Uint8Array(key), decoder.decodeId(JSON.parse(json)._id).internalId);
    }
    const misspelt = (listed[0]!["_id"] as string).replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    assert.equal(decoder.decodeId(misspelt).isValid, false);
  });

  it("can be read as it was before the last changes", async () => {
    const { id } = indexOf("things", "by_a_c");
    const { last_ts: at } = database.prepare("SELECT last_ts FROM head").get() as { last_ts: number };
    await caller.mutation("things:change", {});
    const now = documentsOf(id);
    assert.equal(now.length, VALUES.length - 3);
    assert.equal(now.filter(({ json }) => json.includes("changed")).length, 4);
    const then = all("-- documents of an index as they were", { index: id, at });
    assertAreListed(then as unknown as Row[]);
  });

  it("is one file, with the secret and the lock beside it, after a clean stop", async () => {
    database.close();
    await app.kill("SIGTERM");
    const always = cells("| File |").filter(([, when]) => when === "always");
    assert.deepEqual(
      readdirSync(folder).toSorted(),
      always.map(([name]) => name?.replaceAll("`", "")).toSorted(),
    );
  });
});
