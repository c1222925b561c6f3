import type { Readable } from "node:stream";

/** Bytes of a file from the first to the last one, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Keeps the bytes of files under keys that are used once. What files there are is written in the database. */
export interface FileStore {
  /**
   * Takes bytes until they end; they are durable under the key once this resolves.
   * @param key of `isFileKey`, never used before.
   * @param bytes taken as fast as they can be kept, no faster. When they fail, so does this, and nothing can be read under
   * the key; `remove` takes what may be left.
   * @throws EpigraphError `StoreFull`
   */
  write(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * Opens the bytes for one reader, who reads to the end or destroys the stream. A file that is removed meanwhile may be read on.
   * @param range within the file; the whole of it when left out.
   * @returns null when there is no such file.
   */
  read(key: string, range?: ByteRange): Promise<Readable | null>;
  /** Frees whatever is there under the key, also what a writer left that was killed. Nothing there is no failure. */
  remove(key: string): Promise<void>;
}

const KEY = /^[0-9a-f]{32}$/;

/** Keys come from documents and become names of files and objects: nothing else may. */
export function isFileKey(key: string): boolean {
  return KEY.test(key);
}
