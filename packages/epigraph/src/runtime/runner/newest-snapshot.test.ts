import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { StoreWriter } from "../../store/store.ts";
import { NewestSnapshot } from "./newest-snapshot.ts";

function openStore(): { readonly writer: StoreWriter; readonly newest: NewestSnapshot } {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-newest-"));
  const store = new SqliteStore(folder);
  const writer = store.openWriter();
  const source = store.openSnapshots();
  const newest = new NewestSnapshot(source);
  after(() => {
    newest.renew();
    source.close();
    writer.close();
    rmSync(folder, { recursive: true });
  });
  return { writer, newest };
}

function commit(writer: StoreWriter): number {
  const ts = writer.lastTs + 1;
  writer.apply([{ ts, changesCatalogue: false, writes: [], backfill: [] }]);
  return ts;
}

it("without an event between, all get the same snapshot", () => {
  const { writer, newest } = openStore();
  const first = newest.get();
  commit(writer);
  assert.equal(newest.get(), first);
});

it("what an event may tell of is seen by what follows it", () => {
  const { writer, newest } = openStore();
  newest.get();
  const ts = commit(writer);
  newest.renew();
  assert.equal(newest.get().ts, ts);
});

it("none is held beyond a turn of the event loop", async () => {
  const { writer, newest } = openStore();
  newest.get();
  const ts = commit(writer);
  await nextTurn();
  await nextTurn();
  assert.equal(newest.get().ts, ts);
});
