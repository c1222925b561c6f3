import { ReadableStream as PonyfillReadableStream } from "web-streams-polyfill";

/** A stream that gives these bytes once. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new PonyfillReadableStream<Uint8Array>({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  }) as unknown as ReadableStream<Uint8Array>;
}

/** A stream that pulls its chunks; null ends it. */
export function streamFrom(
  pull: () => Promise<Uint8Array | null>,
  cancel: () => void,
): ReadableStream<Uint8Array> {
  return new PonyfillReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await pull();
        if (chunk === null) controller.close();
        else controller.enqueue(chunk);
      },
      cancel,
    },
    { highWaterMark: 0 },
  ) as unknown as ReadableStream<Uint8Array>;
}
