import type { FunctionOutcome } from "../../functions/calls.ts";
import { clientErrorText } from "../../functions/error-text.ts";
import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";
import { formatValue, type ValueFormat } from "../format.ts";
import type { ServerParts } from "../server-parts.ts";
import type { PreparedCall } from "./function-request.ts";

/** Runs a function and answers with its outcome, which is a 200 also where the function failed. */
export async function answerCall(
  exchange: Exchange,
  parts: ServerParts,
  { call, format }: PreparedCall,
): Promise<void> {
  const outcome = await parts.functions.invoke(call);
  sendJson(exchange, outcomeJson(outcome, format, call.request.requestId, parts.redactErrors));
}

/** Sends JSON text with a 200. */
export function sendJson(exchange: Exchange, json: string): void {
  const headers = corsHeaders(exchange.request);
  headers.push("content-type", "application/json");
  exchange.send(200, headers, json);
}

/** The JSON text that a client gets for an outcome. */
export function outcomeJson(
  outcome: FunctionOutcome,
  format: ValueFormat,
  requestId: string,
  redactErrors: boolean,
): string {
  const logLines =
    redactErrors || outcome.logLines.length === 0 ? "" : `,"logLines":${JSON.stringify(outcome.logLines)}`;
  if (outcome.status === "success") {
    return `{"status":"success","value":${formatValue(outcome.value, format)}${logLines}}`;
  }
  const { error } = outcome;
  const errorData = error.data === null ? "" : `,"errorData":${formatValue(error.data, format)}`;
  const message = JSON.stringify(clientErrorText(error, requestId, redactErrors));
  return `{"status":"error","errorMessage":${message}${errorData}${logLines}}`;
}
