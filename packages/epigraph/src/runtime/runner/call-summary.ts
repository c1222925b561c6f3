import type { QueryCost } from "../../database/transaction/transaction-observer.ts";
import type { CallExplanation, TableWriteExplanation } from "./explanation.ts";
import { IndexReadSummary } from "./index-read-summary.ts";

/** What one function of a transaction did; calls of the same function by the same parent are added up. */
export class CallSummary {
  readonly #path: string;
  readonly #kind: "query" | "mutation";
  readonly #reads = new Map<string, IndexReadSummary>();
  readonly #writes = new Map<string, TableWriteExplanation>();
  readonly #nested = new Map<string, CallSummary>();
  #calls = 0;
  #durationMs = 0;

  constructor(path: string, kind: "query" | "mutation") {
    this.#path = path;
    this.#kind = kind;
  }

  nested(path: string, kind: "query" | "mutation"): CallSummary {
    const key = `${kind} ${path}`;
    let found = this.#nested.get(key);
    if (found === undefined) {
      found = new CallSummary(path, kind);
      this.#nested.set(key, found);
    }
    return found;
  }

  addRead(index: string, order: "asc" | "desc", cost: QueryCost, showBounds: () => string): void {
    const key = `${index} ${order}`;
    let reads = this.#reads.get(key);
    if (reads === undefined) {
      reads = new IndexReadSummary(index, order);
      this.#reads.set(key, reads);
    }
    reads.add(cost, showBounds);
  }

  addWrite(table: string, bytes: number): void {
    const before = this.#writes.get(table);
    this.#writes.set(table, {
      table,
      documents: (before?.documents ?? 0) + 1,
      bytes: (before?.bytes ?? 0) + bytes,
    });
  }

  addCall(durationMs: number): void {
    this.#calls++;
    this.#durationMs += durationMs;
  }

  toExplanation(): CallExplanation {
    return {
      path: this.#path,
      kind: this.#kind,
      calls: this.#calls,
      durationMs: this.#durationMs,
      reads: Array.from(this.#reads.values(), (reads) => reads.toExplanation()),
      writes: [...this.#writes.values()],
      nested: Array.from(this.#nested.values(), (call) => call.toExplanation()),
    };
  }
}
