import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type BackfillEntry,
  type DocumentRow,
  type DocumentWrite,
  type Draft,
  type IndexEntry,
  type IndexId,
  type Order,
  type Snapshot,
  type SnapshotSource,
  type Store,
  type StoredDocument,
  StoreError,
  type StoreErrorCode,
  type StoreWriter,
} from "../store.ts";
import type { Ticks } from "../ticks.ts";

/** Makes a store in an empty folder, or reopens the one that is there. */
export type OpenStore = (folder: string) => Store;

type Version = { readonly row: DocumentRow; readonly ts: Ticks };

export const TABLE = 1000;
export const FIRST_KEY: Uint8Array = new Uint8Array();

export function key(...bytes: number[]): Uint8Array {
  return Uint8Array.from(bytes);
}

export function insert(json: string, ...keys: [index: number, key: Uint8Array][]): DocumentWrite {
  return {
    tableId: TABLE,
    previous: null,
    json,
    size: json.length,
    indexes: keys.map(([index, add]) => ({ index, remove: null, add })),
  };
}

export function update(
  { row, ts }: Version,
  json: string,
  ...moves: [index: number, from: Uint8Array, to: Uint8Array][]
): DocumentWrite {
  return {
    tableId: TABLE,
    previous: { row, ts },
    json,
    size: json.length,
    indexes: moves.map(([index, remove, add]) => ({ index, remove, add })),
  };
}

export function remove({ row, ts }: Version, ...keys: [index: number, key: Uint8Array][]): DocumentWrite {
  return {
    tableId: TABLE,
    previous: { row, ts },
    json: null,
    size: 0,
    indexes: keys.map(([index, taken]) => ({ index, remove: taken, add: null })),
  };
}

export function hasCode(code: StoreErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof StoreError && error.code === code;
}

export function texts(entries: readonly IndexEntry[]): string[] {
  return entries.map(({ document }) => document.json);
}

/** A store in a folder of its own, with both sides open. */
export class StoreUnderTest {
  readonly #open: OpenStore;
  readonly #folder = mkdtempSync(join(tmpdir(), "epigraph-store-"));
  writer!: StoreWriter;
  snapshots!: SnapshotSource;

  constructor(open: OpenStore) {
    this.#open = open;
    this.#openBoth();
  }

  close(): void {
    this.#closeBoth();
    rmSync(this.#folder, { recursive: true });
  }

  reopen(): void {
    this.#closeBoth();
    this.#openBoth();
  }

  /** Where `createDraft` makes drafts. */
  get draftPath(): string {
    return join(this.#folder, "draft");
  }

  createDraft(indexes: readonly IndexId[]): Draft {
    return this.#open(this.#folder).createDraft(this.draftPath, { tableId: TABLE, indexes });
  }

  /** A read side of its own, as another process has. */
  openSnapshots(): SnapshotSource {
    return this.#open(this.#folder).openSnapshots();
  }

  commit(ts: Ticks, ...writes: DocumentWrite[]): void {
    this.writer.apply([{ ts, changesCatalogue: false, writes, backfill: [] }]);
  }

  backfill(ts: Ticks, ...backfill: BackfillEntry[]): void {
    this.writer.apply([{ ts, changesCatalogue: false, writes: [], backfill }]);
  }

  /** Texts of all documents in an index, in its order. */
  read(index: number, at?: Ticks): string[] {
    return this.use((snapshot) => texts(snapshot.scan(index, FIRST_KEY, null, "asc", 1000)), at);
  }

  documentAt(index: number, at: Uint8Array): StoredDocument {
    const found = this.use((snapshot) => snapshot.get(index, at));
    assert.ok(found !== null);
    return found;
  }

  use<T>(read: (snapshot: Snapshot) => T, at?: Ticks): T {
    const snapshot = this.snapshots.open(at);
    try {
      return read(snapshot);
    } finally {
      snapshot.close();
    }
  }

  #openBoth(): void {
    const store = this.#open(this.#folder);
    this.writer = store.openWriter();
    this.snapshots = store.openSnapshots();
  }

  #closeBoth(): void {
    this.snapshots.close();
    this.writer.close();
  }
}

/** A range, read page by page as callers do. */
export function* pagesOf(
  snapshot: Snapshot,
  index: number,
  range: { readonly start: Uint8Array; readonly end: Uint8Array | null; readonly order: Order },
  limit: number,
): Generator<readonly IndexEntry[]> {
  let { start, end } = range;
  for (;;) {
    const page = snapshot.scan(index, start, end, range.order, limit);
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < limit) return;
    if (range.order === "asc") start = key(...last.key, 0);
    else end = last.key;
  }
}
