import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "node:test";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { SqliteWriter } from "../../store/sqlite/sqlite-writer.ts";
import type { DocumentWrite, StoreCommit } from "../../store/store.ts";
import { ticksFromMilliseconds } from "../../store/ticks.ts";
import { CommitLog } from "./commit-log.ts";
import { Housekeeping } from "./housekeeping.ts";

const HISTORY_MS = 30_000;
const MEGABYTE = 1024 * 1024;
const INDEX = 1000;
const GROUP = 100;

/** Time is given, and steps are taken as the committer takes them: one after each group, more while nobody commits. */
describe("the disk stays flat", () => {
  let folder: string;
  let writer: SqliteWriter;
  let housekeeping: Housekeeping;
  let nowMs: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-disk-"));
    writer = new SqliteStore(folder).openWriter();
    nowMs = 1_800_000_000_000;
    housekeeping = new Housekeeping(writer, new CommitLog(writer.lastTs), {
      nowMs: () => nowMs,
      historyMs: HISTORY_MS,
      onBroken: (error) => assert.fail(error),
    });
  });
  afterEach(() => {
    housekeeping.close();
    writer.close();
    rmSync(folder, { recursive: true });
  });

  /** One group; its members are one tick apart. */
  function apply(writes: readonly ((ts: number) => DocumentWrite)[]): void {
    const firstTs = Math.max(ticksFromMilliseconds(nowMs), writer.lastTs + 1);
    writer.apply(
      writes.map((write, i): StoreCommit => {
        const ts = firstTs + i;
        return { ts, changesCatalogue: false, writes: [write(ts)], backfill: [] };
      }),
    );
    housekeeping.step();
  }

  const insertion = (key: string, bytes: number): DocumentWrite => ({
    tableId: 1000,
    previous: null,
    json: key.padEnd(bytes),
    size: bytes,
    indexes: [{ index: INDEX, remove: null, add: Buffer.from(key) }],
  });
  const fileBytes = (): number => statSync(join(folder, "data.db")).size;
  /** As the database counts: the file itself may be behind by what the log still holds. */
  function databaseBytes(): number {
    const database = new DatabaseSync(join(folder, "data.db"), { readOnly: true });
    const { page_count: pages } = database.prepare("PRAGMA page_count").get() as { page_count: number };
    const { page_size: bytes } = database.prepare("PRAGMA page_size").get() as { page_size: number };
    database.close();
    return pages * bytes;
  }
  const walBytes = (): number => statSync(join(folder, "data.db-wal")).size;

  function rowsOf(table: string): number {
    const database = new DatabaseSync(join(folder, "data.db"), { readOnly: true });
    const { rows } = database.prepare(`SELECT count(*) AS rows FROM ${table}`).get() as { rows: number };
    database.close();
    return rows;
  }

  /** The store at rest: history has run out, and all steps are done. */
  function rest(): void {
    for (let i = 0; i < 200; i++) {
      nowMs += 1_000;
      housekeeping.step();
    }
  }

  it("when one document is updated 40,000 times, its key and its text each time", () => {
    apply([() => insertion("0", 500)]);
    const row = 1;
    let version = { ts: writer.lastTs, key: "0" };
    let largest = 0;
    for (let group = 1; group <= 400; group++) {
      nowMs += 1_000;
      apply(
        Array.from({ length: GROUP }, (_, i) => (ts: number): DocumentWrite => {
          const old = version;
          version = { ts, key: `${group}-${i}` };
          const { json, size } = insertion(version.key, 500);
          const [remove, add] = [Buffer.from(old.key), Buffer.from(version.key)];
          const indexes = [{ index: INDEX, remove, add }];
          return { tableId: 1000, previous: { row, ts: old.ts }, json, size, indexes };
        }),
      );
      largest = Math.max(largest, fileBytes());
    }
    // Half a minute at 100 updates a second of half a kilobyte, three times over.
    assert.ok(largest < 8 * MEGABYTE, `${largest} bytes`);
    assert.ok(walBytes() < 32 * MEGABYTE, `${walBytes()} bytes of log`);
    rest();
    assert.deepEqual(
      ["documents", "index_rows", "document_history", "index_history"].map(rowsOf),
      [1, 1, 0, 0],
    );
  });

  it("when most of a large table is deleted: the file shrinks while commits go on", () => {
    const documents = 16_000;
    const keys = Array.from({ length: documents }, (_, i) => `big ${i}`);
    const stamps: number[] = [];
    for (let at = 0; at < documents; at += 400) {
      apply(
        keys.slice(at, at + 400).map((key) => (ts: number) => {
          stamps.push(ts);
          return insertion(key, 4_000);
        }),
      );
    }
    const full = databaseBytes();
    assert.ok(full > 60 * MEGABYTE, `${full} bytes`);
    for (let at = 0; at < documents - 500; at += 500) {
      nowMs += 100;
      apply(
        keys.slice(at, at + 500).map((key, i) => (): DocumentWrite => {
          const previous = { row: at + i + 1, ts: stamps[at + i]! };
          const indexes = [{ index: INDEX, remove: Buffer.from(key), add: null }];
          return { tableId: 1000, previous, json: null, size: 0, indexes };
        }),
      );
    }
    // History holds all of it for its half minute; then it goes, between commits that others make.
    let commits = 0;
    for (; commits < 1_000 && Math.max(databaseBytes(), fileBytes()) > full / 2; commits++) {
      nowMs += 1_000;
      apply([() => insertion(`small ${commits}`, 100)]);
    }
    assert.ok(fileBytes() <= full / 2, `${fileBytes()} of ${full} bytes after ${commits} commits`);
    assert.equal(rowsOf("documents"), 500 + commits);
    assert.ok(walBytes() < 64 * MEGABYTE, `${walBytes()} bytes of log`);
  });
});
