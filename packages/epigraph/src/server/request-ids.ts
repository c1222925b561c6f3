const ID_BYTES = 8;
const POOL_IDS = 512;

/** Makes request ids of 16 hex digits. Randomness is fetched for many at once: one by one it costs more than the id. */
export class RequestIds {
  readonly #fill: (bytes: Uint8Array) => void;
  readonly #pool = Buffer.alloc(ID_BYTES * POOL_IDS);
  #at = ID_BYTES * POOL_IDS;

  /** @param fill overwrites the bytes with random ones. */
  constructor(fill: (bytes: Uint8Array) => void) {
    this.#fill = fill;
  }

  next(): string {
    if (this.#at === this.#pool.length) {
      this.#fill(this.#pool);
      this.#at = 0;
    }
    const start = this.#at;
    this.#at += ID_BYTES;
    return this.#pool.toString("hex", start, this.#at);
  }
}
