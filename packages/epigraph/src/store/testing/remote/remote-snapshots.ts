import type { Snapshot, SnapshotSource } from "../../store.ts";
import type { Ticks } from "../../ticks.ts";
import type { RemoteConnection } from "./remote-connection.ts";
import { RemoteSnapshot } from "./remote-snapshot.ts";

/** Snapshots of a database that is reached through a thread. */
export class RemoteSnapshots implements SnapshotSource {
  readonly #connection: RemoteConnection;
  #open = 0;
  #isClosed = false;

  constructor(connection: RemoteConnection) {
    this.#connection = connection;
  }

  get roundTrips(): number {
    return this.#connection.roundTrips;
  }

  open(at?: Ticks): Snapshot {
    const opened = this.#connection.call("openSnapshot", { at: at ?? null });
    this.#open++;
    return new RemoteSnapshot(this.#connection, opened, () => {
      this.#open--;
      this.#endWhenUnused();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#endWhenUnused();
  }

  #endWhenUnused(): void {
    if (this.#isClosed && this.#open === 0) this.#connection.close();
  }
}
