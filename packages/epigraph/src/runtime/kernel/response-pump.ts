import { INCOMING_EXCHANGE } from "./bridge.ts";
import type { Execution } from "./execution.ts";
import { host } from "./host.ts";
import { sendChunk } from "./send-chunk.ts";

/**
 * Moves a streamed response body to the host, one chunk at a time, stopping while the host's window is full.
 * The head goes out with the first chunk or at the end of an empty stream: a stream that errors at once can still
 * become a plain 500.
 */
export async function pumpResponse(
  execution: Execution,
  stream: ReadableStream<unknown>,
  headJson: string,
): Promise<void> {
  const reader = stream.getReader();
  const read = reader.read();
  let first = await Promise.race([read, fewMicrotasks()]);
  host.respond(execution.id, headJson, undefined);
  if (first === null) first = await read;
  for (let step = first; !step.done; step = await reader.read()) {
    if (!(await sendChunk(execution, INCOMING_EXCHANGE, toBytes(step.value)))) {
      await reader.cancel();
      return;
    }
  }
}

/** A chunk that is there already arrives within these turns; a slow stream must not hold its head back for longer. */
async function fewMicrotasks(): Promise<null> {
  for (let turn = 0; turn < 16; turn++) await null;
  return null;
}

function toBytes(value: unknown): ArrayBuffer {
  if (value instanceof ArrayBuffer) return value;
  if (ArrayBuffer.isView(value)) {
    return value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength) as ArrayBuffer;
  }
  throw new TypeError("The body stream of a Response must produce Uint8Array chunks");
}
