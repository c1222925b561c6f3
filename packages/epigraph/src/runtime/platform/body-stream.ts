import { wrongKind } from "../kernel/wrong-kind.ts";
import type { AbortSignal } from "./abort-signal.ts";
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

/** What an exchange brings, held by the host and handed out in chunks. A class, so that no object of the app can pass for one. */
export class HostBody {
  readonly exchange: number;
  /** Of `fetch`: whoever aborts it has ended the exchange as well. */
  readonly signal: AbortSignal | undefined;

  constructor(exchange: number, signal?: AbortSignal) {
    this.exchange = exchange;
    this.signal = signal;
  }
}

/** A byte stream over a body that the host holds; it asks for a chunk only when its reader does. */
export function streamOfHostBody(body: HostBody): ReadableStream<Uint8Array> {
  return byteStream({
    next: () => nextHostChunk(body),
    cancel: () => platformHost().cancelBody(body.exchange),
  });
}

/** Next non-empty chunk of a body that the host holds, null at its end. @throws the reason of its signal once that is aborted. */
export async function nextHostChunk({ exchange, signal }: HostBody): Promise<Uint8Array | null> {
  const host = platformHost();
  if (host.isTransaction()) throw new Error(wrongKind("stream"));
  try {
    for (;;) {
      signal?.throwIfAborted();
      const chunk = await host.readBody(exchange);
      if (chunk?.length !== 0) return chunk;
    }
  } finally {
    // Its own failure, and what it takes for its end, come from being ended by the signal.
    signal?.throwIfAborted();
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
