import { NO_USAGE } from "../../runtime/runner/execution-usage.ts";
import type { FunctionCall } from "../calls.ts";
import { type ExecutionEvent, identityTypeOf } from "../execution-event.ts";
import type { QueryResult } from "./query-result.ts";

/** What there is to tell of a call that was answered by a result that is kept: that, and the lines of the run. */
export function cachedRecord(
  { path, caller, origin, request }: Pick<FunctionCall, "path" | "caller" | "origin" | "request">,
  { lines }: QueryResult,
): ExecutionEvent {
  return {
    type: "end",
    identifier: path,
    kind: "query",
    requestId: request.requestId,
    identityType: identityTypeOf(caller),
    origin,
    isCached: true,
    durationMs: 0,
    status: null,
    error: null,
    fault: null,
    usage: NO_USAGE,
    lines,
    isKnown: true,
  };
}
