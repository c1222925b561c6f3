import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { seededRandom } from "../../../values/testing/seeded-random.ts";
import { SqliteStore } from "../../sqlite/sqlite-store.ts";
import type { DocumentWrite, IndexEntry, Order, Snapshot, StoreErrorCode } from "../../store.ts";
import { StoreError } from "../../store.ts";
import { RemoteHost } from "./remote-host.ts";
import type { RemoteSnapshots } from "./remote-snapshots.ts";
import { RemoteStore } from "./remote-store.ts";
import type { RemoteWriter } from "./remote-writer.ts";

const SEED = Number(process.env["SEED"] ?? 20_261_124);
const INDEX = 1000;
const ROWS = 5_000;
const FIRST_KEY = new Uint8Array();
const MEGABYTE = 1024 * 1024;

const key = (n: number): Uint8Array => new Uint8Array([n >> 16, n >> 8, n]);
const insertion = (n: number, json = String(n)): DocumentWrite => ({
  tableId: 1000,
  previous: null,
  json,
  size: json.length,
  indexes: [{ index: INDEX, remove: null, add: key(n) }],
});
const hasCode =
  (code: StoreErrorCode, message = /./) =>
  (error: unknown): boolean =>
    error instanceof StoreError && error.code === code && message.test(error.message);

describe("a store behind a slow network", () => {
  let folder: string;
  let host: RemoteHost;
  let writer: RemoteWriter;
  let snapshots: RemoteSnapshots;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-remote-"));
    host = new RemoteHost();
    const store = new RemoteStore(host, folder, { latencyMs: 0.5 });
    writer = store.openWriter();
    snapshots = store.openSnapshots();
  });
  afterEach(async () => {
    snapshots.close();
    writer.close();
    await host.kill();
    rmSync(folder, { recursive: true });
  });

  const commit = (ts: number, ...writes: DocumentWrite[]): void =>
    writer.apply([{ ts, changesCatalogue: false, writes, backfill: [] }]);
  const insertRows = (): void => commit(1, ...Array.from({ length: ROWS }, (_, i) => insertion(i)));

  /** Page after page, as a query reads. */
  function* pages(snapshot: Snapshot, order: Order, rows: number): Generator<readonly IndexEntry[]> {
    let start = FIRST_KEY;
    let end: Uint8Array | null = null;
    for (;;) {
      const page = snapshot.scan(INDEX, start, end, order, rows);
      yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < rows) return;
      if (order === "asc") start = Uint8Array.from([...last.key, 0]);
      else end = last.key;
    }
  }

  for (const order of ["asc", "desc"] as const) {
    it(`reads 5,000 rows in pages of 100 with few round trips (${order})`, () => {
      insertRows();
      const snapshot = snapshots.open();
      const before = snapshots.roundTrips;
      const read = [...pages(snapshot, order, 100)].flat().map(({ document }) => Number(document.json));
      snapshot.close();
      const ascending = Array.from({ length: ROWS }, (_, i) => i);
      assert.deepEqual(read, order === "asc" ? ascending : ascending.reverse());
      assert.ok(snapshots.roundTrips - before <= 8, `${snapshots.roundTrips - before} round trips`);
    });
  }

  it("reads no further ahead than was asked for as long as nobody goes on", () => {
    insertRows();
    const snapshot = snapshots.open();
    snapshot.scan(INDEX, FIRST_KEY, null, "asc", 1);
    const before = snapshots.roundTrips;
    assert.equal(snapshot.get(INDEX, key(0))?.json, "0");
    assert.equal(snapshots.roundTrips, before);
    assert.equal(snapshot.get(INDEX, key(1))?.json, "1");
    assert.equal(snapshots.roundTrips, before + 1);
    snapshot.close();
  });

  it("reads ahead nothing that the snapshot would not see", () => {
    insertRows();
    for (const at of [undefined, 1]) {
      const snapshot = snapshots.open(at);
      const seen: number[] = [];
      const { ts } = snapshot;
      for (const page of pages(snapshot, "asc", 100)) {
        seen.push(...page.map(({ document }) => document.ts));
        // Behind what has been read, and where the next page will be.
        const newest = writer.lastTs;
        commit(newest + 1, insertion(ROWS + newest), insertion(0x10000 + newest));
      }
      assert.ok(seen.every((written) => written <= ts));
      assert.equal(seen.length, ROWS);
      snapshot.close();
    }
  });

  it("keeps many snapshots at once, each at its own instant, and lets go of all", () => {
    const opened = Array.from({ length: 30 }, (_, i) => {
      commit(i + 1, insertion(i));
      return snapshots.open();
    });
    opened.forEach((snapshot, i) => {
      assert.equal(snapshot.ts, i + 1);
      assert.equal(snapshot.scan(INDEX, FIRST_KEY, null, "desc", 100).length, i + 1);
    });
    snapshots.close();
    for (const snapshot of opened) snapshot.close();
    writer.close();
    // SQLite removes the log when the last connection to it is closed.
    assert.deepEqual(readdirSync(folder), ["data.db"]);
  });

  it("gives a page of giant documents whole, in pieces that a network carries", () => {
    const giants = Array.from({ length: 8 }, (_, i) => `${i}☃`.padEnd(MEGABYTE, "x"));
    commit(1, ...giants.map((giant, i) => insertion(i, giant)));
    for (const order of ["asc", "desc"] as const) {
      const snapshot = snapshots.open();
      const before = snapshots.roundTrips;
      const page = snapshot.scan(INDEX, FIRST_KEY, null, order, 8).map(({ document }) => document.json);
      const expected = order === "asc" ? giants : giants.toReversed();
      assert.ok(page.every((text, i) => text === expected[i]) && page.length === 8);
      assert.ok(snapshots.roundTrips - before >= 8);
      snapshot.close();
    }
  });

  it(`answers any mix of reads as the store itself does (seed ${SEED})`, () => {
    const random = seededRandom(SEED);
    const below = (count: number): number => Math.floor(random() * count);
    commit(1, ...Array.from({ length: 300 }, (_, i) => insertion(i * 3)));
    const local = new SqliteStore(folder).openSnapshots();
    for (let round = 0; round < 20; round++) {
      const [theirs, ours] = [local.open(), snapshots.open()];
      for (let step = 0; step < 60; step++) {
        const start = below(4) === 0 ? FIRST_KEY : key(below(1000));
        const end = below(4) === 0 ? null : key(below(1000));
        const order = below(2) === 0 ? "asc" : "desc";
        const limit = below(40);
        const hint = JSON.stringify({ round, step, start: [...start], end: end && [...end], order, limit });
        const scans = [theirs, ours].map((snapshot) => snapshot.scan(INDEX, start, end, order, limit));
        assert.deepEqual(scans[1], scans[0], hint);
        const at = key(below(1000));
        assert.deepEqual(ours.get(INDEX, at), theirs.get(INDEX, at), hint);
      }
      theirs.close();
      ours.close();
    }
    local.close();
  });

  it("tells what is wrong with a file as the store itself does", () => {
    writer.close();
    const path = join(folder, "data.db");
    writeFileSync(path, "this is no database".repeat(1000));
    const before = readFileSync(path);
    assert.throws(
      () => new RemoteStore(host, folder).openWriter(),
      hasCode("StoreCorrupt", /restore a backup/),
    );
    assert.deepEqual(readFileSync(path), before);
  });

  it("is broken once the other side has ended, and nobody waits for it", async () => {
    const snapshot = snapshots.open();
    await host.kill();
    const unreachable = hasCode("StoreBroken", /can't be reached.*restart the deployment/);
    assert.throws(() => snapshot.get(INDEX, key(1)), unreachable);
    assert.throws(() => snapshots.open(), unreachable);
    assert.throws(() => commit(1, insertion(1)), unreachable);
    snapshot.close();
  });

  it("is broken when an answer takes too long, and takes no later answer for another one's", () => {
    const store = new RemoteStore(host, folder, { latencyMs: 200, timeoutMs: 20 });
    const late = store.openSnapshots();
    const isLate = hasCode("StoreBroken", /did not answer within 20 ms/);
    assert.throws(() => late.open(), isLate);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    assert.throws(() => late.open(), isLate);
    late.close();
    // Another connection of the same host is none the worse.
    commit(1, insertion(1));
    const snapshot = snapshots.open();
    assert.equal(snapshot.ts, 1);
    snapshot.close();
  });
});
