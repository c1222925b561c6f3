import { wrongKind } from "../kernel/wrong-kind.ts";
import { platformHost } from "./host.ts";
import { streams } from "./lazy-parts.ts";

/** Bytes of one chunk of an in-memory stream: byte streams take over each chunk's buffer, so each is a copy. */
const CHUNK_BYTES = 65_536;

/** A byte stream over bytes in memory. */
export function streamOfBytes(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let offset = 0;
  return byteStream({
    async next() {
      if (offset >= bytes.length) return null;
      const chunk = bytes.slice(offset, offset + CHUNK_BYTES);
      offset += chunk.length;
      return chunk;
    },
    cancel() {},
  });
}

/** A byte stream over a body that the host holds; it asks for a chunk only when its reader does. */
export function streamOfHostBody(bodyId: number): ReadableStream<Uint8Array> {
  return byteStream({
    next: () => nextHostChunk(bodyId),
    cancel: () => platformHost().cancelBody(bodyId),
  });
}

/** Next non-empty chunk of a body that the host holds, null at its end. */
export async function nextHostChunk(bodyId: number): Promise<Uint8Array | null> {
  const host = platformHost();
  if (host.isTransaction()) throw new Error(wrongKind("stream"));
  for (;;) {
    const chunk = await host.readBody(bodyId);
    if (chunk === null || chunk.length > 0) return chunk;
  }
}

interface ChunkSource {
  next(): Promise<Uint8Array | null>;
  cancel(): void;
}

function byteStream(source: ChunkSource): ReadableStream<Uint8Array> {
  const { ReadableStream } = streams.get();
  const stream = new ReadableStream(
    {
      type: "bytes",
      async pull(controller) {
        const chunk = await source.next();
        if (chunk !== null) {
          controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
          return;
        }
        controller.close();
        // A pending read into a caller's buffer stays pending until it is told that it got nothing.
        controller.byobRequest?.respond(0);
      },
      cancel() {
        source.cancel();
      },
    },
    { highWaterMark: 0 },
  );
  return stream as unknown as ReadableStream<Uint8Array>;
}
