import { LiveSnapshot, LiveStatements } from "../../packages/epigraph/src/store/sqlite/live-snapshot.ts";
import { openForReading } from "../../packages/epigraph/src/store/sqlite/open-database.ts";
import { SnapshotConnection } from "../../packages/epigraph/src/store/sqlite/snapshot-connection.ts";
import type { Snapshot, SnapshotSource } from "../../packages/epigraph/src/store/store.ts";

/**
 * Snapshots of the newest state whose connection keeps no page longer than it looks at it: what it reads from the file
 * is what a read touches. One at a time.
 */
export class UncachedSnapshots implements SnapshotSource {
  readonly #connection: SnapshotConnection;
  readonly #statements: LiveStatements;

  constructor(path: string) {
    const database = openForReading(path);
    database.exec("PRAGMA cache_size = 0");
    this.#connection = new SnapshotConnection(database);
    this.#statements = new LiveStatements(this.#connection);
  }

  open(): Snapshot {
    const [ts, catalogueTs] = this.#connection.begin();
    return new LiveSnapshot(ts, catalogueTs, this.#statements, () => this.#connection.end());
  }

  close(): void {
    this.#connection.close();
  }
}
