import type { CommitterNotice } from "../../database/committer/committer-notice.ts";
import { isSystemPath } from "../../runtime/system/system-queries.ts";
import type { ExecutionEvent } from "../execution-event.ts";
import { cachedRecord } from "./cached-record.ts";
import { CommitFeed, type CommitFeedOptions } from "./commit-feed.ts";
import { QueryCache, type QueryCacheOptions } from "./query-cache.ts";
import { QueryCounts } from "./query-counts.ts";
import type { QueryResult } from "./query-result.ts";
import { RecentCommits } from "./recent-commits.ts";

export type QueriesOptions = Omit<CommitFeedOptions, "recent"> &
  Omit<QueryCacheOptions, "recent" | "counts" | "onCached"> & {
    /** Hears of calls that were answered without a run; of runs whoever runs them tells. */
    readonly onEvent: (event: ExecutionEvent) => void;
  };

/** Results of queries that are kept and watched: the commits, as they are told, and the results that they end. */
export class Queries {
  readonly recent: RecentCommits = new RecentCommits();
  readonly counts: QueryCounts = new QueryCounts();
  readonly cache: QueryCache;
  readonly feed: CommitFeed;

  readonly #onEvent: (event: ExecutionEvent) => void;

  constructor(options: QueriesOptions) {
    const { recent, counts } = this;
    this.#onEvent = options.onEvent;
    this.cache = new QueryCache({
      ...options,
      recent,
      counts,
      onCached: ({ path, caller: { caller }, origin }, result) => {
        const request = { requestId: options.newRequestId(), ip: null, userAgent: null };
        this.tellCached({ path, caller, origin, request }, result);
      },
    });
    this.feed = new CommitFeed({ ...options, recent }, this.cache);
  }

  /** What the committer has to tell. To be called before the outcomes in it are handed on. */
  notice(notice: CommitterNotice): void {
    this.feed.notice(notice);
  }

  /** A call has been answered by a result that is kept. */
  tellCached(call: Parameters<typeof cachedRecord>[0], result: QueryResult): void {
    // Nobody asks what the host has been asked about itself.
    if (!isSystemPath(call.path)) this.#onEvent(cachedRecord(call, result));
  }

  close(): void {
    this.feed.close();
  }
}
