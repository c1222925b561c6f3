import assert from "node:assert/strict";
import { it } from "node:test";
import { compareBytes } from "../../values/compare.ts";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import type {
  DocumentRow,
  DocumentWrite,
  IndexChange,
  Order,
  Snapshot,
  StoreCommit,
  StoredDocument,
} from "../store.ts";
import type { Ticks } from "../ticks.ts";
import { FIRST_KEY, hasCode, key, type OpenStore, StoreUnderTest, TABLE } from "./store-under-test.ts";

const SEED = Number(process.env["SEED"] ?? 20261124);
const GROUPS = 120;
const NAMES = 14;
const INDEXES = [1, 2];
/** Close neighbours: prefixes of each other, bytes at both ends, and a long common start. */
const KEYS: readonly Uint8Array[] = [
  ...[[], [0], [0, 0], [0, 255], [1], [127], [128], [254], [255], [255, 0], [255, 255]].map((b) => key(...b)),
  ...Array.from({ length: 20 }, (_, i) => key(...new Uint8Array(3000).fill(0x61), i)),
];

interface ModelDocument extends Omit<StoredDocument, "row"> {
  /** Null until the store has told it. */
  row: DocumentRow | null;
  readonly keys: readonly Uint8Array[];
}

/** The documents of one instant, by name. */
type State = ReadonlyMap<string, ModelDocument>;

/** Reading any instant gives what a model held then that keeps a copy of everything for every commit. */
export function describeRandomHistories(open: OpenStore): void {
  it(`a random history reads at every kept instant as its model did then (seed ${SEED})`, () => {
    const history = new RandomHistory(new StoreUnderTest(open), SEED);
    try {
      for (let group = 1; group <= GROUPS; group++) {
        history.writeGroup();
        history.checkSomeInstants(2);
        if (group % 12 === 0) history.prune();
        if (group % 50 === 0) history.store.reopen();
      }
      history.checkAllInstants();
    } finally {
      history.store.close();
    }
  });
}

class RandomHistory {
  readonly store: StoreUnderTest;
  readonly #random: () => number;
  /** What each commit left, oldest first. */
  readonly #states: { readonly ts: Ticks; readonly documents: State }[] = [{ ts: 0, documents: new Map() }];
  #historyFrom: Ticks = 0;

  constructor(store: StoreUnderTest, seed: number) {
    this.store = store;
    this.#random = seededRandom(seed);
  }

  /** One to four commits, some on what others of the group wrote, now and then with a catalogue. */
  writeGroup(): void {
    const commits: StoreCommit[] = [];
    let catalogueTs: Ticks | null = null;
    for (let i = this.#below(4); i >= 0; i--) {
      const newest = this.#states.at(-1)!;
      const ts = newest.ts + 1 + this.#below(3);
      const documents = new Map(newest.documents);
      const writes = this.#changeSome(documents, ts);
      const changesCatalogue = this.#below(10) === 0;
      if (changesCatalogue) catalogueTs = ts;
      commits.push({ ts, changesCatalogue, writes, backfill: [] });
      this.#states.push({ ts, documents });
    }
    this.store.writer.apply(commits);
    this.#learnRows();
    assert.equal(this.store.writer.lastTs, this.#lastTs);
    if (catalogueTs !== null) assert.equal(this.store.writer.catalogueTs, catalogueTs);
  }

  /** To the end, or a few steps only, as housekeeping does them: history that is to go may still be there. */
  prune(): void {
    const before = this.#historyFrom + this.#below(this.#lastTs - this.#historyFrom + 1);
    this.#historyFrom = before;
    let steps = this.#below(2) === 0 ? 1 + this.#below(4) : Number.POSITIVE_INFINITY;
    while (steps-- > 0 && !this.store.writer.prune(before, 5));
    this.#check(before, 3);
    for (const at of [0, before - 1]) {
      if (at >= 0 && at < before)
        assert.throws(() => this.store.snapshots.open(at), hasCode("SnapshotTooOld"));
    }
  }

  checkSomeInstants(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#check(this.#historyFrom + this.#below(this.#lastTs - this.#historyFrom + 1), 3);
    }
  }

  checkAllInstants(): void {
    for (let at = this.#historyFrom; at <= this.#lastTs; at++) this.#check(at, 3);
  }

  get #lastTs(): Ticks {
    return this.#states.at(-1)!.ts;
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #pick<T>(choices: readonly T[]): T {
    return choices[this.#below(choices.length)] as T;
  }

  /** Changes documents of the model one by one, so that a key that one gives up may go to the next. */
  #changeSome(documents: Map<string, ModelDocument>, ts: Ticks): DocumentWrite[] {
    const names = new Set(Array.from({ length: this.#below(5) }, () => `d${this.#below(NAMES)}`));
    const writes: DocumentWrite[] = [];
    for (const name of names) {
      const old = documents.get(name);
      // A row that is not told yet can't be named.
      if (old?.row === null) continue;
      documents.delete(name);
      const next = old !== undefined && this.#below(4) === 0 ? null : this.#version(name, documents, old, ts);
      if (next !== null) documents.set(name, next);
      writes.push(toWrite(old ?? null, next));
    }
    return writes;
  }

  #version(name: string, others: State, old: ModelDocument | undefined, ts: Ticks): ModelDocument {
    const keys = INDEXES.map((_, index) => {
      if (old !== undefined && this.#below(3) > 0) return old.keys[index]!;
      const taken = new Set([...others.values()].map((other) => other.keys[index]));
      return this.#pick(KEYS.filter((free) => !taken.has(free)));
    });
    const json = `${name} ${ts} ${"x".repeat(this.#below(50))}`;
    return { row: old?.row ?? null, tableId: TABLE, ts, size: json.length, json, keys };
  }

  #learnRows(): void {
    this.store.use((snapshot) => {
      for (const document of this.#states.at(-1)!.documents.values()) {
        const row = snapshot.get(INDEXES[0]!, document.keys[0]!)?.row;
        assert.ok(row !== undefined);
        document.row ??= row;
        assert.equal(row, document.row);
      }
    });
  }

  /** Points and ranges of one instant. Instants without a commit are those of the last one before. */
  #check(at: Ticks, ranges: number): void {
    const { ts, documents } = this.#states.findLast((state) => state.ts <= at)!;
    this.store.use((snapshot) => {
      assert.equal(snapshot.ts, at);
      for (const [place, index] of INDEXES.entries()) {
        const entries = [...documents.values()]
          .map(({ keys, ...document }) => ({ key: keys[place]!, document }))
          .sort((a, b) => compareBytes(a.key, b.key));
        for (let i = 0; i < ranges; i++) {
          const start = i === 0 ? FIRST_KEY : this.#pick(KEYS);
          const end = i === 0 ? null : this.#pick([...KEYS, null]);
          const order = this.#pick(["asc", "desc"] as const);
          const limit = i === 0 ? 100 : this.#below(6);
          const inside = entries.filter(
            (entry) =>
              compareBytes(entry.key, start) >= 0 && (end === null || compareBytes(entry.key, end) < 0),
          );
          const expected = (order === "asc" ? inside : inside.toReversed()).slice(0, limit);
          assertEntries(snapshot, { index, start, end, order, limit }, expected, `at ${at}, commit ${ts}`);
          const found = entries.find((entry) => compareBytes(entry.key, start) === 0);
          assert.deepEqual(snapshot.get(index, start), found?.document ?? null);
        }
      }
    }, at);
  }
}

function assertEntries(
  snapshot: Snapshot,
  scan: {
    readonly index: number;
    readonly start: Uint8Array;
    readonly end: Uint8Array | null;
    readonly order: Order;
    readonly limit: number;
  },
  expected: readonly { readonly key: Uint8Array; readonly document: Omit<ModelDocument, "keys"> }[],
  hint: string,
): void {
  const found = snapshot.scan(scan.index, scan.start, scan.end, scan.order, scan.limit);
  assert.deepEqual(
    found.map(({ document }) => document),
    expected.map(({ document }) => document),
    hint,
  );
  assert.ok(
    found.every((entry, i) => compareBytes(entry.key, expected[i]!.key) === 0),
    hint,
  );
}

function toWrite(old: ModelDocument | null, next: ModelDocument | null): DocumentWrite {
  const indexes = INDEXES.map((index, place): IndexChange => {
    const [remove, add] = [old?.keys[place] ?? null, next?.keys[place] ?? null];
    return { index, remove, add };
  });
  return {
    tableId: TABLE,
    previous: old === null ? null : { row: old.row as DocumentRow, ts: old.ts },
    json: next?.json ?? null,
    size: next?.size ?? 0,
    // Equal keys are left out by the caller.
    indexes: indexes.filter(({ remove, add }) => remove !== add),
  };
}
