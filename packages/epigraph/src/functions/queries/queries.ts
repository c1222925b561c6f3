import type { CommitterNotice } from "../../database/committer/committer-notice.ts";
import { CommitFeed, type CommitFeedOptions } from "./commit-feed.ts";
import { QueryCache, type QueryCacheOptions } from "./query-cache.ts";
import { RecentCommits } from "./recent-commits.ts";

export type QueriesOptions = Omit<CommitFeedOptions, "recent"> & Omit<QueryCacheOptions, "recent">;

/** Results of queries that are kept and watched: the commits, as they are told, and the results that they end. */
export class Queries {
  readonly recent: RecentCommits = new RecentCommits();
  readonly cache: QueryCache;
  readonly feed: CommitFeed;

  constructor(options: QueriesOptions) {
    const { recent } = this;
    this.cache = new QueryCache({ ...options, recent });
    this.feed = new CommitFeed({ ...options, recent }, this.cache);
  }

  /** What the committer has to tell. To be called before the outcomes in it are handed on. */
  notice(notice: CommitterNotice): void {
    this.feed.notice(notice);
  }

  close(): void {
    this.feed.close();
  }
}
