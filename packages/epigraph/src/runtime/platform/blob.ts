import { streamOfBytes } from "./body-stream.ts";
import { concatBytes, copyBufferSource, toArrayBuffer } from "./bytes.ts";
import { utf8Decode, utf8Encode } from "./codecs.ts";
import { platformHost } from "./host.ts";

const INTERNAL = Symbol("internal");

/** The bytes behind a Blob; shared, so callers must not write to them or transfer their buffer. */
export let blobBytes: (blob: Blob) => Uint8Array;
export let isBlob: (value: unknown) => value is Blob;

/** `Blob` of the File API standard, held in memory. */
export class Blob {
  readonly #bytes: Uint8Array;
  readonly #type: string;

  constructor(parts: Iterable<unknown> = [], options: { type?: string; endings?: string } = {}) {
    if ((parts as unknown) === INTERNAL) {
      const adopted = options as unknown as { bytes: Uint8Array; type: string };
      this.#bytes = adopted.bytes;
      this.#type = adopted.type;
      return;
    }
    if (typeof parts !== "object" || parts === null || typeof parts[Symbol.iterator] !== "function") {
      throw new TypeError("Failed to construct 'Blob': The parts must be a sequence");
    }
    this.#bytes = concatBytes([...parts].map(partBytes));
    this.#type = normalizeType(options?.type);
  }

  static {
    isBlob = (value): value is Blob => typeof value === "object" && value !== null && #bytes in value;
    blobBytes = (blob) => blob.#bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  get type(): string {
    return this.#type;
  }

  slice(start = 0, end: number = this.size, type = ""): Blob {
    return newBlob(this.#bytes.subarray(start, end), normalizeType(type));
  }

  stream(): ReadableStream<Uint8Array> {
    return streamOfBytes(this.#bytes);
  }

  async text(): Promise<string> {
    return utf8Decode(this.#bytes);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return toArrayBuffer(this.#bytes);
  }

  async bytes(): Promise<Uint8Array> {
    return this.#bytes.slice();
  }

  get [Symbol.toStringTag](): string {
    return "Blob";
  }
}

/** `File` of the File API standard. */
export class File extends Blob {
  readonly #name: string;
  readonly #lastModified: number;

  constructor(
    parts: Iterable<unknown>,
    name: string,
    options: { type?: string; lastModified?: number } = {},
  ) {
    super(parts, options);
    this.#name = String(name);
    this.#lastModified =
      options?.lastModified === undefined ? platformHost().now() : Number(options.lastModified);
  }

  get name(): string {
    return this.#name;
  }

  get lastModified(): number {
    return this.#lastModified;
  }

  override get [Symbol.toStringTag](): string {
    return "File";
  }
}

/** A Blob over bytes that nobody else will change. */
export function newBlob(bytes: Uint8Array, type: string): Blob {
  return new Blob(INTERNAL as never, { bytes, type } as never);
}

/** A File over bytes that nobody else will change. */
export function newFile(bytes: Uint8Array, name: string, type: string): File {
  return new File([newBlob(bytes, "")], name, { type });
}

function partBytes(part: unknown): Uint8Array {
  if (isBlob(part)) return blobBytes(part);
  return copyBufferSource(part) ?? utf8Encode(String(part));
}

function normalizeType(type: unknown): string {
  const text = type === undefined ? "" : String(type);
  return /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : "";
}
