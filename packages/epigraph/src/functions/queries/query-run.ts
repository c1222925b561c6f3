import type { LogLine } from "../../runtime/runner/log-lines.ts";
import { CATALOGUE_READS, type QueryTrace, type TraceRequest } from "../../runtime/runner/query-trace.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { FunctionCall, FunctionOutcome } from "../calls.ts";
import { componentNotFound } from "../component-not-found.ts";
import type { CachedQuery } from "./cached-query.ts";
import { QueryResult } from "./query-result.ts";

/** The outcome of a query, and what it depends on; null where the runner was lost. */
export interface TracedOutcome {
  readonly outcome: FunctionOutcome;
  readonly trace: QueryTrace | null;
  readonly lines: readonly LogLine[];
}

export interface QueryRunOptions {
  /** Runs a query at the timestamp that the call names. */
  readonly run: (call: FunctionCall, trace: TraceRequest) => Promise<TracedOutcome>;
  readonly nowMs: () => number;
  readonly newRequestId: () => string;
}

/** Runs a query for whoever keeps it live. @throws EpigraphError: what the server could not do. */
export async function runQuery(
  { run, nowMs, newRequestId }: QueryRunOptions,
  { path, componentPath, argsJson, journal, caller, origin }: CachedQuery,
  ts: Ticks,
): Promise<QueryResult> {
  const requestId = newRequestId();
  const facts = { path, ts, madeAtMs: nowMs(), requestId, identity: caller.identity };
  if (componentPath !== "") {
    const error = componentNotFound(path, componentPath);
    return new QueryResult(
      { outcome: { status: "error", error, logLines: [] }, trace: LOST, lines: [] },
      facts,
    );
  }
  const call: FunctionCall = {
    kind: "query",
    path,
    componentPath,
    argsJson,
    caller: caller.caller,
    origin,
    request: { requestId, ip: null, userAgent: null },
    at: ts,
    once: null,
  };
  const { outcome, trace, lines } = await run(call, { journal });
  return new QueryResult({ outcome, trace: trace ?? LOST, lines }, facts);
}

/** Of what did not run, or not to its end: new code may do better. */
const LOST: QueryTrace = {
  reads: CATALOGUE_READS,
  readsIdentity: true,
  readsTime: false,
  journal: null,
};
