import assert from "node:assert/strict";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import { encodeId } from "../../values/id.ts";
import { documentSize } from "../../values/size.ts";
import type { ObjectValue } from "../../values/value.ts";
import { createHiddenTable } from "../catalogue/create-table.ts";
import { documentKeys } from "../catalogue/index-keys.ts";
import type { Table } from "../catalogue/table.ts";
import { findDroppedIndexes, forgetDroppedIndexes } from "../schema/forget-dropped-indexes.ts";
import { scanTable, TestDatabase } from "../testing/test-database.ts";
import { verifyDatabase } from "../verify/verify-database.ts";
import { dropHiddenTables, removeDroppedTables } from "./remove-dropped-tables.ts";

const SCHEMA = (
  defineSchema({ notes: defineTable({ n: v.number() }).index("by_n", ["n"]) }) as unknown as {
    export(): string;
  }
).export();
const ROWS = 1100;
const OLD = [1, 2, 3];

describe("a hidden table whose load ended early", () => {
  let test: TestDatabase;
  let stored: { documents: number; entries: number };

  beforeEach(async () => {
    test = new TestDatabase();
    await test.push(SCHEMA);
    await test.mutate((run) => {
      for (const n of OLD) run.insert("notes", { n });
    });
    stored = await verified();
  });
  afterEach(() => test.close());

  /** What is in the file, once it is known that all of it holds together. */
  async function verified(): Promise<{ documents: number; entries: number }> {
    const inspection = new SqliteStore(test.folder).inspect();
    try {
      const options = { kept: 10, onProgress: () => {}, signal: new AbortController().signal };
      const { problems, documents } = await verifyDatabase(inspection, options);
      assert.deepEqual(problems.first, []);
      const entries = inspection.entryCounts().values();
      return { documents, entries: entries.reduce((sum, count) => sum + count, 0) };
    } finally {
      inspection.close();
    }
  }

  function fillDraft(path: string, table: Table): void {
    const draft = new SqliteStore(test.folder).createDraft(path, {
      tableId: table.id,
      indexes: table.indexes.map(({ id }) => id),
    });
    for (let n = 0; n < ROWS; n++) {
      const internalId = new Uint8Array(16);
      new DataView(internalId.buffer).setUint32(0, Math.imul(n, 0x9e3779b1));
      const id = encodeId(table.number, internalId);
      const value: ObjectValue = { _creationTime: test.nowMs + n, _id: id, n };
      const keys = documentKeys(table, value, internalId);
      draft.add(encodeValueToString(value), documentSize(value, id.length), keys);
    }
    assert.equal(draft.complete(), null);
    draft.close();
  }

  async function makeHidden(): Promise<Table> {
    return test.database.write("test", (transaction) => {
      const existing = transaction.catalogue.namespace("").table("notes") as Table;
      return createHiddenTable(transaction, existing);
    });
  }

  /** Loads a draft that far, then goes away as a process does that is killed between two pieces. @returns whether it was all. */
  function loadPieces(path: string, pieces: number): boolean {
    test.snapshots.close();
    test.committer.close();
    const writer = new SqliteStore(test.folder).openWriter();
    const load = writer.openLoad(path);
    let isDone = false;
    for (let i = 0; i < pieces && !isDone; i++) isDone = load.step() === "done";
    writer.close();
    return isDone;
  }

  it("is sound at any moment, seen by nobody, and goes without a trace", async () => {
    let isDone = false;
    for (let pieces = 0; !isDone; pieces++) {
      const path = join(test.folder, "draft");
      fillDraft(path, await makeHidden());
      isDone = loadPieces(path, pieces);
      await verified();
      test.open();
      assert.deepEqual(
        test.run((run) => run.collect(scanTable("notes"))).map(({ n }) => n),
        OLD,
      );
      await dropHiddenTables(test.database);
      await removeDroppedTables(test.database, async () => {});
      await verified();
      await forgetDroppedIndexes(test.database, findDroppedIndexes(test.database), (index) =>
        test.committer.dropIndexEntries(index),
      );
      assert.deepEqual(await verified(), stored);
    }
  });
});
