import type { Ticks } from "../../store/ticks.ts";
import type { ActionOutcome } from "./action-frame.ts";
import { type CallResult, errorText, isCallError } from "./call-error.ts";
import type { LogLines } from "./log-lines.ts";
import type { CallEnd, HttpEnd } from "./messages.ts";
import type { ResponseChannel } from "./response-channel.ts";

/**
 * How a call ended, as main is told.
 * @param hasRun false: an earlier run of the same request gave the result.
 */
export function toCallEnd(result: CallResult, ts: Ticks | null, hasRun: boolean): CallEnd {
  return isCallError(result)
    ? { type: "error", error: result }
    : { type: "success", json: result.json, ts, hasRun };
}

/** How an HTTP action ended, as main is told. */
export function toHttpEnd(outcome: ActionOutcome, response: ResponseChannel, logs: LogLines): HttpEnd {
  switch (outcome.type) {
    case "noRoute":
      return { type: "noRoute" };
    case "error":
      if (!response.isBegun) return { type: "error", error: outcome.error, route: outcome.route };
      // The head said what the request came to, so the execution stands.
      logs.add("ERROR", errorText(outcome.error).trimEnd(), null);
      return { type: "done" };
    case "fault":
      return { type: "fault", ...describeFault(outcome.error) };
    case "value":
      return { type: "done" };
  }
}

/** A fault of the server; where the program was helps only with what has no code of the catalogue. */
export function describeFault(error: unknown): { readonly code: string | null; readonly message: string } {
  if (!(error instanceof Error)) return { code: null, message: String(error) };
  const { code } = error as { readonly code?: unknown };
  return typeof code === "string"
    ? { code, message: error.message }
    : { code: null, message: error.stack ?? error.message };
}
