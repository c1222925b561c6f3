import { EpigraphError } from "../errors/epigraph-error.ts";
import type { CallOrigin } from "../functions/calls.ts";
import type { CachedQuery } from "../functions/queries/cached-query.ts";
import type { Queries } from "../functions/queries/queries.ts";
import type { QueryCaller } from "../functions/queries/query-caller.ts";
import type { QueryOutcome, QueryResult } from "../functions/queries/query-result.ts";
import type { Ticks } from "../store/ticks.ts";

/** A query to keep live, under an id of the caller's own. */
export interface LiveQuery {
  readonly id: number;
  readonly path: string;
  /** Empty for the app itself. */
  readonly componentPath: string;
  readonly argsJson: string;
  /** Of an earlier result; null for none. */
  readonly journal: string | null;
}

export type LiveQueryChange =
  | { readonly type: "add"; readonly query: LiveQuery }
  | { readonly type: "remove"; readonly id: number };

export interface RefreshRequest {
  /** In order; applied before anything is read. */
  readonly changes: readonly LiveQueryChange[];
  readonly caller: QueryCaller;
  /** The refresh shows everything up to this commit. */
  readonly minTs: Ticks;
}

export interface RefreshedQuery {
  readonly id: number;
  readonly result: QueryResult;
  readonly outcome: QueryOutcome;
}

/** What there is to show after a refresh: all that is not named is as it was. */
export interface Refreshed {
  /** Every query has its result of this timestamp. */
  readonly ts: Ticks;
  /** Ids that are gone, ascending. */
  readonly removed: readonly number[];
  /** Results that look different than before, and those of new queries; by id, ascending. */
  readonly updated: readonly RefreshedQuery[];
}

/** One query while it is kept live. */
interface Kept {
  readonly query: LiveQuery;
  journal: string | null;
  result: QueryResult | null;
  outcome: QueryOutcome | null;
  /** Fingerprint of what was shown last. */
  shown: string | null;
  release: () => void;
}

export interface LiveQuerySetOptions {
  readonly queries: Queries;
  /** By what way those came who are shown them. */
  readonly origin: CallOrigin;
  /** A result has ended: a refresh would show it. May be called often. */
  readonly onDue: () => void;
  /** Waits. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Trouble of the server, after which the query is tried again. */
  readonly onTrouble: (error: unknown) => void;
}

const CONCURRENT_RUNS = 20;
const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 10 * 60_000;
const FIRST_RESTART_MS = 3_000;

/**
 * Queries that are shown together, each refresh at one timestamp. Whoever shows them (a socket, a stream of events) says
 * when: `onDue` tells that it would be of use.
 */
export class LiveQuerySet {
  readonly #options: LiveQuerySetOptions;
  readonly #kept = new Map<number, Kept>();
  readonly #isFed: Promise<void>;
  #caller: QueryCaller | null = null;
  #isClosed = false;

  constructor(options: LiveQuerySetOptions) {
    this.#options = options;
    this.#isFed = options.queries.feed.hold();
  }

  /** How many queries it holds. */
  get size(): number {
    return this.#kept.size;
  }

  /** The newest commit that it can show. */
  async newestTs(): Promise<Ticks> {
    await this.#isFed;
    return this.#options.queries.recent.newest;
  }

  /**
   * Brings all queries to one timestamp, the newest at the beginning. One refresh at a time.
   * @returns null when it was closed meanwhile.
   */
  async refresh({ changes, caller, minTs }: RefreshRequest): Promise<Refreshed | null> {
    const removed = this.#apply(changes);
    const isNewCaller = this.#caller !== null && this.#caller !== caller;
    this.#caller = caller;
    // What is valid at the timestamp says nothing of what another caller may see.
    if (isNewCaller) for (const kept of this.#kept.values()) this.#let(kept);
    const { recent } = this.#options.queries;
    await this.#isFed;
    await recent.reached(minTs);
    for (let waitMs = FIRST_RESTART_MS; !this.#isClosed; waitMs *= 2) {
      const ts = recent.newest;
      try {
        await this.#bringTo(ts, caller);
        return this.#isClosed ? null : { ts, removed, updated: this.#show() };
      } catch (error) {
        // It took so long that the past it reads is gone.
        if (!isTooOld(error)) throw error;
        await this.#options.sleep(waitMs);
      }
    }
    return null;
  }

  /** Lets everything go. A refresh that is going on ends with null. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const kept of this.#kept.values()) this.#let(kept);
    this.#kept.clear();
    this.#options.queries.feed.release();
  }

  /** @returns ids that were removed and not added again. */
  #apply(changes: readonly LiveQueryChange[]): readonly number[] {
    const removed = new Set<number>();
    for (const change of changes) {
      if (change.type === "add") {
        const { query } = change;
        removed.delete(query.id);
        this.#kept.set(query.id, {
          query,
          journal: query.journal,
          result: null,
          outcome: null,
          shown: null,
          release: () => {},
        });
      } else {
        const kept = this.#kept.get(change.id);
        if (kept !== undefined) this.#let(kept);
        this.#kept.delete(change.id);
        removed.add(change.id);
      }
    }
    return [...removed].sort(ascending);
  }

  async #bringTo(ts: Ticks, caller: QueryCaller): Promise<void> {
    const due: Kept[] = [];
    for (const kept of this.#kept.values()) if (kept.result?.isValidAt(ts) !== true) due.push(kept);
    const next = due.values();
    const work = async (): Promise<void> => {
      for (const kept of next) await this.#run(kept, ts, caller);
    };
    await Promise.all(Array.from({ length: Math.min(CONCURRENT_RUNS, due.length) }, work));
  }

  async #run(kept: Kept, ts: Ticks, caller: QueryCaller): Promise<void> {
    const { path, componentPath, argsJson } = kept.query;
    const { queries, origin } = this.#options;
    const query: CachedQuery = { path, componentPath, argsJson, journal: kept.journal, caller, origin };
    for (let waitMs = FIRST_RETRY_MS; !this.#isClosed; waitMs = Math.min(2 * waitMs, MAX_RETRY_MS)) {
      try {
        const result = await queries.cache.get(query, ts, kept.shown === null);
        this.#take(kept, result);
        return;
      } catch (error) {
        if (isTooOld(error)) throw error;
        this.#options.onTrouble(error);
        await this.#options.sleep(waitMs);
      }
    }
  }

  #take(kept: Kept, result: QueryResult): void {
    if (this.#isClosed) return;
    const { outcome } = result;
    const letGo = kept.release;
    kept.result = result;
    kept.outcome = outcome;
    kept.journal = result.trace.journal;
    kept.release = this.#options.queries.cache.hold(result, this.#options.onDue);
    letGo();
  }

  #show(): readonly RefreshedQuery[] {
    const updated: RefreshedQuery[] = [];
    for (const kept of this.#kept.values()) {
      const { query, result, outcome } = kept;
      kept.outcome = null;
      if (result === null || outcome === null || result.fingerprint === kept.shown) continue;
      kept.shown = result.fingerprint;
      updated.push({ id: query.id, result, outcome });
    }
    return updated.sort((a, b) => a.id - b.id);
  }

  #let(kept: Kept): void {
    kept.release();
    kept.release = () => {};
    kept.result = null;
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}

function isTooOld(error: unknown): boolean {
  return error instanceof EpigraphError && error.code === "SnapshotTooOld";
}
