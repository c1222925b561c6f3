import type { ServerResponse } from "node:http";

export interface ResponseStreamOptions {
  /** The first chunk that would pass it ends the body. */
  readonly limitBytes: number;
  /** The length that the head promised; null for a chunked body. */
  readonly promisedBytes: number | null;
}

/**
 * Pumps a body to the client at the client's pace: the next chunk is pulled when the socket has taken the last one.
 * A client that goes away ends the source with `return`. The connection is broken instead of ended wherever the client
 * would otherwise take an incomplete body for a complete one: the source threw, or the head promised another length.
 * @returns whether the response may be ended.
 */
export async function pumpResponseStream(
  response: ServerResponse,
  body: AsyncIterable<Uint8Array>,
  { limitBytes, promisedBytes }: ResponseStreamOptions,
): Promise<boolean> {
  const source = body[Symbol.asyncIterator]();
  const stop = (): void => void endSource(source);
  response.once("close", stop);
  try {
    const sentBytes = await copy(source, response, Math.min(limitBytes, promisedBytes ?? limitBytes));
    if (response.destroyed) return false;
    if (promisedBytes === null || sentBytes === promisedBytes) return true;
  } catch {
    // Whoever made the body has recorded why it broke; the client can only be shown that it did.
  } finally {
    response.off("close", stop);
  }
  response.destroy();
  return false;
}

/** Ends a body of which nothing is wanted. */
export function discardResponseStream(body: AsyncIterable<Uint8Array>): void {
  void endSource(body[Symbol.asyncIterator]());
}

/** @returns the number of bytes sent. */
async function copy(
  source: AsyncIterator<Uint8Array>,
  response: ServerResponse,
  limitBytes: number,
): Promise<number> {
  let sentBytes = 0;
  for (;;) {
    const { done, value } = await source.next();
    if (done === true || response.destroyed) return sentBytes;
    if (sentBytes + value.length > limitBytes) {
      void endSource(source);
      return sentBytes;
    }
    sentBytes += value.length;
    if (value.length > 0 && !response.write(value)) await writable(response);
  }
}

/** Resolves when more can be written, or when nothing ever can. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off("drain", settle);
      response.off("close", settle);
      resolve();
    };
    response.on("drain", settle);
    response.on("close", settle);
  });
}

async function endSource(source: AsyncIterator<Uint8Array>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // A body that fails while it is being thrown away changes nothing.
  }
}
