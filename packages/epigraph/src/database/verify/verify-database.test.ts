import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { defineSchema, defineTable, type GenericSchema } from "convex/server";
import { v } from "convex/values";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { TestDatabase } from "../testing/test-database.ts";
import type { Verification } from "./verification.ts";
import { type VerifyOptions, verifyDatabase } from "./verify-database.ts";

function exported(tables: GenericSchema): string {
  return (defineSchema(tables) as unknown as { export(): string }).export();
}

const FIELDS = { n: v.number(), text: v.optional(v.string()) };
const BY_N = defineTable(FIELDS).index("by_n", ["n"]);
const BOTH = exported({ notes: BY_N.index("by_text", ["text"]), empty: defineTable(FIELDS) });
const BY_N_ALONE = exported({
  notes: defineTable(FIELDS).index("by_n", ["n"]),
  empty: defineTable(FIELDS),
});

const OPTIONS: VerifyOptions = { kept: 10, onProgress: () => {}, signal: new AbortController().signal };

/** Updates, deletes and their history, and an index that is dropped with entries that nobody keeps any more. */
async function fill(test: TestDatabase): Promise<void> {
  await test.push(BOTH);
  const ids = await test.mutate((run) =>
    Array.from({ length: 40 }, (_, n) => run.insert("notes", { n, text: `note ${n}` })),
  );
  await test.push(BY_N_ALONE);
  await test.mutate((run) => {
    for (const id of ids.slice(0, 10)) run.patch(id, { n: 100 });
    for (const id of ids.slice(10, 15)) run.patch(id, { text: "only text" });
    for (const id of ids.slice(35)) run.remove(id);
  });
  await test.mutate((run) => {
    run.patch(ids[0] as string, { n: 0 });
    run.remove(ids[1] as string);
  });
}

describe("a check of a whole database", () => {
  let test: TestDatabase;
  let folder: string;
  let copies = 0;
  before(async () => {
    test = new TestDatabase();
    await fill(test);
    test.stop();
    folder = mkdtempSync(join(tmpdir(), "epigraph-verify-"));
  });
  after(() => {
    test.close();
    rmSync(folder, { recursive: true });
  });

  /** A copy of the database, with what a statement makes of it. */
  const damaged = (sql: string): SqliteStore => {
    const copy = join(folder, String(copies++));
    mkdirSync(copy);
    const store = new SqliteStore(copy);
    copyFileSync(join(test.folder, "data.db"), store.path);
    const database = new DatabaseSync(store.path);
    database.exec(sql);
    database.close();
    return store;
  };
  const verify = async (store: SqliteStore, options = OPTIONS): Promise<Verification> => {
    const inspection = store.inspect();
    try {
      return await verifyDatabase(inspection, options);
    } finally {
      inspection.close();
    }
  };

  it("finds nothing where nothing is wrong, counts what is there and changes nothing", async () => {
    const store = damaged("");
    const before = readFileSync(store.path);
    const { problems, warnings, ...rest } = await verify(store);
    assert.deepEqual([problems.first, warnings.first], [[], []]);
    assert.equal(rest.isComplete, true);
    assert.equal(rest.tables, 2);
    // 34 notes; the tables, indexes, counters and the schema are documents too.
    const database = new DatabaseSync(store.path, { readOnly: true });
    const count = (of: string): unknown => database.prepare(`SELECT count(*) AS n FROM ${of}`).get()?.["n"];
    assert.equal(rest.documents, count("documents"));
    assert.equal(rest.entries, count("index_rows"));
    assert.ok(Number(count("document_history")) >= 17 && Number(count("index_history")) >= 17);
    database.close();
    assert.deepEqual(readFileSync(store.path), before);
  });

  const note = "SELECT row FROM documents WHERE json LIKE '%note 20%'";
  const byN = "SELECT json ->> 'indexId' FROM documents WHERE json ->> 'name' = 'by_n'";
  const history = "SELECT rowid FROM document_history ORDER BY rowid DESC LIMIT 1";
  const cases: readonly (readonly [what: string, sql: string, sentence: RegExp])[] = [
    [
      "the head names an older commit than a document",
      "UPDATE head SET last_ts = last_ts - 1",
      /has a version of \d+, but the newest commit is \d+/,
    ],
    [
      "the head names a catalogue of the future",
      "UPDATE head SET catalogue_ts = last_ts + 1",
      /the head names a catalogue of/,
    ],
    [
      "a new document would take the row of another",
      "UPDATE head SET next_row = 2",
      /and the next new row 2\./,
    ],
    [
      "a document has lost an entry",
      `DELETE FROM index_rows WHERE index_id = (${byN}) AND row = (${note})`,
      /^Document "\w+" of table "notes" has no entry in index "notes\.by_n"\.$/,
    ],
    [
      "an entry has another key",
      `UPDATE index_rows SET key = x'00' WHERE index_id = (${byN}) AND row = (${note})`,
      /has no entry in index "notes\.by_n"\.\n.*An entry of index "notes\.by_n" leads to document "\w+", which has another key there\.$/s,
    ],
    [
      "an entry leads to another document",
      `UPDATE index_rows SET row = (SELECT row FROM documents WHERE json LIKE '%note 21%') WHERE index_id = (${byN}) AND row = (${note})`,
      /The entry of Document "\w+" of table "notes" in index "notes\.by_n" leads to document row \d+ instead of \d+\./,
    ],
    [
      "an entry leads nowhere",
      `INSERT INTO index_rows SELECT (${byN}), x'00', 999999, ts FROM documents WHERE row = (${note})`,
      /An entry of index "notes\.by_n" leads to document row 999999, which does not exist\./,
    ],
    [
      "an entry leads to a document of another table",
      `INSERT INTO index_rows SELECT (${byN}), x'00', row, ts FROM documents WHERE table_id = 1 LIMIT 1`,
      /An entry of index "notes\.by_n" leads to a document of table "_tables"\./,
    ],
    [
      "an entry is newer than its document",
      `UPDATE index_rows SET ts = ts + 1 WHERE index_id = (${byN}) AND row = (${note})`,
      /An entry of index \d+ has led to document row \d+ since \d+, but that version is of \d+/,
    ],
    [
      "entries belong to no index",
      `INSERT INTO index_rows SELECT 4444, key, row, ts FROM index_rows WHERE index_id = (${byN})`,
      /^34 entries belong to index 4444, which the catalogue does not have\.$/,
    ],
    [
      "a document belongs to no table",
      `UPDATE documents SET table_id = 4444 WHERE row = (${note})`,
      /Document row \d+ belongs to table 4444, which the catalogue does not have\./,
    ],
    [
      "a document is in no index at all",
      `DELETE FROM index_rows WHERE row = (${note})`,
      /has no entry in index "notes\.by_id"\.\n.*"notes\.by_creation_time"\.\n.*"notes\.by_n"\./s,
    ],
    [
      "a document is not JSON",
      `UPDATE documents SET json = '{' WHERE row = (${note})`,
      /Document row \d+ of table "notes" can't be read: /,
    ],
    [
      "a document holds what is no value",
      `UPDATE documents SET json = replace(json, '20', '{"$integer":1}') WHERE row = (${note})`,
      /Document row \d+ of table "notes" can't be read: /,
    ],
    [
      "a document has lost a byte",
      `UPDATE documents SET json = replace(json, 'note 20', 'note 2') WHERE row = (${note})`,
      /has a size of \d+ bytes, but \d+ are noted\./,
    ],
    [
      "an id is none",
      `UPDATE documents SET json = json_set(json, '$._id', 'nonsense') WHERE row = (${note})`,
      /Document row \d+ of table "notes" has no id that can be read\./,
    ],
    [
      "an id is one of another table",
      `UPDATE documents SET json = json_set(json, '$._id', (SELECT json ->> '_id' FROM documents WHERE table_id = 1 LIMIT 1)) WHERE row = (${note})`,
      /has an id of table number 513 instead of 10001\./,
    ],
    [
      "a document has no creation time",
      `UPDATE documents SET json = json_remove(json, '$._creationTime') WHERE row = (${note})`,
      /Document "\w+" of table "notes" has no creation time\./,
    ],
    [
      "a version ends before it begins",
      `UPDATE document_history SET from_ts = to_ts WHERE rowid = (${history})`,
      /The history of document row \d+ has a version from (\d+) to \1/,
    ],
    [
      "a version is lost from the middle",
      "DELETE FROM document_history WHERE to_ts = (SELECT last_ts FROM head)",
      /The history of document row \d+ has a version from \d+ to (\d+), followed by one from (?!\1)/,
    ],
    [
      "a version is lost from the end",
      "DELETE FROM document_history WHERE to_ts = (SELECT last_ts FROM head)",
      /The history of index \d+ has an entry that led to document row \d+ from \d+ to \d+, when that did not change/,
    ],
    [
      "history overlaps what is live",
      "UPDATE index_rows SET ts = 1 WHERE key IN (SELECT key FROM index_history)",
      /The history of index \d+ has an entry .* or another entry \(from 1\) stood there/,
    ],
    [
      "the catalogue has an index without a table",
      "UPDATE documents SET json = json_set(json, '$.tableId', 4444) WHERE json ->> 'name' = 'by_n'",
      /Index \d+ \("by_n"\) is of table 4444, which the catalogue does not have\./,
    ],
    [
      "an identity would be given twice",
      "UPDATE documents SET json = json_set(json, '$.nextTableId', 1001) WHERE table_id = 3",
      /The next new table would be 1001, but there is 1001 already\./,
    ],
    [
      "two tables have the same number",
      "UPDATE documents SET json = json_set(json, '$.number', 10001) WHERE json ->> 'name' = 'empty'",
      /Tables \d+ and \d+ both have the number 10001\./,
    ],
  ];
  for (const [what, sql, sentence] of cases) {
    it(`finds out that ${what}`, async () => {
      const { problems, isComplete } = await verify(damaged(sql));
      assert.equal(isComplete, true);
      assert.match(problems.first.join("\n"), sentence);
    });
  }

  it("says that the catalogue can't be read, and looks no further", async () => {
    const { problems, isComplete } = await verify(
      damaged("UPDATE documents SET json = '[' WHERE table_id = 1"),
    );
    assert.equal(isComplete, false);
    assert.match(
      problems.first.join("\n"),
      /^The catalogue, which says what the data means, can't be read: /,
    );
  });

  it("says that the file is damaged, and looks no further", async () => {
    const store = damaged("");
    const database = new DatabaseSync(store.path, { readOnly: true });
    const { rootpage } = database
      .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'index_rows'")
      .get() as { rootpage: number };
    database.close();
    const bytes = readFileSync(store.path);
    writeFileSync(store.path, bytes.fill(0, (rootpage - 1) * 4096, rootpage * 4096));
    const { problems, isComplete } = await verify(store);
    assert.equal(isComplete, false);
    assert.match(problems.first[0] as string, /^The file is damaged: /);
  });

  it("warns of documents that the schema does not allow, which is no damage", async () => {
    const { problems, warnings } = await verify(
      damaged(
        `UPDATE documents SET size = size + 9, json = json_set(json, '$.more', 1.0) WHERE row = (${note})`,
      ),
    );
    assert.deepEqual(
      problems.first.filter((sentence) => !sentence.includes("has a size of")),
      [],
    );
    assert.equal(warnings.count, 1);
    assert.match(warnings.first[0] as string, /^Document "\w+" of table "notes" does not match the schema: /);
  });

  it("counts all problems and keeps the first", async () => {
    const { problems } = await verify(damaged(`DELETE FROM index_rows WHERE index_id = (${byN})`), {
      ...OPTIONS,
      kept: 3,
    });
    assert.deepEqual([problems.count, problems.first.length], [34, 3]);
  });

  it("ends when it is asked to", async () => {
    const controller = new AbortController();
    controller.abort(new Error("enough"));
    await assert.rejects(verify(damaged(""), { ...OPTIONS, signal: controller.signal }), /enough/);
  });
});
