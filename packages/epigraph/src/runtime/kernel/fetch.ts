import { textPieces } from "../realm/text-pieces.ts";
import type { FetchedHead, FetchHead } from "./bridge.ts";
import { currentExecution, type Execution } from "./execution.ts";
import { host } from "./host.ts";
import { startOperation } from "./operations.ts";

/** For `PlatformHost.startFetch`. */
export function startFetch(
  head: FetchHead,
  body: string | ArrayBuffer | null,
): { readonly exchange: number; readonly answer: Promise<FetchedHead> } {
  const exchange = currentExecution().nextCall;
  const answer = startOperation<string>("fetch", ({ id }, call) => {
    const whole = typeof body === "string" ? textPieces(body) : [body ?? undefined];
    host.fetch(id, call, JSON.stringify(head), ...(whole as [string]));
  });
  return { exchange, answer: answer.then((json) => JSON.parse(json) as FetchedHead) };
}

/** For `PlatformHost.cancelBody`. What is awaited of an answer that has not come never settles. */
export function cancelExchange({ id, pending }: Execution, exchange: number): void {
  if (pending.get(exchange)?.name === "fetch") pending.delete(exchange);
  host.cancelBody(id, exchange);
}
