import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, describe, it } from "node:test";
import { promisify } from "node:util";
import { ConvexClient } from "convex/browser";
import { anyApi, type FunctionReference } from "convex/server";
import { fromBuffer, type ZipFile } from "yauzl";
import { ZipFile as NewZip } from "yazl";
import { BareServer } from "./support/bare-server.ts";
import { OfficialApp } from "./support/official-cli.ts";

const SCHEMA = `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema(
  {
    messages: defineTable({ author: v.string(), body: v.optional(v.string()) }).index("by_author", ["author"]),
    replies: defineTable({ to: v.id("messages"), text: v.string() }),
  },
  { strictTableNameTypes: false },
);
`;

const FUNCTIONS = `import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const all = query({
  args: { table: v.string() },
  handler: (ctx, { table }) => ctx.db.query(table as any).collect(),
});
export const authors = query({
  args: { author: v.string() },
  handler: async (ctx, { author }) =>
    (await ctx.db.query("messages").withIndex("by_author", (q) => q.eq("author", author)).collect()).length,
});
export const add = mutation({
  args: { table: v.string(), document: v.any() },
  handler: (ctx, { table, document }) => ctx.db.insert(table as any, document),
});
export const uploadUrl = mutation({ args: {}, handler: (ctx) => ctx.storage.generateUploadUrl() });
export const files = query({ args: {}, handler: (ctx) => ctx.db.system.query("_storage").collect() });
export const fileUrl = query({
  args: { id: v.id("_storage") },
  handler: (ctx, { id }) => ctx.storage.getUrl(id),
});
export const odd = mutation({
  args: {},
  handler: (ctx) =>
    ctx.db.insert("anything" as any, {
      big: 9007199254740993n,
      whole: 5,
      part: 1.5,
      zero: -0,
      nothing: NaN,
      endless: Infinity,
      bytes: new Uint8Array([0, 255]).buffer,
      list: [1, 2n, null],
    } as any),
});
`;

interface Document {
  readonly _id: string;
  readonly _creationTime: number;
  readonly [field: string]: unknown;
}

const folder = mkdtempSync(join(tmpdir(), "epigraph-transfer-"));
let server: BareServer;
let app: OfficialApp;

before(async () => {
  server = await BareServer.start();
  app = new OfficialApp({ "convex/schema.ts": SCHEMA, "convex/data.ts": FUNCTIONS }, server);
  await app.succeed(["deploy", "--typecheck", "disable"]);
});
after(async () => {
  app[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const all = async (table: string, from: BareServer = server): Promise<readonly Document[]> =>
  (await from.value("data:all", { table })) as Document[];
const add = (table: string, document: object): Promise<string> =>
  server.value("data:add", { table, document }) as Promise<string>;

interface Answer {
  readonly numWritten?: number;
  readonly code?: string;
  readonly message?: string;
}

/** Imports at once. */
async function load(
  body: string | Uint8Array,
  parameters: Readonly<Record<string, string>>,
  into: BareServer = server,
): Promise<Answer> {
  const query = new URLSearchParams(parameters);
  const response = await into.request(`/api/import?${query}`, body);
  return (await response.json()) as Answer;
}

const lines = (...documents: readonly object[]): string =>
  documents.map((document) => `${JSON.stringify(document)}\n`).join("");
const bodies = (documents: readonly Document[]): unknown[] => documents.map(({ body }) => body);

async function zipOf(entries: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new NewZip();
  for (const [name, content] of Object.entries(entries)) zip.addBuffer(Buffer.from(content), name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function exported(from: BareServer = server, query = ""): Promise<Buffer> {
  assert.equal((await from.request(`/api/export/request/zip${query}`, {})).status, 200);
  for (;;) {
    const answer = await from.request("/api/query", {
      path: "_system/cli/exports:getLatest",
      args: {},
      format: "json",
    });
    const { value } = (await answer.json()) as { value: { state: string; start_ts: string } };
    if (value.state === "failed") throw new Error("The export failed");
    if (value.state === "completed") {
      const response = await from.request(`/api/export/zip/${value.start_ts}`);
      assert.match(
        response.headers.get("content-disposition") as string,
        new RegExp(`^attachment; filename=snapshot_\\w+_${value.start_ts}\\.zip$`),
      );
      return Buffer.from(await response.arrayBuffer());
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function unzip(bytes: Buffer): Promise<Map<string, string>> {
  const open = promisify(fromBuffer) as unknown as (bytes: Buffer, options: object) => Promise<ZipFile>;
  const zip = await open(bytes, { lazyEntries: true });
  const found = new Map<string, string>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  zip.on("entry", (entry) =>
    zip.openReadStream(entry, (error, stream) => {
      if (error !== null) return reject(error);
      text(stream).then((content) => {
        found.set(entry.fileName, content);
        zip.readEntry();
      }, reject);
    }),
  );
  zip.once("end", resolve);
  zip.readEntry();
  await promise;
  return found;
}

describe("an import", () => {
  beforeEach(async () => {
    await load("", { tableName: "messages", format: "jsonLines", mode: "replace" });
    await load("", { tableName: "replies", format: "jsonLines", mode: "replace" });
  });

  const into = { tableName: "messages", format: "jsonLines" };

  it("of lines into an empty table is there with its index; into one with documents it is refused", async () => {
    const two = lines({ author: "Ada", body: "1" }, { author: "Bob", body: "2" });
    assert.deepEqual(await load(two, into), { numWritten: 2 });
    assert.deepEqual(bodies(await all("messages")).sort(), ["1", "2"]);
    assert.equal(await server.value("data:authors", { author: "Bob" }), 1);
    assert.deepEqual(await load(two, into), {
      code: "TableExists",
      message:
        "Hit an error while importing:\nTable messages already exists. Please choose a new table name or use replace/append modes.",
    });
    await load(lines({ author: "Eve", body: "3" }), { ...into, mode: "append" });
    assert.deepEqual(bodies(await all("messages")).sort(), ["1", "2", "3"]);
    assert.equal(await server.value("data:authors", { author: "Eve" }), 1);
    await load(lines({ author: "Kim", body: "4" }), { ...into, mode: "replace" });
    assert.deepEqual(bodies(await all("messages")), ["4"]);
    assert.equal(await server.value("data:authors", { author: "Ada" }), 0);
    assert.equal(await server.value("data:authors", { author: "Kim" }), 1);
    await add("messages", { author: "Kim", body: "5" });
    assert.equal(await server.value("data:authors", { author: "Kim" }), 2);
  });

  it("of more rows than a batch has all of them, and the last one need not end its line", async () => {
    const many = Array.from({ length: 1234 }, (_, i) => ({ author: `a${i % 7}`, body: String(i) }));
    const body = lines(...many).trimEnd();
    assert.deepEqual(await load(body, into), { numWritten: 1234 });
    assert.equal((await all("messages")).length, 1234);
    assert.equal(await server.value("data:authors", { author: "a3" }), 176);
  });

  it("keeps ids and creation times, and numbers are floats", async () => {
    const id = await add("messages", { author: "Ada" });
    const [before] = await all("messages");
    await load(lines({ ...before, body: "kept" }), { ...into, mode: "replace" });
    const [after] = await all("messages");
    assert.deepEqual(after, { ...before, body: "kept" });
    assert.equal(after?._id, id);
    await load(lines({ n: 5 }), { tableName: "anything", format: "jsonLines", mode: "replace" });
    const answer = await server.request("/api/function", {
      path: "data:all",
      args: { table: "anything" },
      format: "convex_encoded_json",
    });
    assert.match(await answer.text(), /"n":5(?:\.0)?[,}]/);
  });

  it("of CSV reads numbers as numbers, and leaves out empty cells that may be missing", async () => {
    const csv = 'n , s,e\n1,abc,\n1e3,"a, ""b""\nc",x\nNaN, 5,-0.5\n';
    assert.deepEqual(await load(csv, { tableName: "csv", format: "csv", mode: "replace" }), {
      numWritten: 3,
    });
    const rows = (await all("csv")).map(({ n, s, e }) => ({ n, s, e }));
    assert.deepEqual(
      rows.sort((a, b) => String(a.s).localeCompare(String(b.s))),
      [
        { n: null, s: " 5", e: -0.5 },
        { n: 1000, s: 'a, "b"\nc', e: "x" },
        { n: 1, s: "abc", e: "" },
      ].sort((a, b) => a.s.localeCompare(b.s)),
    );
    await load("author,body\nAda,\n", { tableName: "messages", format: "csv", mode: "replace" });
    assert.deepEqual(
      (await all("messages")).map(({ _id, _creationTime, ...fields }) => fields),
      [{ author: "Ada" }],
    );
  });

  it("of an array of objects works like one of lines", async () => {
    const json = JSON.stringify([{ author: "Ada" }, { author: "Bob" }]);
    assert.deepEqual(await load(json, { ...into, format: "jsonArray" }), { numWritten: 2 });
  });

  it("of nothing clears a table", async () => {
    await add("messages", { author: "Ada" });
    assert.deepEqual(await load("", { ...into, mode: "replace" }), { numWritten: 0 });
    assert.deepEqual(await all("messages"), []);
  });

  const refused: readonly (readonly [
    what: string,
    body: string,
    parameters: Record<string, string>,
    code: string,
    message: RegExp,
  ])[] = [
    ["a blank line", '{"author":"a"}\n\n{"author":"b"}\n', {}, "InvalidImport", /^Row 2 wasn't valid JSON: /],
    ["a line that is no JSON", '{"author":"a"}\nnope\n', {}, "InvalidImport", /^Row 2 wasn't valid JSON: /],
    ["a line that is no object", "[1]\n", {}, "InvalidImport", /^Row 1 wasn't an object$/],
    [
      "a wrapper in plain JSON",
      '{"author":{"$integer":"AAAAAAAAAAA="}}\n',
      {},
      "InvalidImport",
      /^Row 1 wasn't a valid Convex value: Field name \$integer starts with '\$', which is reserved\.$/,
    ],
    [
      "a document that is no document",
      '{"author":"a","_secret":1}\n',
      {},
      "InvalidImport",
      /^Row 1 wasn't a valid Convex value: .*starts with an underscore/s,
    ],
    [
      "what the schema does not allow",
      '{"author":"a"}\n{"author":5}\n',
      {},
      "InvalidImport",
      /^Document with ID "\w+" in table "messages" does not match the schema: /,
    ],
    ["an id that is none", '{"author":"a","_id":"nope"}\n', {}, "InvalidId", /^invalid _id 'nope'$/],
    [
      "a creation time that is none",
      '{"author":"a","_creationTime":"now"}\n',
      {},
      "InvalidImport",
      /_creationTime must be a Float64/,
    ],
    [
      "a byte order mark",
      '\ufeff{"author":"a"}\n',
      {},
      "InvalidImport",
      /^UTF-8 BOM is not supported\. Please save your file without BOM\.$/,
    ],
    [
      "a row that lacks a cell",
      "author,body\na\n",
      { format: "csv" },
      "InvalidImport",
      /^CSV row 1 doesn't have all of the fields in the header$/,
    ],
    [
      "a header that is no field",
      "author,$x\na,b\n",
      { format: "csv" },
      "InvalidImport",
      /^CSV header "\$x" isn't a valid field name: /,
    ],
    ["an array that is none", '{"a":1}', { format: "jsonArray" }, "InvalidImport", /^Not a JSON array$/],
    ["an array that is no JSON", "[", { format: "jsonArray" }, "InvalidImport", /^Not valid JSON: /],
    [
      "an array that is too large",
      `[${" ".repeat(16 * 1024 * 1024)}]`,
      { format: "jsonArray" },
      "InvalidImport",
      /^Import is too large for JSON \(16777218 bytes > maximum 16 MiB\)\. Consider converting data to JSONLines$/,
    ],
    ["a table of the server", "{}\n", { tableName: "_tables" }, "InvalidName", /is a reserved table name/],
    ["a format that is none", "", { format: "xml" }, "InvalidImport", /format: expected one of/],
    ["what is no ZIP", "nope", { format: "zip", tableName: "" }, "InvalidZip", /./],
  ];
  for (const [what, body, parameters, code, message] of refused) {
    it(`with ${what} is refused and changes nothing`, async () => {
      await add("messages", { author: "Ada", body: "before" });
      const { tableName = "messages", ...rest } = parameters;
      const named = tableName === "" ? {} : { tableName };
      const answer = await load(body, { format: "jsonLines", mode: "replace", ...named, ...rest });
      assert.equal(answer.code, code, answer.message);
      const shown = (answer.message as string).replace("Hit an error while importing:\n", "");
      assert.match(shown, message);
      assert.deepEqual(bodies(await all("messages")), ["before"]);
    });
  }

  it("with an id twice is refused, also where the two are far from each other", async () => {
    const id = await add("messages", { author: "Ada" });
    const row = { author: "a", _id: id };
    const near = await load(lines(row, row), { ...into, mode: "replace" });
    assert.deepEqual(
      [near.code, near.message?.split("\n")[1]],
      ["DuplicateId", 'Objects in table "messages" have duplicate _id fields'],
    );
    const between = Array.from({ length: 999 }, () => ({ author: "b" }));
    assert.equal((await load(lines(row, ...between, row), { ...into, mode: "replace" })).code, "DuplicateId");
    assert.equal((await load(lines(row), { ...into, mode: "append" })).code, "DuplicateId");
    assert.equal((await all("messages")).length, 1);
  });

  it("with ids of another table is refused", async () => {
    const foreign = await add("others", { x: 1 });
    const own = await add("messages", { author: "Ada" });
    const conflict = await load(lines({ author: "a", _id: foreign }), { ...into, mode: "replace" });
    assert.equal(conflict.code, "TableConflict");
    assert.match(
      conflict.message as string,
      /New table `messages` has IDs that conflict with existing table `others`\. To delete all existing tables, import with `npx convex import --replace-all`\.$/,
    );
    const mixed = await load(lines({ author: "a", _id: own }, { author: "b", _id: foreign }), {
      ...into,
      mode: "replace",
    });
    assert.equal(mixed.code, "ImportConflict");
    assert.match(
      mixed.message as string,
      /^Hit an error while importing:\n_id \w+ cannot be imported into 'messages'/,
    );
    const append = await load(lines({ author: "a", _id: foreign }), { ...into, mode: "append" });
    assert.equal(append.code, "TableNumberConflict");
  });

  it("is seen whole or not at all by those who read meanwhile", async () => {
    await load(lines(...Array.from({ length: 500 }, () => ({ author: "old" }))), into);
    const many = lines(...Array.from({ length: 3000 }, () => ({ author: "new" })));
    let isOver = false;
    const seen = new Set<string>();
    const read = async (): Promise<void> => {
      while (!isOver) {
        const authors = (await all("messages")).map(({ author }) => author);
        seen.add(`${authors.length} ${[...new Set(authors)].join()}`);
      }
    };
    const reading = read();
    await load(many, { ...into, mode: "replace" });
    isOver = true;
    await reading;
    assert.equal((await all("messages")).length, 3000);
    for (const state of seen) assert.match(state, /^(?:500 old|3000 new)$/);
  });

  it("is told to those who watch the table, once all of it is there", async () => {
    await load(lines({ author: "old" }), into);
    const client = new ConvexClient(server.api);
    try {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const seen: string[] = [];
      client.onUpdate(
        anyApi["data"]!["all"]! as FunctionReference<"query">,
        { table: "messages" },
        (documents: readonly Document[]) => {
          seen.push(`${documents.length} ${documents.at(0)?.["author"]}`);
          if (seen.length === 1) {
            const many = lines(...Array.from({ length: 2500 }, () => ({ author: "new" })));
            load(many, { ...into, mode: "replace" }).catch(reject);
          } else if (seen.at(-1) === "2500 new") resolve();
        },
        reject,
      );
      await promise;
      assert.deepEqual(seen, ["1 old", "2500 new"]);
    } finally {
      await client.close();
    }
  });

  it("that is cut off by a crash leaves nothing, and the server removes what it has begun", async () => {
    await load(lines({ author: "safe" }), into);
    const many = lines(...Array.from({ length: 60_000 }, (_, i) => ({ author: `a${i}` })));
    const importing = load(many, { ...into, mode: "replace" }).catch(() => null);
    await new Promise((resolve) => setTimeout(resolve, 700));
    await server.stop("SIGKILL");
    await importing;
    await server.start();
    assert.deepEqual(
      (await all("messages")).map(({ author }) => author),
      ["safe"],
    );
    assert.deepEqual(await load(lines({ author: "again" }), { ...into, mode: "replace" }), { numWritten: 1 });
    assert.deepEqual(
      (await all("messages")).map(({ author }) => author),
      ["again"],
    );
  });
});

describe("a ZIP", () => {
  it("has the documents of one instant in a layout that others read", async () => {
    await load(lines({ author: "Ada", body: "1" }), {
      tableName: "messages",
      format: "jsonLines",
      mode: "replace",
    });
    await load("", { tableName: "anything", format: "jsonLines", mode: "replace" });
    const id = (await server.value("data:odd")) as string;
    const files = await unzip(await exported());
    const names = [...files.keys()];
    assert.ok(names.includes("README.md"));
    assert.equal(files.get("messages/generated_schema.jsonl"), '"uniform"\n');
    const tables = (files.get("_tables/documents.jsonl") as string).trimEnd().split("\n");
    const numbers = tables.map((line) => (JSON.parse(line) as { id: number }).id);
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    assert.ok(tables.some((line) => /^\{"name":"messages","id":\d{5}\}$/.test(line)));
    const odd = files.get("anything/documents.jsonl") as string;
    assert.ok(odd.endsWith("}\n"));
    assert.match(odd, /"big":9007199254740993,/);
    assert.match(odd, /"whole":5\.0[,}]/);
    assert.match(odd, /"part":1\.5[,}]/);
    assert.match(odd, /"zero":-0\.0[,}]/);
    assert.match(odd, /"nothing":\{"\$float":"AAAAAAAA\+H8="\}/);
    assert.match(odd, /"bytes":\{"\$bytes":"AP8="\}/);
    assert.match(odd, /"list":\[1\.0,2,null\]/);
    assert.match(odd, /"_creationTime":\d+\.\d+[,}]/);
    assert.ok(odd.includes(`"_id":"${id}"`));
  });

  it("that is imported elsewhere gives the same documents, ids and all", async () => {
    await using other = await BareServer.start();
    using same = new OfficialApp({ "convex/schema.ts": SCHEMA, "convex/data.ts": FUNCTIONS }, other);
    await same.succeed(["deploy", "--typecheck", "disable"]);
    const to = await add("messages", { author: "Ada", body: "with reply" });
    await add("replies", { to, text: "re" });
    const zip = await exported();
    const answer = await load(zip, { format: "zip", mode: "replaceAll" }, other);
    assert.ok((answer.numWritten as number) > 2, answer.message);
    const encoded = async (from: BareServer, table: string): Promise<string> =>
      (
        await from.request("/api/function", {
          path: "data:all",
          args: { table },
          format: "convex_encoded_json",
        })
      ).text();
    for (const table of ["messages", "replies", "anything"]) {
      assert.equal(await encoded(other, table), await encoded(server, table), table);
    }
    assert.equal(
      await other.value("data:authors", { author: "Ada" }),
      await server.value("data:authors", { author: "Ada" }),
    );
  });

  it("with files has their bytes, and brings them back under their ids", async () => {
    const upload = async (body: string, type?: string): Promise<string> => {
      const url = (await server.value("data:uploadUrl")) as string;
      const headers = type === undefined ? {} : { "Content-Type": type };
      const response = await fetch(url, { method: "POST", body: Buffer.from(body), headers });
      return ((await response.json()) as { storageId: string }).storageId;
    };
    const [text, large] = [await upload("hello", "text/plain"), await upload("x".repeat(300_000))];
    await load("", { tableName: "messages", format: "jsonLines", mode: "replace" });
    await add("messages", { author: "Ada", body: text });
    const zip = await exported(server, "?includeStorage=true");
    const entries = await unzip(zip);
    assert.equal(entries.get(`_storage/${text}`), "hello");
    const rows = (entries.get("_storage/documents.jsonl") as string).trimEnd().split("\n");
    const row = rows.find((line) => line.includes(text)) as string;
    assert.match(row, /"size":5[,}]/);
    assert.match(row, /"contentType":"text\/plain"/);
    assert.match(row, /"internalId":"[0-9a-f-]{36}"/);
    assert.match(row, /"sha256":"LPJNul\+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="/);

    await using other = await BareServer.start();
    using same = new OfficialApp({ "convex/schema.ts": SCHEMA, "convex/data.ts": FUNCTIONS }, other);
    await same.succeed(["deploy", "--typecheck", "disable"]);
    await load(zip, { format: "zip", mode: "replaceAll" }, other);
    const byId = (a: Document, b: Document): number => (a._id < b._id ? -1 : 1);
    const files = async (from: BareServer): Promise<Document[]> =>
      ((await from.value("data:files")) as Document[]).toSorted(byId);
    assert.deepEqual(await files(other), await files(server));
    const url = (await other.value("data:fileUrl", { id: text })) as string;
    const response = await fetch(url);
    assert.equal(response.headers.get("content-type"), "text/plain");
    assert.equal(await response.text(), "hello");
    const whole = await fetch((await other.value("data:fileUrl", { id: large })) as string);
    assert.equal((await whole.text()).length, 300_000);
    // Again: the same files take the places of those that are there.
    await load(zip, { format: "zip", mode: "replaceAll" }, other);
    assert.deepEqual(await files(other), await files(server));
    assert.equal((await load(zip, { format: "zip", mode: "append" }, other)).code, "DuplicateId");

    const changed = await zipOf({
      "_storage/documents.jsonl": `${row}\n`,
      [`_storage/${text}.txt`]: "hellO",
    });
    const refusedOne = await load(changed, { format: "zip", mode: "replaceAll" }, other);
    assert.equal(refusedOne.code, "InvalidZip");
    assert.match(refusedOne.message as string, /which its document does not say/);
    assert.equal(await (await fetch(url)).text(), "hello");
  });

  it("replaces all: tables that it has not are emptied where the schema has them, and deleted otherwise", async () => {
    await add("messages", { author: "Ada" });
    await add("others", { x: 1 });
    const zip = await zipOf({ "fresh/documents.jsonl": lines({ a: 1 }) });
    assert.deepEqual(await load(zip, { format: "zip", mode: "replaceAll" }), { numWritten: 1 });
    const answer = await server.request("/api/query", {
      path: "_system/cli/tables",
      args: { paginationOpts: {} },
      format: "json",
    });
    const { value } = (await answer.json()) as { value: { page: { name: string }[] } };
    assert.deepEqual(
      value.page.map(({ name }) => name),
      ["fresh", "messages", "replies"],
    );
    assert.deepEqual(await all("messages"), []);
    assert.deepEqual(await all("others"), []);
  });

  it("may lie in a folder; what is of the server in it is left out", async () => {
    const zip = await zipOf({
      "snapshot/inner/loose/documents.jsonl": lines({ a: 1, text: "5" }),
      "snapshot/inner/_scheduled_functions/documents.jsonl": lines({ x: 1 }),
      "snapshot/README.md": "hi",
    });
    assert.deepEqual(await load(zip, { format: "zip", mode: "replace" }), { numWritten: 1 });
    const [loose] = await all("loose");
    assert.deepEqual([loose?.["a"], loose?.["text"]], [1, "5"]);
  });

  it("whose numbers fight is refused", async () => {
    const zip = await zipOf({
      "_tables/documents.jsonl": lines({ name: "p", id: 20_001 }, { name: "q", id: 20_001 }),
      "p/documents.jsonl": lines({ a: 1 }),
      "q/documents.jsonl": lines({ a: 1 }),
    });
    const { code, message } = await load(zip, { format: "zip", mode: "replace" });
    assert.equal(code, "InvalidId");
    assert.match(message as string, /conflict between `p` and `q` with number 20001$/);
  });

  const broken: readonly (readonly [what: string, entries: Record<string, string>, message: RegExp])[] = [
    [
      "the same table twice",
      { "a/t/documents.jsonl": "", "b/t/documents.jsonl": "" },
      /two folders are called t/,
    ],
    ["components", { "_components/c/t/documents.jsonl": "" }, /not yet in this version: components/],
    [
      "a schema of an old kind",
      { "t/documents.jsonl": "{}\n", "t/generated_schema.jsonl": '"{\\"a\\": int64}"\n' },
      /of an old kind/,
    ],
    ["a row that is none", { "t/documents.jsonl": "{}\n[]\n" }, /Row 2 wasn't an object/],
  ];
  for (const [what, entries, message] of broken) {
    it(`with ${what} is refused`, async () => {
      const answer = await load(await zipOf(entries), { format: "zip", mode: "replace" });
      assert.match(answer.message as string, message);
    });
  }

  it("that is cut short, or would become far more than it is, is refused", async () => {
    const good = await zipOf({ "t/documents.jsonl": lines({ a: 1 }) });
    assert.equal((await load(good.subarray(0, -10), { format: "zip", mode: "replace" })).code, "InvalidZip");
    const huge = await zipOf({ "t/documents.jsonl": lines({ a: "x".repeat(100_000) }) });
    // The size that the list of entries declares.
    const bomb = Buffer.from(huge);
    const entry = bomb.lastIndexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    bomb.writeUInt32LE(0xfffffff0, entry + 24);
    const answer = await load(bomb, { format: "zip", mode: "replace" });
    assert.equal(answer.code, "InvalidZip");
    assert.match(answer.message as string, /would become \d+, which no export does/);
    const liar = Buffer.from(huge);
    liar.writeUInt32LE(10, entry + 24);
    assert.equal((await load(liar, { format: "zip", mode: "replace" })).code, "InvalidZip");
  });

  it("is made one at a time", async () => {
    await load(lines(...Array.from({ length: 20_000 }, (_, i) => ({ author: `a${i}` }))), {
      tableName: "messages",
      format: "jsonLines",
      mode: "replace",
    });
    const answers = await Promise.all([
      server.request("/api/export/request/zip", {}),
      server.request("/api/export/request/zip", {}),
    ]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400]);
    const refusedOne = answers.find(({ status }) => status === 400) as Response;
    assert.deepEqual(await refusedOne.json(), {
      code: "ExportInProgress",
      message: "There is already an export requested or in progress.",
    });
  });

  it("can be asked for by those alone who may, and by a name that is one", async () => {
    assert.equal((await fetch(`${server.api}/api/export/zip/1`)).status, 403);
    const missing = await server.request("/api/export/zip/12345");
    assert.deepEqual(
      [missing.status, ((await missing.json()) as { code: string }).code],
      [404, "ExportNotFound"],
    );
    for (const name of ["..%2f..%2finstance.json", "x", "-1"]) {
      const answer = await server.request(`/api/export/zip/${name}`);
      assert.deepEqual(
        [answer.status, ((await answer.json()) as { code: string }).code],
        [400, "BadSnapshotId"],
      );
    }
  });
});

describe("convex import and export", () => {
  const file = (name: string, content: string): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  before(async () => {
    await load("", { tableName: "messages", format: "jsonLines", mode: "replace" });
  });

  it("import what files hold, and say what they did", async () => {
    const printed = await app.succeed([
      "import",
      "--table",
      "messages",
      file("a.jsonl", lines({ author: "Ada" })),
    ]);
    assert.match(printed, /Added 1 documents to table "messages"\./);
    assert.match(
      await app.fail(["import", "--table", "messages", file("a.csv", "author\nBob\n")]),
      /Table messages already exists\. Please choose a new table name or use replace\/append modes\./,
    );
    await app.succeed(["import", "--table", "messages", "--append", file("a.csv", "author\nBob\n")]);
    assert.deepEqual((await all("messages")).map(({ author }) => author).sort(), ["Ada", "Bob"]);
    const json = file("a.json", '[{"author":"Eve"}]');
    assert.match(
      await app.fail(["import", "--table", "messages", "--replace", json]),
      /Cannot prompt for input in non-interactive terminals\. \(Perform import\?\)/,
    );
    await app.succeed(["import", "--table", "messages", "--replace", "--yes", json]);
    assert.deepEqual(
      (await all("messages")).map(({ author }) => author),
      ["Eve"],
    );
  });

  it("fail with the text of what does not fit", async () => {
    const wrong = file("wrong.jsonl", lines({ author: 5 }));
    assert.match(
      await app.fail(["import", "--table", "messages", "--replace", "--yes", wrong]),
      /Document with ID "\w+" in table "messages" does not match the schema/,
    );
    assert.deepEqual(
      (await all("messages")).map(({ author }) => author),
      ["Eve"],
    );
  });

  it("send large files in parts", async () => {
    const large = file(
      "large.jsonl",
      lines(...Array.from({ length: 120 }, () => ({ author: "x".repeat(100_000) }))),
    );
    const printed = await app.succeed(["import", "--table", "messages", "--replace", "--yes", large]);
    assert.match(printed, /Added 120 documents/);
  });

  it("export into a file and import it again", async () => {
    const path = join(folder, "out.zip");
    await app.succeed(["export", "--path", path]);
    assert.ok((await unzip(readFileSync(path))).has("messages/documents.jsonl"));
    const before = await all("messages");
    const printed = await app.succeed(["import", "--replace-all", "--yes", path]);
    assert.match(printed, /Added \d+ documents\./);
    assert.deepEqual(await all("messages"), before);
  });
});
