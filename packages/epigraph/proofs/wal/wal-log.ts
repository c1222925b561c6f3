import { closeSync, openSync, readSync } from "node:fs";

// https://sqlite.org/fileformat2.html#walformat
const HEADER_BYTES = 32;
const SALTS = { offset: 16, bytes: 8 };
/** A page with what stands in front of it. */
export const FRAME_BYTES: number = 24 + 4096;
const FRAME_SALTS_OFFSET = 8;

/** Follows the write-ahead log of a store from outside: which run of it is going on, and how far that has come. */
export class WalLog {
  readonly #file: number;
  /** Salts of the run: another one has others. */
  #run = "";
  #end = 0;

  constructor(path: string) {
    this.#file = openSync(path, "r");
  }

  /** Where the newest frame of the run ends, in bytes. */
  look(): { readonly run: string; readonly end: number } {
    const run = this.#read(SALTS.offset);
    if (run !== this.#run) {
      this.#run = run;
      this.#end = HEADER_BYTES;
    }
    while (this.#read(this.#end + FRAME_SALTS_OFFSET) === run) this.#end += FRAME_BYTES;
    return { run, end: this.#end };
  }

  close(): void {
    closeSync(this.#file);
  }

  #read(offset: number): string {
    const bytes = Buffer.alloc(SALTS.bytes);
    return readSync(this.#file, bytes, 0, SALTS.bytes, offset) === SALTS.bytes ? bytes.toString("hex") : "";
  }
}
