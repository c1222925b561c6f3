import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";

/** The files of a store as a crash left them. */
export interface Image {
  readonly data: Buffer;
  readonly log: Buffer;
}

/**
 * Puts the files into a folder, looks at the store and removes it.
 * @param look gives a sentence for each thing that is wrong.
 */
export function withImage(
  folder: string,
  { data, log }: Image,
  look: (store: SqliteStore) => readonly string[],
): readonly string[] {
  mkdirSync(folder);
  try {
    const store = new SqliteStore(folder);
    writeFileSync(store.path, data);
    writeFileSync(`${store.path}-wal`, log);
    return look(store);
  } catch (error) {
    return [`The store can't be opened: ${(error as Error).message}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
