import { type IndexId, type StoreCommit, StoreError, type StoreLoad, type StoreWriter } from "../store.ts";
import type { Ticks } from "../ticks.ts";

/** What happens around a group that is applied: throw what a store would throw, or take time. */
export type ApplyFault = (commits: readonly StoreCommit[]) => void;

/** A real writer whose groups meet faults on their way, as a test wants them. */
export class FaultyWriter implements StoreWriter {
  readonly #writer: StoreWriter;
  /** Nothing of the group is stored yet, nor will be when this throws. */
  beforeApply: ApplyFault = () => {};
  /** All of the group is durable, and nobody has been told. */
  afterApply: ApplyFault = () => {};
  /** In front of everything but commits: pruning, dropped entries, maintenance. */
  beforeChore: () => void = () => {};
  /** Calls that reached the store. */
  calls = 0;

  constructor(writer: StoreWriter) {
    this.#writer = writer;
  }

  get lastTs(): Ticks {
    return this.#writer.lastTs;
  }

  get catalogueTs(): Ticks {
    return this.#writer.catalogueTs;
  }

  apply(commits: readonly StoreCommit[]): void {
    this.calls++;
    this.beforeApply(commits);
    this.#writer.apply(commits);
    this.afterApply(commits);
  }

  dropIndexEntries(index: IndexId, limit: number): boolean {
    this.#countChore();
    return this.#writer.dropIndexEntries(index, limit);
  }

  openLoad(path: string): StoreLoad {
    const load = this.#writer.openLoad(path);
    return {
      step: () => {
        this.#countChore();
        return load.step();
      },
      close: () => load.close(),
    };
  }

  prune(before: Ticks, limit: number): boolean {
    this.#countChore();
    return this.#writer.prune(before, limit);
  }

  maintain(): boolean {
    this.#countChore();
    return this.#writer.maintain();
  }

  close(): void {
    this.#writer.close();
  }

  #countChore(): void {
    this.calls++;
    this.beforeChore();
  }
}

/** A disk on which documents with this text do not fit. */
export function diskFullFor(text: string): ApplyFault {
  return (commits) => {
    if (commits.some(({ writes }) => writes.some(({ json }) => json?.includes(text)))) diskIsFull();
  };
}

export function diskIsFull(): never {
  throw new StoreError("StoreFull", "The disk is full.");
}

/** A sync that fails: the disk does not say what of the group it has. */
export function syncFails(): never {
  throw new StoreError(
    "StoreBroken",
    "Writing failed, and whether the last writes are stored is unknown. Restart.",
  );
}

/** A disk that takes so long for a sync. */
export function slowDisk(ms: number): ApplyFault {
  const word = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  return () => Atomics.wait(word, 0, 0, ms);
}
