import { join } from "node:path";
import type { SnapshotSource, Store, StoreWriter } from "../store.ts";
import { SqliteSnapshots } from "./sqlite-snapshots.ts";
import { SqliteWriter } from "./sqlite-writer.ts";

/** The store of one deployment in a folder: `data.db` and SQLite's own files beside it. */
export class SqliteStore implements Store {
  readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, "data.db");
  }

  openWriter(): StoreWriter {
    return new SqliteWriter(this.path);
  }

  openSnapshots(): SnapshotSource {
    return new SqliteSnapshots(this.path);
  }
}
