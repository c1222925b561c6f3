import type { ExecutionRecord } from "../../functions/execution-event.ts";
import type { CalledFunction } from "../../runtime/runner/call-tree.ts";

/** A call that an action made. What it logged is in the action's record. */
export interface CalledRecord extends ExecutionRecord {
  readonly type: "called";
  /** Unique among those of a request; that of the outermost is the request's own. */
  readonly executionId: string;
  readonly parentExecutionId: string;
  /** How long before the end of the outermost it ended. */
  readonly endedBeforeMs: number;
}

/** Records of the calls that an action made, and of those that actions among these made, in the order of their ends. */
export function calledRecords(action: ExecutionRecord): readonly CalledRecord[] {
  const { requestId, usage } = action;
  return (usage?.calls ?? []).flatMap((called, i) =>
    recordsOf(called, `${requestId}-${i + 1}`, requestId, action),
  );
}

function recordsOf(
  { path, kind, startMs, durationMs, error, use, calls }: CalledFunction,
  executionId: string,
  parentExecutionId: string,
  outermost: ExecutionRecord,
): readonly CalledRecord[] {
  // What a query or mutation calls is part of it.
  const nested = kind === "action" ? calls : [];
  return [
    ...nested.flatMap((called, i) => recordsOf(called, `${executionId}-${i + 1}`, executionId, outermost)),
    {
      type: "called",
      identifier: path,
      kind,
      requestId: outermost.requestId,
      executionId,
      parentExecutionId,
      endedBeforeMs: Math.max(0, outermost.durationMs - startMs - durationMs),
      identityType: outermost.identityType,
      origin: "Action",
      isCached: false,
      durationMs,
      status: null,
      error: error === null ? null : { message: error, frames: "", data: null },
      fault: null,
      usage: use,
      lines: [],
      isKnown: error === null,
    },
  ];
}
