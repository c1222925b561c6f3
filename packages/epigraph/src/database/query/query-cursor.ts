import { decodeValue, WITH_COMMIT_TS } from "../../values/encoded-json.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { IndexScan } from "../transaction/index-scan.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { QueryCost } from "../transaction/transaction-observer.ts";
import type { QueryOperator, QueryPlan } from "./query-plan.ts";

/** Runs a planned query document by document: pulls rows and passes them through its operators in order. */
export class QueryCursor {
  readonly #scan: IndexScan | null;
  readonly #operators: readonly QueryOperator[];
  /** What each operator that is a limit still lets through. */
  readonly #remaining: number[];
  /** Its reader does other things between two rows, so that reading ahead is in vain. */
  isReadOneByOne = false;
  /** Tells the transaction's observer, if there is one and it has not been told. */
  #tellEnd: ((cost: QueryCost) => void) | null;
  #rowsRead = 0;
  #rowsDropped = 0;
  #bytesRead = 0;
  #lastKey: Uint8Array | null = null;

  constructor(transaction: Transaction, plan: QueryPlan) {
    const { source, order, operators } = plan;
    this.#operators = operators;
    this.#remaining = operators.map((operator) => (operator.type === "limit" ? operator.count : Infinity));
    this.#scan =
      source === null
        ? null
        : transaction.scan(source.table, source.index, { ...source.range, order }, expectedRows(operators));
    this.#tellEnd = source === null ? null : (transaction.observer?.queryOpened(source, order) ?? null);
  }

  /** Rows read, those included that filters dropped. */
  get rowsRead(): number {
    return this.#rowsRead;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Key of the row that was read last. */
  get lastKey(): Uint8Array | null {
    return this.#lastKey;
  }

  /** Text of the next document, null at the end. */
  next(): string | null {
    for (;;) {
      const row = this.step();
      if (row === null || row.passed) return row?.json ?? null;
    }
  }

  /** Reads one row, whether it passes or not; null at the end. */
  step(): { readonly json: string; readonly passed: boolean } | null {
    const row = this.#isFull() ? null : (this.#scan?.next() ?? null);
    if (row === null) {
      this.close();
      return null;
    }
    this.#rowsRead++;
    this.#bytesRead += row.size;
    this.#lastKey = row.key;
    return { json: row.json, passed: this.#operators.length === 0 || this.#passes(row.json) };
  }

  /**
   * Texts of the documents that `next` would give, as far as they are at hand, and null behind them where it is known to
   * be the end. Nothing counts as read.
   */
  peek(maxRows: number, maxCharacters: number): readonly (string | null)[] {
    // A filter would have to run twice.
    if (this.#operators.some(({ type }) => type !== "limit")) return [];
    const allowed = Math.min(maxRows, ...this.#remaining);
    const rows = this.#scan?.peek(allowed, maxCharacters) ?? [];
    return rows.length === allowed && allowed < maxRows ? [...rows, null] : rows;
  }

  /** Ends the query; what it has not read is no dependency. */
  close(): void {
    this.#scan?.close();
    const tellEnd = this.#tellEnd;
    if (tellEnd === null) return;
    this.#tellEnd = null;
    tellEnd({
      scanned: this.#rowsRead,
      returned: this.#rowsRead - this.#rowsDropped,
      bytes: this.#bytesRead,
    });
  }

  /** Asked before a row is read, so that a query which has all it wants depends on nothing behind it. */
  #isFull(): boolean {
    for (let i = 0; i < this.#remaining.length; i++) if (this.#remaining[i] === 0) return true;
    return false;
  }

  #passes(json: string): boolean {
    let document: ObjectValue | undefined;
    for (let i = 0; i < this.#operators.length; i++) {
      const operator = this.#operators[i]!;
      if (operator.type === "limit") {
        this.#remaining[i]!--;
        continue;
      }
      document ??= decodeValue(JSON.parse(json), WITH_COMMIT_TS) as ObjectValue;
      if (!operator.filter(document)) {
        this.#rowsDropped++;
        return false;
      }
    }
    return true;
  }
}

/** The rows that will be pulled at most, where limits stand in front of every filter. */
function expectedRows(operators: readonly QueryOperator[]): number | undefined {
  const [first] = operators;
  return first?.type === "limit" ? first.count : undefined;
}
