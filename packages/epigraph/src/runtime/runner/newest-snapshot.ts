import type { Snapshot, SnapshotSource } from "../../store/store.ts";

/**
 * The newest snapshot, shared by transactions that run one after the other without an event between: opening one costs
 * several calls of the operating system, and requests that came together need not pay for one each. Whoever takes in an
 * event (a message, an outcome, a timer) calls `renew`: what the event may tell of must be seen by what follows it.
 */
export class NewestSnapshot {
  readonly #source: SnapshotSource;
  #snapshot: Snapshot | null = null;

  constructor(source: SnapshotSource) {
    this.#source = source;
  }

  /** For use at once: it is closed with the next event, or when this turn of the event loop is over. */
  get(): Snapshot {
    if (this.#snapshot === null) {
      this.#snapshot = this.#source.open();
      // Nobody may hold one for long: the log of the store could not be shortened.
      setImmediate(() => this.renew());
    }
    return this.#snapshot;
  }

  /** From now on `get` gives a snapshot that is opened later than this. */
  renew(): void {
    this.#snapshot?.close();
    this.#snapshot = null;
  }
}
