import { keySuccessor } from "../../../values/index-key.ts";
import type { IndexEntry, IndexId, Order, Snapshot, StoredDocument } from "../../store.ts";
import type { Ticks } from "../../ticks.ts";
import { type Gap, KnownRange } from "./known-range.ts";
import type { RemoteConnection } from "./remote-connection.ts";
import type { OpenedSnapshot, SnapshotNumber } from "./remote-messages.ts";

/** A scan that goes on is read ahead: each time so much more. */
const READ_AHEAD_GROWTH = 4;
const MAX_READ_AHEAD_ROWS = 4096;

interface ScanBounds {
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
  readonly order: Order;
}

/** What was read last in an index, with how much was fetched for it at a time. */
interface ReadAhead {
  readonly range: KnownRange;
  rows: number;
}

/**
 * A snapshot on the other side of a network. The first page of a scan is fetched as it was asked for; who then goes on
 * gets a growing number of rows at a time, so that round trips grow with the logarithm of what is read. What was
 * fetched is kept for this snapshot alone: it can't say anything that the snapshot would not.
 */
export class RemoteSnapshot implements Snapshot {
  readonly ts: Ticks;
  readonly catalogueTs: Ticks;
  readonly #connection: RemoteConnection;
  readonly #number: SnapshotNumber;
  readonly #release: () => void;
  readonly #readAhead = new Map<IndexId, ReadAhead>();
  #isOpen = true;

  /** @param release called once, when the snapshot is closed. */
  constructor(connection: RemoteConnection, opened: OpenedSnapshot, release: () => void) {
    this.#connection = connection;
    this.#number = opened.snapshot;
    this.ts = opened.ts;
    this.catalogueTs = opened.catalogueTs;
    this.#release = release;
  }

  get(index: IndexId, key: Uint8Array): StoredDocument | null {
    const known = this.#readAhead.get(index)?.range.find(key);
    return known === undefined
      ? this.#connection.call("get", { snapshot: this.#number, index, key: copy(key) })
      : known;
  }

  scan(
    index: IndexId,
    start: Uint8Array,
    end: Uint8Array | null,
    order: Order,
    limit: number,
  ): readonly IndexEntry[] {
    const from = order === "asc" ? start : end;
    let ahead = this.#readAhead.get(index);
    if (ahead === undefined || !ahead.range.isBeginOf(from)) {
      ahead = { range: new KnownRange(from), rows: 0 };
      this.#readAhead.set(index, ahead);
    }
    for (;;) {
      const entries = ahead.range.read(start, end, order, limit);
      const gap = ahead.range.gap(start, end, order);
      if (entries.length === limit || gap === null) return entries;
      const rows = Math.min(ahead.rows * READ_AHEAD_GROWTH, MAX_READ_AHEAD_ROWS);
      ahead.rows = Math.max(limit - entries.length, rows);
      this.#fetch(index, ahead, { start, end, order }, gap);
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#readAhead.clear();
    this.#connection.post("closeSnapshot", { snapshot: this.#number });
    this.#release();
  }

  /** One round trip for what of a scan is not known yet. */
  #fetch(index: IndexId, { range, rows }: ReadAhead, { start, end, order }: ScanBounds, gap: Gap): void {
    const { entries, isExhausted } = this.#connection.call("scan", {
      snapshot: this.#number,
      index,
      start: copy(gap.start),
      end: gap.end === null ? null : copy(gap.end),
      order,
      limit: rows,
    });
    const last = entries.at(-1)?.key;
    if (order === "asc") range.growUp(start, entries, isExhausted ? end : keySuccessor(last!));
    else range.growDown(end, entries, isExhausted ? start : last!);
  }
}

/** A view is sent with all of the buffer that it looks at. */
function copy(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
