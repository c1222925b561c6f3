import { streamOf } from "./streams.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

export type BlobPart = string | ArrayBuffer | ArrayBufferView | Blob;

export function bytesOf(part: ArrayBuffer | ArrayBufferView): Uint8Array<ArrayBuffer> {
  if (part instanceof ArrayBuffer) return new Uint8Array(part.slice(0));
  return new Uint8Array(part.buffer.slice(part.byteOffset, part.byteOffset + part.byteLength) as ArrayBuffer);
}

/** Bytes with a type, in memory. */
export class Blob {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #type: string;

  constructor(parts: Iterable<BlobPart> = [], options: { type?: string } = {}) {
    const chunks = [...parts].map((part) =>
      part instanceof Blob
        ? part.#bytes
        : typeof part === "object"
          ? bytesOf(part)
          : encodeUtf8(String(part)),
    );
    this.#bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      this.#bytes.set(chunk, at);
      at += chunk.length;
    }
    const type = options.type === undefined ? "" : String(options.type);
    this.#type = /[^\x20-\x7e]/.test(type) ? "" : type.toLowerCase();
  }

  get size(): number {
    return this.#bytes.length;
  }

  get type(): string {
    return this.#type;
  }

  slice(start = 0, end: number = this.size, type = ""): Blob {
    return new Blob([this.#bytes.subarray(...range(start, end, this.size))], { type });
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice().buffer;
  }

  async bytes(): Promise<Uint8Array> {
    return this.#bytes.slice();
  }

  async text(): Promise<string> {
    return decodeUtf8(this.#bytes);
  }

  stream(): ReadableStream<Uint8Array> {
    return streamOf(this.#bytes.slice());
  }

  /** The bytes themselves, for bodies made of this blob. */
  static contents(blob: Blob): Uint8Array<ArrayBuffer> {
    return blob.#bytes;
  }

  get [Symbol.toStringTag](): string {
    return "Blob";
  }
}

function range(start: number, end: number, size: number): [number, number] {
  const clamp = (n: number): number => (n < 0 ? Math.max(size + n, 0) : Math.min(n, size));
  const from = clamp(start);
  return [from, Math.max(from, clamp(end))];
}

export class File extends Blob {
  readonly name: string;
  readonly lastModified: number;

  constructor(
    parts: Iterable<BlobPart>,
    name: string,
    options: { type?: string; lastModified?: number } = {},
  ) {
    super(parts, options);
    this.name = String(name);
    this.lastModified = options.lastModified ?? Date.now();
  }

  override get [Symbol.toStringTag](): string {
    return "File";
  }
}
