import { isSystemPath } from "../../runtime/system/system-queries.ts";
import type { QueryResult } from "./query-result.ts";

/** How often a query's results were of use. */
export interface QueryUse {
  /** `messages.js:list` */
  readonly path: string;
  /** Results that were given without a run: they were kept, or somebody else was running the same. */
  readonly hits: number;
  /** Runs whose result is kept. */
  readonly misses: number;
  /** Results that a commit has ended while somebody showed them. */
  readonly invalidations: number;
}

type Counts = { -readonly [Key in Exclude<keyof QueryUse, "path">]: number };

/**
 * What the results that are kept are good for, by function, since the start. Of functions that have succeeded only:
 * callers can make up names without end.
 */
export class QueryCounts {
  readonly #byPath = new Map<string, Counts>();

  hit(result: QueryResult): void {
    const counts = this.#of(result);
    if (counts !== null) counts.hits++;
  }

  miss(result: QueryResult): void {
    const counts = this.#of(result);
    if (counts !== null) counts.misses++;
  }

  /** To be told before those who show it go on to the next one. */
  invalidated(result: QueryResult): void {
    const counts = this.#of(result);
    if (counts !== null) counts.invalidations++;
  }

  get all(): readonly QueryUse[] {
    return Array.from(this.#byPath, ([path, counts]) => ({ path, ...counts }));
  }

  /** Null for what is not counted: failures are kept for nobody. */
  #of({ path, isFailure }: QueryResult): Counts | null {
    if (isFailure || isSystemPath(path)) return null;
    let counts = this.#byPath.get(path);
    if (counts !== undefined) return counts;
    counts = { hits: 0, misses: 0, invalidations: 0 };
    this.#byPath.set(path, counts);
    return counts;
  }
}
