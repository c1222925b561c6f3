import type { FeedCommit } from "../../database/committer/committer-notice.ts";
import type { IndexId } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import { type CachedQuery, keyOf } from "./cached-query.ts";
import type { FeedListener } from "./commit-feed.ts";
import type { QueryCounts } from "./query-counts.ts";
import type { QueryResult } from "./query-result.ts";
import { type QueryRunOptions, runQuery } from "./query-run.ts";
import { QuerySlot } from "./query-slot.ts";
import { ReadIndex } from "./read-index.ts";
import type { RecentCommits } from "./recent-commits.ts";
import { ResultMemory } from "./result-memory.ts";
import { RunGate } from "./run-gate.ts";

export interface QueryCacheOptions extends QueryRunOptions {
  readonly recent: RecentCommits;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly maxBytes?: number;
  readonly counts: QueryCounts;
  /** A subscription has begun with a result that was there already. */
  readonly onCached: (query: CachedQuery, result: QueryResult) => void;
}

const DEFAULT_MAX_BYTES = 100 * 1024 * 1024;
/** Others than these wait; calls over HTTP have places of their own. */
const CONCURRENT_RUNS = 128;
/** How long a result that looked at the clock is given to those who have not had it yet. */
const MAX_AGE_WITH_TIME_MS = 17_000;

/**
 * Results of queries, shared by all who ask for the same, each as long as nothing that it read has changed. It knows of
 * changes by the feed: whoever asks holds that meanwhile.
 */
export class QueryCache implements FeedListener {
  readonly #options: QueryCacheOptions;
  readonly #slots = new Map<string, QuerySlot>();
  readonly #readers: ReadIndex<QueryResult>;
  readonly #gate = new RunGate(CONCURRENT_RUNS);
  readonly #memory: ResultMemory;
  /** Ended by commits that are being told. */
  #ended: QueryResult[] = [];

  constructor(options: QueryCacheOptions) {
    this.#options = options;
    this.#readers = new ReadIndex(options.random);
    this.#memory = new ResultMemory(options.maxBytes ?? DEFAULT_MAX_BYTES, (result, key) =>
      this.#forget(result, key),
    );
  }

  /**
   * The result at a timestamp, for a query that is kept live.
   * @param ts not newer than `recent.newest`.
   * @param isNew whether it is only beginning to be: then it leaves a record, whether it runs or not.
   * @throws EpigraphError: what the server could not do; `SnapshotTooOld` where `ts` is too far back.
   */
  async get(query: CachedQuery, ts: Ticks, isNew: boolean): Promise<QueryResult> {
    const key = keyOf(query, query.journal);
    const { identity } = query.caller;
    for (;;) {
      const slot = this.#slots.get(key);
      const found = slot?.find(identity, ts) ?? null;
      if (found !== null && this.#isUsable(found, ts)) {
        this.#memory.use(found);
        return this.#shared(query, found, isNew);
      }
      const running = slot?.running(identity) ?? null;
      if (running === null) return this.#run(query, key, ts);
      const result = await running;
      const isOurs = result.identity === null || result.identity === identity;
      if (isOurs && result.isValidAt(ts) && result.outcome !== null)
        return this.#shared(query, result, isNew);
    }
  }

  /** A result that is here already; null when there is none that may be given. */
  find(query: CachedQuery, ts: Ticks): QueryResult | null {
    const found = this.#slots.get(keyOf(query, query.journal))?.find(query.caller.identity, ts) ?? null;
    if (found === null || !this.#isUsable(found, ts)) return null;
    this.#memory.use(found);
    return found;
  }

  /**
   * Keeps a result, and the watch over what it read, until what is returned is called.
   * @param listener called when it has ended; at once, where it has.
   */
  hold(result: QueryResult, listener: () => void): () => void {
    // It may have been let go of since the caller got it.
    if (result.isCurrent && !this.#memory.has(result)) this.#watch(result, null);
    if (!result.isCurrent) {
      listener();
      return () => {};
    }
    const leave = result.listen(listener);
    this.#memory.held(result);
    return () => {
      leave();
      if (!result.isHeld) this.#memory.released(result);
    };
  }

  committed({ ts, touched }: FeedCommit): void {
    for (let i = 0; i < touched.length; i += 2) {
      this.#readers.find(touched[i] as IndexId, touched[i + 1] as string, (results) => {
        for (const result of results) {
          if (!result.isCurrent) continue;
          result.end(ts);
          this.#ended.push(result);
        }
      });
    }
  }

  settled(): void {
    const ended = this.#ended;
    this.#ended = [];
    for (const result of ended) {
      this.#readers.remove(result, result.reads);
      if (!result.isHeld) this.#memory.drop(result);
    }
    for (const result of ended) {
      if (result.isHeld) this.#options.counts.invalidated(result);
      result.tell();
    }
  }

  /** Nothing that is here can be known to be current any more. */
  ended(): void {
    this.#memory.clear();
  }

  /** Somebody gets a result without a run. */
  #shared(query: CachedQuery, result: QueryResult, isNew: boolean): QueryResult {
    this.#options.counts.hit(result);
    // A failure is kept for nobody: that of others has its record.
    if (isNew && !result.isFailure) this.#options.onCached(query, result);
    return result;
  }

  #isUsable(result: QueryResult, ts: Ticks): boolean {
    if (result.outcome === null) return false;
    // A failure may be of the moment: only those who ask for that moment share it.
    if (result.isFailure) return result.ts === ts;
    return !result.trace.readsTime || this.#options.nowMs() - result.madeAtMs <= MAX_AGE_WITH_TIME_MS;
  }

  #run(query: CachedQuery, key: string, ts: Ticks): Promise<QueryResult> {
    return this.#slot(key).run(query.caller.identity, async () => {
      try {
        const result = await this.#gate.run(() => runQuery(this.#options, query, ts));
        this.#options.counts.miss(result);
        this.#watch(result, key);
        const { journal } = result.trace;
        // Whoever comes back with that journal wants the same page.
        if (journal !== null && query.journal === null) this.#watch(result, keyOf(query, journal));
        return result;
      } finally {
        // In the next turn: whoever waits for the run looks for its result here first.
        queueMicrotask(() => this.#tidy(key));
      }
    });
  }

  /** Looks out for what ends a result from now on, unless something has already. @param key null: nobody is to find it. */
  #watch(result: QueryResult, key: string | null): void {
    const isWatched = this.#memory.has(result);
    if (!isWatched && this.#options.recent.touchedSince(result.ts, result.reads)) result.end(result.ts + 1);
    if (!result.isCurrent || (key !== null && !this.#put(result, key))) return;
    if (!isWatched) this.#readers.add(result, result.reads);
    this.#memory.add(result, key);
  }

  #slot(key: string): QuerySlot {
    let slot = this.#slots.get(key);
    if (slot === undefined) {
      slot = new QuerySlot();
      this.#slots.set(key, slot);
    }
    return slot;
  }

  /** @returns whether it is what others find from now on: not where a newer one is there. */
  #put(result: QueryResult, key: string): boolean {
    const replaced = this.#slot(key).put(result);
    if (replaced === result) return false;
    if (replaced !== null) this.#memory.leave(replaced, key);
    return true;
  }

  #tidy(key: string): void {
    if (this.#slots.get(key)?.isEmpty === true) this.#slots.delete(key);
  }

  #forget(result: QueryResult, keys: readonly string[]): void {
    for (const key of keys) {
      this.#slots.get(key)?.delete(result);
      this.#tidy(key);
    }
    if (result.isCurrent) this.#readers.remove(result, result.reads);
  }
}
