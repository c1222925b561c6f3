import { isUtf8 } from "node:buffer";
import type { RecordedBody } from "./recorded-request.ts";

type Body = Uint8Array | string | AsyncIterable<Uint8Array> | null;

/** Keeps the beginning of a body that goes by; the body itself goes on as it came. */
export class CapturedBody {
  #maxBytes: number;
  /** One piece of memory, however small the pieces of the body: it is larger than what is kept in it. */
  #memory = new Uint8Array(0);
  #kept = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns the same body; of a stream one that is watched while somebody reads it. */
  watch<T extends Body>(body: T): T {
    if (body === null) return body;
    if (typeof body === "string") this.#add(Buffer.from(body));
    else if (body instanceof Uint8Array) this.#add(body);
    else return this.#watchStream(body) as unknown as T;
    return body;
  }

  /** Keeps nothing of it any more; what goes by still does. */
  forget(): void {
    this.#maxBytes = 0;
    this.#memory = new Uint8Array(0);
    this.#kept = 0;
  }

  /** What is kept so far. */
  toRecord(): RecordedBody {
    const bytes = this.#keptBytes;
    const isText = isUtf8(bytes);
    return {
      text: bytes.toString(isText ? "utf8" : "base64"),
      isBase64: !isText,
      bytes: this.#bytes,
      isCut: this.#bytes > this.#kept,
    };
  }

  /** The whole body, null where it was not kept whole. */
  whole(): Uint8Array | null {
    return this.#bytes > this.#kept ? null : this.#keptBytes;
  }

  #add(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    const part = chunk.subarray(0, this.#maxBytes - this.#kept);
    if (part.length === 0) return;
    const needed = this.#kept + part.length;
    if (needed > this.#memory.length) {
      const memory = new Uint8Array(Math.max(needed, Math.min(2 * this.#memory.length, this.#maxBytes)));
      memory.set(this.#memory);
      this.#memory = memory;
    }
    this.#memory.set(part, this.#kept);
    this.#kept = needed;
  }

  get #keptBytes(): Buffer {
    return Buffer.from(this.#memory.buffer, 0, this.#kept);
  }

  /** Passes on every call: back-pressure and who stops early are the reader's and the writer's business. */
  #watchStream(body: AsyncIterable<Uint8Array>): AsyncIterableIterator<Uint8Array> {
    const source = body[Symbol.asyncIterator]();
    const watched: AsyncIterableIterator<Uint8Array> = {
      next: async () => {
        const result = await source.next();
        if (result.done !== true) this.#add(result.value);
        return result;
      },
      return: (value) =>
        source.return === undefined
          ? Promise.resolve({ done: true, value: undefined })
          : source.return(value as never),
      [Symbol.asyncIterator]: () => watched,
    };
    return watched;
  }
}
