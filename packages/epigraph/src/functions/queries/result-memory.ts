import type { QueryResult } from "./query-result.ts";

interface Kept {
  /** Keys of the slots that have it. */
  readonly keys: string[];
  bytes: number;
}

/**
 * What results cost in memory, and which have to go when they cost too much: first those that nobody holds, those used
 * longest ago before others; then the values of those that are held.
 */
export class ResultMemory {
  readonly #maxBytes: number;
  readonly #forget: (result: QueryResult, keys: readonly string[]) => void;
  readonly #kept = new Map<QueryResult, Kept>();
  /** In the order of their last use. */
  readonly #idle = new Set<QueryResult>();
  /** Held, with their values, in the order in which they were held first. */
  readonly #heldWhole = new Set<QueryResult>();
  #bytes = 0;

  /** @param forget a result is gone: nobody is to find it any more. */
  constructor(maxBytes: number, forget: (result: QueryResult, keys: readonly string[]) => void) {
    this.#maxBytes = maxBytes;
    this.#forget = forget;
  }

  get bytes(): number {
    return this.#bytes;
  }

  has(result: QueryResult): boolean {
    return this.#kept.has(result);
  }

  /** @param key of a slot that has it now; null where none has. */
  add(result: QueryResult, key: string | null): void {
    let kept = this.#kept.get(result);
    if (kept === undefined) {
      kept = { keys: [], bytes: result.ownBytes + result.valueBytes };
      this.#kept.set(result, kept);
      this.#bytes += kept.bytes;
    }
    if (key !== null) kept.keys.push(key);
    this.#place(result);
    this.#shrink(result);
  }

  /** A slot has another one in its place. */
  leave(result: QueryResult, key: string): void {
    const kept = this.#kept.get(result);
    if (kept === undefined) return;
    kept.keys.splice(kept.keys.indexOf(key), 1);
    if (kept.keys.length === 0 && !result.isHeld) this.drop(result);
  }

  use(result: QueryResult): void {
    if (this.#idle.delete(result)) this.#idle.add(result);
  }

  held(result: QueryResult): void {
    this.#place(result);
  }

  released(result: QueryResult): void {
    const kept = this.#kept.get(result);
    if (kept === undefined) return;
    const isOfUse = kept.keys.length > 0 && result.isCurrent && result.outcome !== null;
    if (isOfUse) this.#place(result);
    else this.drop(result);
  }

  drop(result: QueryResult): void {
    const kept = this.#kept.get(result);
    if (kept === undefined) return;
    this.#kept.delete(result);
    this.#idle.delete(result);
    this.#heldWhole.delete(result);
    this.#bytes -= kept.bytes;
    this.#forget(result, kept.keys);
  }

  clear(): void {
    for (const result of [...this.#kept.keys()]) this.drop(result);
  }

  #place(result: QueryResult): void {
    this.#idle.delete(result);
    this.#heldWhole.delete(result);
    if (!result.isHeld) this.#idle.add(result);
    else if (result.outcome !== null) this.#heldWhole.add(result);
  }

  /** @param kept stays: somebody is about to hold it. */
  #shrink(kept: QueryResult): void {
    while (this.#bytes > this.#maxBytes) {
      const [first, second] = this.#idle;
      const idle = first === kept ? second : first;
      if (idle !== undefined) {
        this.drop(idle);
        continue;
      }
      const [held] = this.#heldWhole;
      if (held === undefined) return;
      this.#heldWhole.delete(held);
      held.strip();
      (this.#kept.get(held) as Kept).bytes -= held.valueBytes;
      this.#bytes -= held.valueBytes;
    }
  }
}
