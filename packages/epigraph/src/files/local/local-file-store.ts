import { createWriteStream, mkdirSync } from "node:fs";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { type ByteRange, type FileStore, isFileKey } from "../file-store.ts";

/** Bytes that wait to be written, and that are read at once. */
const BUFFER_BYTES = 256 * 1024;

/**
 * Files in a folder on this machine: the key `0a1b…` is the file `0a/0a1b…`. It has its name only once all of it is on
 * the disk; until then it is `0a1b….part`.
 */
export class LocalFileStore implements FileStore {
  readonly #folder: string;

  /** @param folder made when it is absent. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  async write(key: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const path = this.#path(key);
    const part = partOf(path);
    try {
      const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      if (made !== undefined) await syncFolder(this.#folder);
      // `flush`: synced before it is closed.
      const file = createWriteStream(part, {
        flags: "wx",
        mode: 0o600,
        flush: true,
        highWaterMark: BUFFER_BYTES,
      });
      await pipeline(bytes, file);
      await rename(part, path);
      await syncFolder(dirname(path));
    } catch (error) {
      await rm(part, { force: true });
      throw explain(error, this.#folder);
    }
  }

  async read(key: string, range?: ByteRange): Promise<Readable | null> {
    let file: FileHandle;
    try {
      file = await open(this.#path(key));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
      throw error;
    }
    const bounds = range === undefined ? {} : { start: range.first, end: range.last };
    return file.createReadStream({ ...bounds, highWaterMark: BUFFER_BYTES });
  }

  async remove(key: string): Promise<void> {
    const path = this.#path(key);
    await Promise.all([rm(path, { force: true }), rm(partOf(path), { force: true })]);
  }

  #path(key: string): string {
    if (!isFileKey(key)) throw new RangeError(`"${key}" is no key of a file`);
    return join(this.#folder, key.slice(0, 2), key);
  }
}

function partOf(path: string): string {
  return `${path}.part`;
}

/** The name of a new file is durable once its folder is. Windows has no such thing, and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function explain(error: unknown, folder: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== "ENOSPC" && code !== "EDQUOT") return error;
  return new EpigraphError("StoreFull", `A file could not be stored: the disk with ${folder} is full`, {
    cause: error,
  });
}
