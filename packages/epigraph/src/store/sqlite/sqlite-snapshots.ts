import { type Snapshot, type SnapshotSource, StoreError } from "../store.ts";
import type { Ticks } from "../ticks.ts";
import { openForReading } from "./open-database.ts";
import { LiveSnapshot, PastSnapshot, SnapshotConnection } from "./sqlite-snapshot.ts";

/** Snapshots of one SQLite file. Connections are pooled: nested use takes a second one. */
export class SqliteSnapshots implements SnapshotSource {
  readonly #path: string;
  readonly #idle: SnapshotConnection[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  open(at?: Ticks): Snapshot {
    const connection = this.#idle.pop() ?? new SnapshotConnection(openForReading(this.#path));
    const release = (): void => {
      this.#idle.push(connection);
    };
    const head = connection.begin();
    if (at === undefined || at === head[0]) return new LiveSnapshot(connection, head, release);
    const problem =
      at > head[0]
        ? new StoreError(
            "SnapshotInFuture",
            `The timestamp ${at} is newer than the newest commit. Read at an instant that the server handed out.`,
          )
        : at < head[2]
          ? new StoreError(
              "SnapshotTooOld",
              "The timestamp is older than the history that is kept. Take a new one and read again.",
            )
          : null;
    if (problem !== null) {
      connection.end();
      release();
      throw problem;
    }
    return new PastSnapshot(connection, head, at, release);
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.database.close();
  }
}
