import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Committer } from "../../packages/epigraph/src/database/committer/committer.ts";
import { SqliteStore } from "../../packages/epigraph/src/store/sqlite/sqlite-store.ts";
import { makeRecordStore } from "./record-database.ts";
import { RecordSession } from "./record-session.ts";
import { recordAt } from "./records.ts";
import { UncachedSnapshots } from "./uncached-snapshots.ts";

// More than one commit of the loader.
const RECORDS = 12_000;

test("records that were loaded past transactions are there for transactions", async () => {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-records-"));
  try {
    await makeRecordStore(folder, RECORDS);
    const store = new SqliteStore(folder);
    const places = [0, 0.2, 0.5, 0.83, 0.9999];
    for (const snapshots of [store.openSnapshots(), new UncachedSnapshots(store.path)]) {
      const session = new RecordSession(snapshots);
      for (const kind of ["point", "inOrder", "scattered"] as const) session.read(kind, places, RECORDS);
      assert.throws(() => session.read("point", [1], RECORDS), /found 0 records, not 1/);
      snapshots.close();
    }
    const snapshots = store.openSnapshots();
    const session = new RecordSession(snapshots);
    const committer = new Committer(store.openWriter(), { nowMs: Date.now });
    const changes = [
      session.insert(recordAt(RECORDS)),
      session.patch(0, "a"),
      session.patch(RECORDS - 1, "b"),
    ];
    for (const change of changes) assert.equal((await committer.commit(change)).type, "committed");
    session.read("inOrder", [0, 0.9999], RECORDS);
    snapshots.close();
    committer.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
