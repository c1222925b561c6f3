import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { SqliteWriter } from "../../store/sqlite/sqlite-writer.ts";
import { type SnapshotSource, StoreError } from "../../store/store.ts";
import { ticksFromMilliseconds } from "../../store/ticks.ts";
import { commitRequest, INDEX, insertion, point } from "../testing/commit-requests.ts";
import { CommitLog } from "./commit-log.ts";
import { Housekeeping } from "./housekeeping.ts";

const HISTORY_MS = 30_000;
const START_MS = 1_800_000_000_000;

describe("history", () => {
  let folder: string;
  let writer: SqliteWriter;
  let snapshots: SnapshotSource;
  let log: CommitLog;
  let housekeeping: Housekeeping;
  let nowMs: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-history-"));
    const store = new SqliteStore(folder);
    writer = store.openWriter();
    snapshots = store.openSnapshots();
    log = new CommitLog(writer.lastTs);
    nowMs = START_MS;
    housekeeping = new Housekeeping(writer, log, {
      nowMs: () => nowMs,
      historyMs: HISTORY_MS,
      onBroken: (error) => assert.fail(error),
    });
  });
  afterEach(() => {
    housekeeping.close();
    snapshots.close();
    writer.close();
    rmSync(folder, { recursive: true });
  });

  /** Commits as the committer does, now. */
  function commit(key: string): number {
    const ts = ticksFromMilliseconds(nowMs);
    const request = commitRequest(writer.lastTs, [], [insertion(key)]);
    log.add(ts, request);
    writer.apply([{ ts, changesCatalogue: false, writes: request.writes, backfill: [] }]);
    return ts;
  }

  const keysAt = (at: number): string[] => {
    const snapshot = snapshots.open(at);
    const keys = snapshot.scan(INDEX, new Uint8Array(), null, "asc", 10);
    snapshot.close();
    return keys.map(({ key }) => Buffer.from(key).toString());
  };

  it("is readable for its whole time, and refused afterwards", () => {
    const first = commit("a");
    nowMs += 10_000;
    const second = commit("b");
    nowMs = START_MS + HISTORY_MS - 1;
    housekeeping.step();
    assert.deepEqual(keysAt(first), ["a"]);

    nowMs = START_MS + HISTORY_MS + 2_000;
    housekeeping.step();
    assert.throws(
      () => keysAt(first),
      (error) => error instanceof StoreError && error.code === "SnapshotTooOld",
    );
    assert.deepEqual(keysAt(second), ["a", "b"]);
  });

  it("is searched for conflicts as far back as a transaction can be under way", () => {
    const first = commit("a");
    nowMs += 1_000;
    commit("b");
    nowMs = START_MS + 4_900;
    housekeeping.step();
    assert.ok(log.from <= first);
    assert.ok(log.findConflict(first, [{ index: INDEX, ranges: [point("b")] }]) !== null);

    nowMs = START_MS + 7_000;
    housekeeping.step();
    assert.ok(log.from > first);
  });

  it("never loses the newest state, however long nothing is committed", () => {
    const newest = commit("a");
    for (let i = 0; i < 3; i++) {
      nowMs += 3_600_000;
      housekeeping.step();
    }
    assert.equal(log.from, newest);
    assert.deepEqual(keysAt(newest), ["a"]);
  });
});
