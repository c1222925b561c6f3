import type { FetchedHead } from "../kernel/bridge.ts";
import type { AbortSignal } from "./abort-signal.ts";
import { type BodySource, type ChunkReader, chunkReader } from "./body-source.ts";
import { toArrayBuffer } from "./bytes.ts";
import { utf8Encode } from "./codecs.ts";
import type { HeaderPairs } from "./headers.ts";
import { platformHost } from "./host.ts";

/** Bytes, or characters of a text, that cross to the host at once. */
const PIECE_LENGTH = 65_536;

/** What goes out: a redirect may change each of these. */
export interface SentRequest {
  /** Without a fragment. */
  readonly url: string;
  readonly method: string;
  readonly headerPairs: HeaderPairs;
  readonly body: BodySource;
}

export interface Answered {
  readonly exchange: number;
  readonly head: FetchedHead;
}

/**
 * Sends one request and its body, and resolves with the head of the answer, while the body may still be on its way. What
 * the signal aborts ends at any time, also after that.
 * Rejects with the network's reason, the signal's, or whatever a streamed body failed with.
 */
export function sendRequest(
  { url, method, headerPairs, body }: SentRequest,
  signal: AbortSignal | undefined,
): Promise<Answered> {
  const host = platformHost();
  const { whole, reader, length } = outgoing(body);
  const stream = reader === null ? null : { length };
  const { exchange, answer } = host.startFetch({ url, method, headers: headerPairs, stream }, whole);
  return new Promise((resolve, reject) => {
    const stop = (reason: unknown): void => {
      host.cancelBody(exchange);
      Promise.resolve(reader?.cancel(reason)).catch(() => {});
      reject(reason);
    };
    signal?.addEventListener("abort", () => stop(signal.reason));
    answer.then((head) => resolve({ exchange, head }), stop);
    if (reader !== null) sendBody(exchange, reader).catch(stop);
  });
}

interface Outgoing {
  /** A body that crosses to the host with the head. */
  readonly whole: string | ArrayBuffer | null;
  /** A body that follows, and how many bytes it has where that is known. */
  readonly reader: ChunkReader | null;
  readonly length: number | null;
}

function outgoing(body: BodySource): Outgoing {
  if (body === null) return { whole: null, reader: null, length: null };
  if (typeof body !== "string" && !(body instanceof Uint8Array)) {
    return { whole: null, reader: chunkReader(body), length: null };
  }
  if (body.length <= PIECE_LENGTH) {
    return { whole: typeof body === "string" ? body : toArrayBuffer(body), reader: null, length: null };
  }
  const bytes = typeof body === "string" ? utf8Encode(body) : body;
  return { whole: null, reader: readerOf(bytes), length: bytes.length };
}

function readerOf(bytes: Uint8Array): ChunkReader {
  let rest: Uint8Array | null = bytes;
  return {
    async next() {
      const chunk = rest;
      rest = null;
      return chunk;
    },
    cancel() {
      rest = null;
    },
  };
}

async function sendBody(exchange: number, reader: ChunkReader): Promise<void> {
  const host = platformHost();
  for (let chunk = await reader.next(); chunk !== null; chunk = await reader.next()) {
    for (let at = 0; at < chunk.length; at += PIECE_LENGTH) {
      if (await host.sendChunk(exchange, chunk.subarray(at, at + PIECE_LENGTH))) continue;
      // The server answered without it, or the exchange is over.
      await reader.cancel(undefined);
      return;
    }
  }
  host.endBody(exchange);
}
