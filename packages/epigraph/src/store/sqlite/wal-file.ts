import { closeSync, openSync, readSync } from "node:fs";
import { PAGE_SIZE_BYTES } from "./open-database.ts";

// https://sqlite.org/fileformat2.html#walformat
const HEADER_BYTES = 32;
const HEADER_SALTS_OFFSET = 16;
const FRAME_HEADER_BYTES = 24;
const FRAME_SALTS_OFFSET = 8;
const SALTS_BYTES = 8;

/**
 * Tells how far SQLite's write-ahead log has grown since it last started anew. A log that starts anew is overwritten,
 * not cut, so the size of the file says nothing; but all frames of one run carry the salts in the header. (The shared
 * index beside the log holds the number itself, yet closing a second handle on it would drop SQLite's own locks.)
 */
export class WalFile {
  readonly #path: string;
  readonly #salts = Buffer.alloc(SALTS_BYTES);
  readonly #found = Buffer.alloc(SALTS_BYTES);
  #file: number | null = null;

  constructor(databasePath: string) {
    this.#path = `${databasePath}-wal`;
  }

  /** Whether the log is new since the last call, or since it was opened. */
  startedAnew(): boolean {
    this.#read(HEADER_SALTS_OFFSET);
    if (this.#found.equals(this.#salts)) return false;
    this.#found.copy(this.#salts);
    return true;
  }

  /** Whether the log of the last `startedAnew` holds this many frames (pages). */
  holds(frames: number): boolean {
    return (
      this.#read(HEADER_BYTES + (frames - 1) * (FRAME_HEADER_BYTES + PAGE_SIZE_BYTES) + FRAME_SALTS_OFFSET) &&
      this.#found.equals(this.#salts)
    );
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #read(offset: number): boolean {
    this.#file ??= openSync(this.#path, "r");
    return readSync(this.#file, this.#found, 0, SALTS_BYTES, offset) === SALTS_BYTES;
  }
}
