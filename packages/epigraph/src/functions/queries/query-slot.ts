import type { Ticks } from "../../store/ticks.ts";
import type { QueryResult } from "./query-result.ts";

/** What is known of one query: function, arguments, journal and the rights of the caller, whoever it is. */
export class QuerySlot {
  /** Results of runs that did not look at the identity are everybody's. */
  #shared: QueryResult | null = null;
  #byIdentity: Map<string, QueryResult> | null = null;
  readonly #runs = new Map<string | null, Promise<QueryResult>>();
  #readsIdentity = false;

  get isEmpty(): boolean {
    return this.#shared === null && this.#byIdentity === null && this.#runs.size === 0;
  }

  /** A result for this identity that is valid at this timestamp; null when there is none. */
  find(identity: string, ts: Ticks): QueryResult | null {
    if (this.#shared?.isValidAt(ts) === true) return this.#shared;
    const own = this.#byIdentity?.get(identity);
    return own?.isValidAt(ts) === true ? own : null;
  }

  /** A run whose result may be of use to this identity. */
  running(identity: string): Promise<QueryResult> | null {
    return this.#runs.get(this.#runKey(identity)) ?? null;
  }

  /** Runs until `run` ends; others find it with `running` meanwhile. */
  async run(identity: string, run: () => Promise<QueryResult>): Promise<QueryResult> {
    // Whether it looks at the identity shows only in the end: as long as none has, one run is for all.
    const key = this.#runKey(identity);
    const promise = run();
    this.#runs.set(key, promise);
    try {
      const result = await promise;
      this.#readsIdentity ||= result.trace.readsIdentity;
      return result;
    } finally {
      this.#runs.delete(key);
    }
  }

  /** @returns the result whose place it takes; itself where a newer one stays. */
  put(result: QueryResult): QueryResult | null {
    const before = this.#get(result.identity);
    if (before?.isCurrent === true && before.ts > result.ts) return result;
    if (result.identity === null) this.#shared = result;
    else {
      this.#byIdentity ??= new Map();
      this.#byIdentity.set(result.identity, result);
    }
    return before;
  }

  has(result: QueryResult): boolean {
    return this.#get(result.identity) === result;
  }

  delete(result: QueryResult): void {
    if (!this.has(result)) return;
    if (result.identity === null) this.#shared = null;
    else this.#byIdentity?.delete(result.identity);
    if (this.#byIdentity?.size === 0) this.#byIdentity = null;
  }

  #get(identity: string | null): QueryResult | null {
    return (identity === null ? this.#shared : this.#byIdentity?.get(identity)) ?? null;
  }

  #runKey(identity: string): string | null {
    return this.#readsIdentity ? identity : null;
  }
}
