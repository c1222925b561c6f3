import { setTimeout as wait } from "node:timers/promises";
import type { Queries } from "../../functions/queries/queries.ts";
import type { QueryCaller } from "../../functions/queries/query-caller.ts";
import type { Ticks } from "../../store/ticks.ts";
import { type LiveQuery, LiveQuerySet, type RefreshedQuery } from "../../sync/live-query-set.ts";

export interface LatestRequest {
  readonly query: Pick<LiveQuery, "path" | "componentPath" | "argsJson">;
  readonly caller: QueryCaller;
  /** The result shows everything up to this commit. */
  readonly minTs: Ticks;
  /** Calls back once nobody waits any more. */
  readonly whenGone: (listener: () => void) => void;
  /** Trouble of the server, after which the query is tried again. */
  readonly onTrouble: (error: unknown) => void;
}

/** The newest result of a query, from those that are kept where one is there. Null when nobody waits any more. */
export async function latestResult(
  queries: Queries,
  { query, caller, minTs, whenGone, onTrouble }: LatestRequest,
): Promise<RefreshedQuery | null> {
  const live = new LiveQuerySet({
    queries,
    origin: "HttpApi",
    sleep: (ms) => wait(ms, undefined, { ref: false }),
    onDue: () => {},
    onTrouble,
  });
  whenGone(() => live.close());
  try {
    const add = { type: "add", query: { ...query, id: 0, journal: null } } as const;
    const refreshed = await live.refresh({ changes: [add], caller, minTs });
    return refreshed?.updated[0] ?? null;
  } finally {
    live.close();
  }
}
