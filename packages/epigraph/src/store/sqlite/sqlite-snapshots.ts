import { type Snapshot, type SnapshotSource, StoreError } from "../store.ts";
import type { Ticks } from "../ticks.ts";
import { LiveSnapshot, LiveStatements } from "./live-snapshot.ts";
import { openForReading } from "./open-database.ts";
import { PastSnapshot } from "./past-snapshot.ts";
import { type Head, SnapshotConnection } from "./snapshot-connection.ts";

/** A connection that no open snapshot uses. Nested use takes another one, so there are as many as were open at once. */
interface Reader {
  readonly connection: SnapshotConnection;
  readonly live: LiveStatements;
}

/** Snapshots of one SQLite file. */
export class SqliteSnapshots implements SnapshotSource {
  readonly #path: string;
  readonly #idle: Reader[] = [];
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  open(at?: Ticks): Snapshot {
    const reader = this.#idle.pop() ?? this.#connect();
    let head: Head;
    try {
      head = reader.connection.begin();
    } catch (error) {
      // In a state that nobody knows: not for the next snapshot.
      reader.connection.close();
      throw error;
    }
    const [lastTs, catalogueTs, historyFrom] = head;
    let open = true;
    const release = (): void => {
      // Given back twice, two snapshots would share it.
      if (!open) return;
      open = false;
      reader.connection.end();
      if (this.#closed) reader.connection.close();
      else this.#idle.push(reader);
    };
    if (at === undefined || at === lastTs) return new LiveSnapshot(lastTs, catalogueTs, reader.live, release);
    if (at < lastTs && at >= historyFrom) {
      return new PastSnapshot(at, catalogueTs, reader.connection, release);
    }
    release();
    throw at > lastTs
      ? new StoreError(
          "SnapshotInFuture",
          `The timestamp ${at} is newer than the newest commit, ${lastTs}. Read at a timestamp that this deployment handed out.`,
        )
      : new StoreError(
          "SnapshotTooOld",
          `The timestamp ${at} is older than the history that is kept, which starts at ${historyFrom}. Read at a newer timestamp.`,
        );
  }

  close(): void {
    this.#closed = true;
    for (const { connection } of this.#idle.splice(0)) connection.close();
  }

  #connect(): Reader {
    const connection = new SnapshotConnection(openForReading(this.#path));
    return { connection, live: new LiveStatements(connection) };
  }
}
