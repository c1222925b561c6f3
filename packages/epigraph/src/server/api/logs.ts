import { createHash } from "node:crypto";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { logEntryJson } from "../../services/logs/log-entry-json.ts";
import type { LogEntry } from "../../services/logs/log-history.ts";
import { requireRight } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendJson } from "./function-answer.ts";
import { callerOf } from "./function-request.ts";

const HOLD_MS = 60_000;
const REQUEST_ID_LENGTH = 16;
/** Whose answers have lines as objects. */
const STRUCTURED = /cli|dashboard/;

/** GET /api/stream_function_logs?cursor=: entries after the cursor, as soon as there are some. */
export async function getStreamFunctionLogs(exchange: Exchange, parts: ServerParts): Promise<void> {
  const isStructured = STRUCTURED.test(exchange.client?.name ?? "");
  await answer(exchange, parts, { isStructured, isWanted: () => true });
}

/** GET /api/stream_udf_execution?cursor=: the same without what comes before the end of an execution. */
export async function getStreamUdfExecution(exchange: Exchange, parts: ServerParts): Promise<void> {
  await answer(exchange, parts, { isStructured: false, isWanted: ({ event }) => event.type !== "lines" });
}

interface LogRequest {
  readonly isStructured: boolean;
  readonly isWanted: (entry: LogEntry) => boolean;
}

async function answer(
  exchange: Exchange,
  parts: ServerParts,
  { isStructured, isWanted }: LogRequest,
): Promise<void> {
  requireRight(await callerOf(exchange, parts), "ViewLogs");
  const parameters = new URLSearchParams(exchange.query);
  const cursor = Number(parameters.get("cursor") ?? 0);
  if (!Number.isFinite(cursor)) {
    throw new EpigraphError("BadQueryArgs", "Failed to deserialize query string: cursor: expected a number");
  }
  const requestId = requestIdOf(parameters);
  const wanted = (entry: LogEntry): boolean =>
    isWanted(entry) && (requestId === null || entry.event.requestId === requestId);
  const { logs, logFollowers } = parts;
  logFollowers.seen();
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(), HOLD_MS);
  exchange.response.once("close", () => gone.abort());
  let seen = cursor;
  let entries = logs.after(seen);
  // Who begins is told at once where the end is: what comes next is no history then.
  while (cursor > 0 && !entries.some(wanted) && !gone.signal.aborted) {
    seen = entries.at(-1)?.timeMs ?? seen;
    await logs.next(gone.signal);
    entries = logs.after(seen);
  }
  clearTimeout(timer);
  const newCursor = entries.at(-1)?.timeMs ?? (cursor > 0 ? cursor : logs.end);
  const options = { isStructured, isNode: parts.pushes.isNode };
  const json = entries.filter(wanted).map((entry) => logEntryJson(entry, options));
  sendJson(exchange, JSON.stringify({ entries: json, newCursor }));
}

/** The id of a request on a WebSocket, which follows from its session and its number. */
function requestIdOf(parameters: URLSearchParams): string | null {
  const [session, counter] = [parameters.get("sessionId"), parameters.get("clientRequestCounter")];
  if (session === null || counter === null) return null;
  return createHash("sha256").update(`${session}|${counter}`).digest("hex").slice(0, REQUEST_ID_LENGTH);
}
