import { isUtf8 } from "node:buffer";
import type { RecordedBody } from "./recorded-request.ts";

type Body = Uint8Array | string | AsyncIterable<Uint8Array> | null;

/** Of a UTF-16 unit as UTF-8. */
const MAX_BYTES_PER_UNIT = 3;

/** Keeps the beginning of a body that goes by; the body itself goes on as it came. */
export class CapturedBody {
  #maxBytes: number;
  /** A body that came in one piece, as it is: most are never looked at. */
  #piece: Uint8Array | string | null = null;
  /** Else one piece of memory, however small the pieces of the body: it is larger than what is kept in it. */
  #memory: Uint8Array | null = null;
  #kept = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @returns the same body; of a stream one that is watched while somebody reads it. */
  watch<T extends Body>(body: T): T {
    if (body === null) return body;
    if (typeof body !== "string" && !(body instanceof Uint8Array)) {
      return this.#watchStream(body) as unknown as T;
    }
    if (this.#mayHold(body)) this.#piece = body;
    else this.#add(typeof body === "string" ? Buffer.from(body) : body);
    return body;
  }

  /** Keeps nothing of it any more; what goes by still does. */
  forget(): void {
    this.#maxBytes = 0;
    this.#piece = null;
    this.#memory = null;
    this.#kept = 0;
  }

  /** What is kept so far. */
  toRecord(): RecordedBody {
    const bytes = this.#beginning();
    if (bytes === null) return { text: "", isBase64: false, bytes: this.#bytes, isCut: this.#bytes > 0 };
    const isText = isUtf8(bytes);
    return {
      text: bytes.toString(isText ? "utf8" : "base64"),
      isBase64: !isText,
      bytes: Math.max(this.#bytes, bytes.length),
      isCut: this.#bytes > this.#kept,
    };
  }

  /** The whole body, null where it was not kept whole. */
  whole(): Uint8Array | null {
    return this.#bytes > this.#kept ? null : (this.#beginning() ?? Buffer.alloc(0));
  }

  #beginning(): Buffer | null {
    if (this.#piece === null) {
      return this.#memory === null ? null : Buffer.from(this.#memory.buffer, 0, this.#kept);
    }
    return typeof this.#piece === "string"
      ? Buffer.from(this.#piece)
      : Buffer.from(this.#piece.buffer, this.#piece.byteOffset, this.#piece.length);
  }

  /** Whether nothing more than the piece itself stays in memory with it. */
  #mayHold(piece: Uint8Array | string): boolean {
    if (typeof piece === "string") return piece.length * MAX_BYTES_PER_UNIT <= this.#maxBytes;
    return piece.length <= this.#maxBytes && piece.length === piece.buffer.byteLength;
  }

  #add(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    const part = chunk.subarray(0, this.#maxBytes - this.#kept);
    if (part.length === 0) return;
    // A copy: what is kept must not hold the memory of a larger buffer, nor change with it.
    this.#roomFor(this.#kept + part.length).set(part, this.#kept);
    this.#kept += part.length;
  }

  #roomFor(bytes: number): Uint8Array {
    const length = this.#memory?.length ?? 0;
    if (this.#memory !== null && bytes <= length) return this.#memory;
    const memory = new Uint8Array(Math.max(bytes, Math.min(2 * length, this.#maxBytes)));
    if (this.#memory !== null) memory.set(this.#memory);
    this.#memory = memory;
    return memory;
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
