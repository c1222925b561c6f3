import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type DocumentWrite, StoreError } from "../store.ts";
import { SqliteStore } from "./sqlite-store.ts";
import type { SqliteWriter } from "./sqlite-writer.ts";

const MODULE = new URL("./sqlite-store.ts", import.meta.url).href;
/** Reads all the time, as a busy runner does. */
const READER = `
  import { workerData } from "node:worker_threads";
  const { SqliteStore } = await import(${JSON.stringify(MODULE)});
  const snapshots = new SqliteStore(workerData).openSnapshots();
  for (;;) {
    const snapshot = snapshots.open();
    snapshot.scan(1, new Uint8Array(), null, "desc", 20);
    snapshot.close();
  }
`;
const MEGABYTE = 1024 * 1024;

describe("housekeeping of a SQLite store", () => {
  let folder: string;
  let writer: SqliteWriter;
  let ts: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-maintain-"));
    writer = new SqliteStore(folder).openWriter();
    ts = 0;
  });
  afterEach(() => {
    writer.close();
    rmSync(folder, { recursive: true });
  });

  const apply = (...writes: DocumentWrite[]): void =>
    writer.apply([{ ts: ++ts, changesCatalogue: false, writes, backfill: [] }]);
  const insertion = (key: string, bytes: number): DocumentWrite => ({
    tableId: 1000,
    previous: null,
    json: "x".repeat(bytes),
    size: bytes,
    indexes: [{ index: 1, remove: null, add: Buffer.from(key) }],
  });

  it("keeps the write-ahead log short while others read", async () => {
    const reader = new Worker(READER, { eval: true, workerData: folder });
    try {
      let longest = 0;
      let written = 0;
      while (written < 150 * MEGABYTE) {
        apply(...Array.from({ length: 64 }, (_, i) => insertion(`${ts}-${i}`, 4000)));
        writer.maintain();
        written += 64 * 4000;
        longest = Math.max(longest, statSync(join(folder, "data.db-wal")).size);
      }
      assert.ok(longest < 64 * MEGABYTE, `${longest} bytes`);
    } finally {
      await reader.terminate();
    }
  });

  it("keeps the write-ahead log short when the thread that assists it has died", async () => {
    let died: Promise<unknown> | null = null;
    process.once("worker", (worker) => {
      died = worker.terminate();
    });
    let longest = 0;
    for (let group = 0; group < 200; group++) {
      apply(...Array.from({ length: 64 }, (_, i) => insertion(`${ts}-${i}`, 4000)));
      writer.maintain();
      await nextTurn();
      await died;
      longest = Math.max(longest, statSync(join(folder, "data.db-wal")).size);
    }
    assert.notEqual(died, null);
    assert.ok(longest < 10 * MEGABYTE, `${longest} bytes`);
  });

  it("gives freed pages back to the file system", () => {
    const snapshots = new SqliteStore(folder).openSnapshots();
    for (let i = 0; i < 10; i++) apply(insertion(`big${i}`, 4 * MEGABYTE));
    const before = writer.pageCount();
    const snapshot = snapshots.open();
    const entries = snapshot.scan(1, new Uint8Array(), null, "asc", 10);
    snapshot.close();
    snapshots.close();
    for (const { key, document } of entries) {
      apply({
        tableId: 1000,
        previous: document,
        json: null,
        size: 0,
        indexes: [{ index: 1, remove: key, add: null }],
      });
    }
    while (!writer.prune(ts, 2));
    while (!writer.maintain());
    assert.ok(writer.pageCount() < before / 2);
  });

  it("loses nothing but the write for which the disk is too small", () => {
    apply(insertion("a", 10));
    writer.limitPages(writer.pageCount() + 10);
    assert.throws(
      () => apply(insertion("b", MEGABYTE)),
      (error) =>
        error instanceof StoreError && error.code === "StoreFull" && /Free some space/.test(error.message),
    );
    apply(insertion("c", 10));
    const snapshots = new SqliteStore(folder).openSnapshots();
    const snapshot = snapshots.open();
    const keys = snapshot
      .scan(1, new Uint8Array(), null, "asc", 10)
      .map(({ key }) => Buffer.from(key).toString());
    assert.deepEqual(keys, ["a", "c"]);
    snapshot.close();
    snapshots.close();
  });
});
