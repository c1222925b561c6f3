import { compareBytes } from "../../values/compare.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import type { JSONValue } from "../../values/value.ts";
import type { Operator, QueryPlan } from "./query-plan.ts";
import { RangeScan, type ScannedRow, type ScanSpace } from "./range-scan.ts";

/** Pulls the rows of a planned query through its operators. */
export class QueryCursor {
  readonly #scan: RangeScan | null;
  readonly #operators: readonly Operator[];
  readonly #taken: number[];
  readonly #limited: boolean;
  #done = false;

  /** Rows read so far, before filters. */
  scanned = 0;
  scannedBytes = 0;
  /** Key of the row read last. */
  lastKey: Uint8Array | null = null;
  /** Called with the key of each row read. */
  onScanned: ((key: Uint8Array) => void) | null = null;

  constructor(space: ScanSpace, plan: QueryPlan) {
    this.#operators = plan.operators;
    this.#taken = plan.operators.map(() => 0);
    const firstLimit = plan.operators.every((operator) => "limit" in operator)
      ? Math.min(
          ...plan.operators.map((operator) => (operator as { limit: number }).limit),
          Number.POSITIVE_INFINITY,
        )
      : Number.POSITIVE_INFINITY;
    this.#limited = plan.operators.some((operator) => "limit" in operator);
    const { target } = plan;
    const empty =
      target === null ||
      (target.interval.end !== null && compareBytes(target.interval.start, target.interval.end) >= 0);
    this.#scan = empty
      ? null
      : new RangeScan(
          space,
          target.table,
          target.index,
          target.interval.start,
          target.interval.end,
          plan.order,
          Number.isFinite(firstLimit) && firstLimit > 0 ? firstLimit : null,
        );
  }

  /** Next row that passes all operators, or null; "limit" once `maxScanned` rows were read without finding one. */
  next(): ScannedRow | null;
  next(maxScanned: number | null): ScannedRow | null | "limit";
  next(maxScanned: number | null = null): ScannedRow | null | "limit" {
    while (!this.#done) {
      if (maxScanned !== null && this.scanned >= maxScanned) return "limit";
      if (this.#limited && this.#exhausted()) break;
      const row = this.#scan?.next() ?? null;
      if (row === null) break;
      this.scanned++;
      this.scannedBytes += row.size;
      this.lastKey = row.key;
      this.onScanned?.(row.key);
      if (this.#passes(row)) return row;
    }
    this.#done = true;
    return null;
  }

  /** A full limit ends the query before another row is read, so that rows after it are no dependency. */
  #exhausted(): boolean {
    return this.#operators.some(
      (operator, i) => "limit" in operator && (this.#taken[i] as number) >= operator.limit,
    );
  }

  #passes(row: ScannedRow): boolean {
    let document: ReturnType<typeof decodeValue> | undefined;
    for (let i = 0; i < this.#operators.length; i++) {
      const operator = this.#operators[i] as Operator;
      if ("limit" in operator) this.#taken[i] = (this.#taken[i] as number) + 1;
      else {
        document ??= decodeValue(JSON.parse(row.json) as JSONValue);
        if (!operator.filter(document)) return false;
      }
    }
    return true;
  }
}
