import type { DocumentWrite, IndexId, StoreCommit, StoreLoad, StoreWriter } from "../../store.ts";
import type { Ticks } from "../../ticks.ts";
import type { RemoteConnection } from "./remote-connection.ts";
import type { WriterHead } from "./remote-messages.ts";

/** The writer of a database that is reached through a thread: one round trip for each group of commits. */
export class RemoteWriter implements StoreWriter {
  readonly #connection: RemoteConnection;
  #head: WriterHead;

  constructor(connection: RemoteConnection) {
    this.#connection = connection;
    try {
      this.#head = this.#connection.call("openWriter", null);
    } catch (error) {
      this.#connection.close();
      throw error;
    }
  }

  get lastTs(): Ticks {
    return this.#head.lastTs;
  }

  get catalogueTs(): Ticks {
    return this.#head.catalogueTs;
  }

  apply(commits: readonly StoreCommit[]): void {
    this.#head = this.#connection.call("apply", commits.map(plainCommit));
  }

  dropIndexEntries(index: IndexId, limit: number): boolean {
    return this.#connection.call("dropIndexEntries", { index, limit });
  }

  openLoad(path: string): StoreLoad {
    this.#connection.call("openLoad", { path });
    return {
      step: () => this.#connection.call("stepLoad", null),
      close: () => void this.#connection.call("closeLoad", null),
    };
  }

  prune(before: Ticks, limit: number): boolean {
    return this.#connection.call("prune", { before, limit });
  }

  /** Nothing to do: the other side keeps house by itself. */
  maintain(): boolean {
    return true;
  }

  close(): void {
    this.#connection.close();
  }
}

/** What the store is told, without what callers carry besides, and with keys in buffers of their own. */
function plainCommit({ ts, changesCatalogue, writes, backfill }: StoreCommit): StoreCommit {
  return {
    ts,
    changesCatalogue,
    writes: writes.map(plainWrite),
    backfill: backfill.map((entry) => ({ ...entry, key: new Uint8Array(entry.key) })),
  };
}

function plainWrite({ tableId, previous, json, size, indexes }: DocumentWrite): DocumentWrite {
  return {
    tableId,
    previous: previous === null ? null : { row: previous.row, ts: previous.ts },
    json,
    size,
    indexes: indexes.map(({ index, remove, add }) => ({
      index,
      remove: remove === null ? null : new Uint8Array(remove),
      add: add === null ? null : new Uint8Array(add),
    })),
  };
}
