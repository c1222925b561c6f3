/** How the committer groups what comes at the same time. */
export interface WritersResult {
  /** In the table beforehand. */
  readonly records: number;
  readonly writers: number;
  /** Median time to make one write of 4 KiB durable, on the same disk. */
  readonly syncMs: number;
  /** Median of a commit while nobody else writes. */
  readonly loneCommitMs: number;
  /** Of all writers together. */
  readonly commitsPerSecond: number;
  readonly commitsPerGroup: number;
  /** How often the log was synced for so many groups, from its beginning; null where that can't be seen. */
  readonly syncs: { readonly groups: number; readonly logSyncs: number } | null;
  /** By so much syncs were made longer for the last measurement. */
  readonly slowSyncMs: number;
  readonly slowCommitsPerGroup: number;
}

/** Commits at a steady rate. */
export interface CommitsResult {
  /** In the table beforehand. */
  readonly records: number;
  readonly seconds: number;
  /** Commits a second that were done. */
  readonly perSecond: number;
  readonly commitsPerGroup: number;
  /** From when a transaction was due to its outcome. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  /** How often the committer itself brought a checkpoint to its end. */
  readonly checkpoints: number;
  /** Of the time that each of those steps held it up. */
  readonly checkpointP99Ms: number;
  readonly largestWalBytes: number;
}

/** Increments a second, in one round. */
export interface CounterRound {
  readonly one: number;
  readonly many: number;
  readonly manyP99Ms: number;
}

/** One counter that all clients increment. */
export interface CounterResult {
  readonly clients: number;
  readonly rounds: readonly CounterRound[];
  /** Increments that were answered with success, in all rounds. */
  readonly acknowledged: number;
  /** Increments whose answer nobody waited for or got: they may count or not. */
  readonly uncertain: number;
  readonly failed: number;
  /** Where the counter stands in the end; it began at 0. */
  readonly found: number;
}

/** Transactions that read or insert many documents, each time by one client over HTTP. */
export interface LargeResult {
  /** In the table beforehand. */
  readonly records: number;
  readonly documents: number;
  readonly readMs: readonly number[];
  readonly insertMs: readonly number[];
  /** Inserts of one document, while nothing else goes on. */
  readonly aloneMs: readonly number[];
  /** Inserts of many documents beside those of one. */
  readonly besideMs: readonly number[];
  /** Inserts of one document beside those of many. */
  readonly othersMs: readonly number[];
  /** Those of them that met an insert of many, each with the longest that it met. */
  readonly encounters: readonly { readonly otherMs: number; readonly largeMs: number }[];
}

/** Scheduled functions that come due at one moment, each of them a mutation that inserts a document. */
export interface DrainResult {
  /** Scheduled for another day, meanwhile. */
  readonly waiting: number;
  readonly jobs: number;
  /** Documents that they left: as many. */
  readonly ran: number;
  /** From the first to the last of them. */
  readonly perSecond: number;
  /** By how many places the one that ran most out of order did so. */
  readonly furthestOutOfOrder: number;
  /** Small mutations over HTTP by one client, before, and while the jobs ran. */
  readonly aloneMs: readonly number[];
  readonly besideMs: readonly number[];
}

/** Documents that come from a file into an empty table with one index, beside one client. */
export interface ImportResult {
  readonly documents: number;
  /** By what the server says: as many. */
  readonly imported: number;
  readonly fileBytes: number;
  /** From the first byte of the file to the answer. */
  readonly seconds: number;
  /** Of processors, by all of the server's processes; null where that can't be seen. */
  readonly cpuSeconds: number | null;
  /** Proportional set size of the process tree at its largest; null where that can't be seen. */
  readonly peakBytes: number | null;
  /** Durable inserts of one document over HTTP by one client, before, and during the import. */
  readonly aloneMs: readonly number[];
  readonly besideMs: readonly number[];
}
