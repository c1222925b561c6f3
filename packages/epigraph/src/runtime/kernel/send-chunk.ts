import type { Execution } from "./execution.ts";
import { host } from "./host.ts";

/** Hands a chunk of what goes out in an exchange to the host. Resolves when the next may come: false when none may. */
export async function sendChunk(
  execution: Execution,
  exchange: number,
  chunk: ArrayBuffer,
): Promise<boolean> {
  const answer = host.sendChunk(execution.id, exchange, chunk);
  if (answer === "wait") {
    await new Promise<void>((resolve) => {
      execution.senders.set(exchange, resolve);
    });
  }
  return answer !== "enough";
}
