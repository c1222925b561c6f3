import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { StoreError, type StoreLoad } from "../store.ts";
import { SqliteStore } from "./sqlite-store.ts";
import type { SqliteWriter } from "./sqlite-writer.ts";

const ROWS = 4000;
const INDEX = 100;
const ROOMY_PAGES = 2 ** 30;

describe("a load into a SQLite file", () => {
  let folder: string;
  let store: SqliteStore;
  let writer: SqliteWriter;
  let load: StoreLoad;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-load-"));
    store = new SqliteStore(folder);
    writer = store.openWriter();
    const path = join(folder, "draft");
    const draft = store.createDraft(path, { tableId: 1000, indexes: [INDEX] });
    for (let i = 0; i < ROWS; i++) draft.add(`${i}`.padEnd(500), 500, [Buffer.from(`${i}`.padStart(9, "0"))]);
    assert.equal(draft.complete(), null);
    draft.close();
    load = writer.openLoad(path);
  });
  afterEach(() => {
    load.close();
    writer.close();
    rmSync(folder, { recursive: true });
  });

  function finish(): void {
    while (load.step() !== "done");
  }

  function rows(): number {
    const snapshots = store.openSnapshots();
    const snapshot = snapshots.open();
    const found = snapshot.scan(INDEX, new Uint8Array(), null, "asc", 2 * ROWS);
    assert.ok(found.every(({ document }, i) => document.json.trimEnd() === String(i)));
    snapshot.close();
    snapshots.close();
    return found.length;
  }

  it("that meets a full disk says so, changes nothing of the piece, and goes on once there is room", () => {
    let refused = 0;
    for (const pages of [10, 40, 100, 300]) {
      writer.limitPages(pages);
      try {
        finish();
      } catch (error) {
        assert.ok(error instanceof StoreError && error.code === "StoreFull");
        refused++;
      }
      writer.limitPages(ROOMY_PAGES);
      writer.apply([{ ts: writer.lastTs + 1, changesCatalogue: false, writes: [], backfill: [] }]);
    }
    assert.equal(refused, 4);
    finish();
    assert.equal(rows(), ROWS);
  });

  it("leaves its draft, and the writer, as they are when it is closed on the way", () => {
    load.step();
    load.close();
    writer.apply([{ ts: 10, changesCatalogue: false, writes: [], backfill: [] }]);
    load = writer.openLoad(join(folder, "draft"));
    assert.equal(writer.lastTs, 10);
    assert.equal(rows(), 0);
  });
});
