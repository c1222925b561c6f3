import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { SqliteStore } from "../../packages/epigraph/src/store/sqlite/sqlite-store.ts";
import { makeRecordStore } from "../data/record-database.ts";
import { RecordSession } from "../data/record-session.ts";
import { recordAt } from "../data/records.ts";
import { MeasuredCommitter } from "./measured-committer.ts";

const RECORDS = 1000;
const COMMITS = 200;

test("a measured committer counts the commits of its groups, and what is counted is stored", async () => {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-measured-"));
  try {
    await makeRecordStore(folder, RECORDS);
    const store = new SqliteStore(folder);
    const snapshots = store.openSnapshots();
    const session = new RecordSession(snapshots);
    const committer = await MeasuredCommitter.start(store.path, 5);
    const client = await committer.connect();
    const requests = Array.from({ length: COMMITS }, (_, at) => session.insert(recordAt(RECORDS + at)));
    const outcomes = await Promise.all(requests.map((request) => client.commit(request)));
    assert.ok(outcomes.every(({ type }) => type === "committed"));
    const { groups } = await committer.counts();
    assert.equal(
      groups.reduce((sum, commits) => sum + commits, 0),
      COMMITS,
    );
    // While a sync lasts, all others come together.
    assert.ok(groups.length < COMMITS / 10, `${groups.length} groups`);
    assert.deepEqual(await committer.counts(), { groups: [], checkpointMs: [] });
    snapshots.close();
    await committer.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
