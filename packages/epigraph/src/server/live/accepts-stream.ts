import type { IncomingMessage } from "node:http";

/**
 * Whether a request gets a stream of events instead of one answer. Whoever names `text/event-stream` or `application/json`
 * has said it; of those who take anything, whoever brings an ETag wants to know whether one answer still holds, and
 * whoever asks for the head alone could read no stream.
 */
export function acceptsStream({ method, headers }: IncomingMessage): boolean {
  if (method !== "GET") return false;
  const types = (headers.accept ?? "*/*").split(",").map(typeOf);
  if (types.includes("text/event-stream")) return true;
  if (types.includes("application/json") || headers["if-none-match"] !== undefined) return false;
  return types.includes("text/*") || types.includes("*/*");
}

function typeOf(range: string): string {
  return (range.split(";", 1)[0] as string).trim().toLowerCase();
}
