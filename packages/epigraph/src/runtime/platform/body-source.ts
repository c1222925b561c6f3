import { blobBytes, isBlob } from "./blob.ts";
import { HostBody, nextHostChunk, streamOfBytes, streamOfHostBody } from "./body-stream.ts";
import { concatBytes, copyBufferSource } from "./bytes.ts";
import { utf8Encode } from "./codecs.ts";
import { isFormData } from "./form-data.ts";
import type { Headers } from "./headers.ts";
import { platformHost } from "./host.ts";
import { streams, url } from "./lazy-parts.ts";
import { encodeMultipart, newBoundary } from "./multipart.ts";

/** Where a body comes from. Bytes are shared between clones and never written to. */
export type BodySource = null | string | Uint8Array | HostBody | ReadableStream<Uint8Array>;

export interface ExtractedBody {
  readonly source: BodySource;
  /** Content type that the kind of body implies, null for none. */
  readonly type: string | null;
  /** The type replaces one that the caller set: only it knows the boundary. */
  readonly overrides: boolean;
}

/** "Extract a body" of the Fetch standard. @throws TypeError for a stream that is locked or was read from. */
export function extractBody(init: unknown): ExtractedBody {
  if (init === null || init === undefined) return { source: null, type: null, overrides: false };
  if (typeof init === "string") {
    return { source: init.toWellFormed(), type: "text/plain;charset=UTF-8", overrides: false };
  }
  if (isBlob(init))
    return { source: blobBytes(init), type: init.type === "" ? null : init.type, overrides: false };
  if (isFormData(init)) {
    const boundary = newBoundary();
    return {
      source: encodeMultipart(init, boundary),
      type: `multipart/form-data; boundary=${boundary}`,
      overrides: true,
    };
  }
  if (url.loaded !== undefined && init instanceof url.loaded.URLSearchParams) {
    return {
      source: String(init),
      type: "application/x-www-form-urlencoded;charset=UTF-8",
      overrides: false,
    };
  }
  if (isStream(init)) {
    if (init.locked || (init as unknown as { _disturbed: boolean })._disturbed) {
      throw new TypeError("The body is a stream that is locked or was read from");
    }
    return { source: init, type: null, overrides: false };
  }
  const bytes = copyBufferSource(init);
  if (bytes !== undefined) return { source: bytes, type: null, overrides: false };
  return { source: String(init).toWellFormed(), type: "text/plain;charset=UTF-8", overrides: false };
}

/** Sets the content type that the body implies, unless the app chose one. */
export function addContentType(headers: Headers, { type, overrides }: ExtractedBody): void {
  if (type !== null && (overrides || !headers.has("content-type"))) headers.set("content-type", type);
}

export function isStream(value: unknown): value is ReadableStream<Uint8Array> {
  return (
    streams.loaded !== undefined &&
    value instanceof (streams.loaded.ReadableStream as unknown as typeof ReadableStream)
  );
}

export function toStream(source: Exclude<BodySource, null>): ReadableStream<Uint8Array> {
  if (typeof source === "string") return streamOfBytes(utf8Encode(source));
  if (source instanceof Uint8Array) return streamOfBytes(source);
  return source instanceof HostBody ? streamOfHostBody(source) : source;
}

/**
 * All bytes of a body; bytes in memory come back as they are. `check` sees the number of bytes so far and may throw,
 * which cancels the rest.
 * @throws TypeError when a stream produces something else than Uint8Array chunks; whatever the stream fails with.
 */
export async function readAll(source: BodySource, check?: (sizeBytes: number) => void): Promise<Uint8Array> {
  if (source === null) return new Uint8Array(0);
  if (typeof source === "string" || source instanceof Uint8Array) {
    const bytes = typeof source === "string" ? utf8Encode(source) : source;
    check?.(bytes.length);
    return bytes;
  }
  const reader = chunkReader(source);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for (let chunk = await reader.next(); chunk !== null; chunk = await reader.next()) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    try {
      check?.(sizeBytes);
    } catch (error) {
      await reader.cancel(error);
      throw error;
    }
  }
  return concatBytes(chunks);
}

export interface ChunkReader {
  /** Null at the end. @throws TypeError when a stream produces something else than Uint8Array chunks. */
  next(): Promise<Uint8Array | null>;
  cancel(reason: unknown): unknown;
}

/** Reads a body chunk by chunk; what the host holds is read without a stream in between. */
export function chunkReader(source: HostBody | ReadableStream<Uint8Array>): ChunkReader {
  if (source instanceof HostBody) {
    return {
      next: () => nextHostChunk(source),
      cancel: () => platformHost().cancelBody(source.exchange),
    };
  }
  const reader = source.getReader();
  return {
    async next() {
      const { done, value } = await reader.read();
      if (done) return null;
      if (!(value instanceof Uint8Array)) throw new TypeError("A body stream must produce Uint8Array chunks");
      return value;
    },
    cancel: (reason) => reader.cancel(reason),
  };
}
