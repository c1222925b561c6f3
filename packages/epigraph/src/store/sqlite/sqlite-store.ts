import { join } from "node:path";
import type { DraftTarget, InspectableStore } from "../store.ts";
import { SqliteDraft } from "./sqlite-draft.ts";
import { SqliteInspection } from "./sqlite-inspection.ts";
import { SqliteSnapshots } from "./sqlite-snapshots.ts";
import { SqliteWriter } from "./sqlite-writer.ts";

/** The store of one deployment in a folder that exists: `data.db`, and SQLite's own files beside it. */
export class SqliteStore implements InspectableStore {
  readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, "data.db");
  }

  /** @throws StoreError `StoreCorrupt`, `StoreUnreadable` or `StoreVersion`, leaving the file as it was. */
  openWriter(): SqliteWriter {
    return new SqliteWriter(this.path);
  }

  /** The file must have been opened by a writer before. */
  openSnapshots(): SqliteSnapshots {
    return new SqliteSnapshots(this.path);
  }

  createDraft(path: string, target: DraftTarget): SqliteDraft {
    return new SqliteDraft(path, target);
  }

  inspect(): SqliteInspection {
    return new SqliteInspection(this.path);
  }
}
