import type { FunctionError } from "../../functions/calls.ts";
import { clientErrorText } from "../../functions/error-text.ts";
import type { QueryOutcome } from "../../functions/queries/query-result.ts";
import { encodeTimestamp } from "../../functions/timestamp.ts";
import type { Ticks } from "../../store/ticks.ts";

/** What a client has been brought up to. */
export interface StateVersion {
  readonly querySet: number;
  readonly identity: number;
  readonly ts: Ticks;
}

export const FIRST_VERSION: StateVersion = { querySet: 0, identity: 0, ts: 0 };

/** JSON texts of messages to clients. Values are encoded JSON texts already and go in as they are. */

export const PING = '{"type":"Ping"}';

export function fatalError(error: string): string {
  return JSON.stringify({ type: "FatalError", error });
}

export function authError(error: string, baseVersion: number, authUpdateAttempted: boolean): string {
  return JSON.stringify({ type: "AuthError", error, baseVersion, authUpdateAttempted });
}

/** The end of a modification, from behind the id of its query: the same for all who have the same result. */
export function resultText(
  outcome: QueryOutcome,
  logLines: readonly string[],
  journal: string | null,
  redactErrors: boolean,
): string {
  const rest = `"logLines":${linesText(logLines, redactErrors)},"journal":${JSON.stringify(journal)}`;
  if (outcome.status === "success") return `"value":${outcome.value},${rest}}`;
  const { error, requestId } = outcome;
  return `${failureText("errorMessage", error, requestId, redactErrors)},${rest}}`;
}

/** @param text as `resultText` gives it. */
export function queryModification(queryId: number, isSuccess: boolean, text: string): string {
  return `{"type":"${isSuccess ? "QueryUpdated" : "QueryFailed"}","queryId":${queryId},${text}`;
}

export function queryRemoved(queryId: number): string {
  return `{"type":"QueryRemoved","queryId":${queryId}}`;
}

export interface TransitionTimes {
  /** How far the client's clock is ahead of ours in milliseconds; null where it did not say. */
  readonly clientClockSkewMs: number | null;
  /** Wall clock in milliseconds. */
  readonly serverMs: number;
}

export function transition(
  start: StateVersion,
  end: StateVersion,
  modifications: readonly string[],
  { clientClockSkewMs, serverMs }: TransitionTimes,
): string {
  const versions = `"startVersion":${versionText(start)},"endVersion":${versionText(end)}`;
  const times = `"clientClockSkew":${clientClockSkewMs},"serverTs":${BigInt(Math.floor(serverMs * 1000)) * 1000n}`;
  return `{"type":"Transition",${versions},"modifications":[${modifications.join(",")}],${times}}`;
}

export function mutationResponse(
  requestId: number,
  value: string,
  ts: Ticks,
  logLines: readonly string[],
  redactErrors: boolean,
): string {
  return `{"type":"MutationResponse","requestId":${requestId},"success":true,"result":${value},"ts":"${encodeTimestamp(ts)}","logLines":${linesText(logLines, redactErrors)}}`;
}

export function actionResponse(
  requestId: number,
  value: string,
  logLines: readonly string[],
  redactErrors: boolean,
): string {
  return `{"type":"ActionResponse","requestId":${requestId},"success":true,"result":${value},"logLines":${linesText(logLines, redactErrors)}}`;
}

/** @param call the request's number, and the id that its failure is told with. */
export function failureResponse(
  kind: "Mutation" | "Action",
  call: { readonly requestId: number; readonly textId: string },
  error: FunctionError,
  logLines: readonly string[],
  redactErrors: boolean,
): string {
  const failure = failureText("result", error, call.textId, redactErrors);
  const ts = kind === "Mutation" ? ',"ts":null' : "";
  return `{"type":"${kind}Response","requestId":${call.requestId},"success":false,${failure}${ts},"logLines":${linesText(logLines, redactErrors)}}`;
}

function failureText(field: string, error: FunctionError, requestId: string, redactErrors: boolean): string {
  const text = JSON.stringify(clientErrorText(error, requestId, redactErrors));
  // Null is data too: only what is no ConvexError has none.
  return `"${field}":${text}${error.data === null ? "" : `,"errorData":${error.data}`}`;
}

function linesText(logLines: readonly string[], redactErrors: boolean): string {
  return redactErrors || logLines.length === 0 ? "[]" : JSON.stringify(logLines);
}

function versionText({ querySet, identity, ts }: StateVersion): string {
  return `{"querySet":${querySet},"identity":${identity},"ts":"${encodeTimestamp(ts)}"}`;
}
