import type { Order } from "../../store/store.ts";
import type { Table } from "../catalogue/table.ts";
import type { QuerySource } from "../query/query-plan.ts";

/** What a query cost, own writes included. */
export interface QueryCost {
  /** Documents read, those that filters dropped among them. */
  readonly scanned: number;
  readonly returned: number;
  /** Of all that was scanned. */
  readonly bytes: number;
}

/** Hears what a transaction does, on behalf of somebody who wants to know why it is slow. */
export interface TransactionObserver {
  /** A document was looked up by its id. @param bytes null when there is none. */
  got(table: Table, id: string, bytes: number | null): void;
  /** A query begins. @returns to be called once, when it has ended. */
  queryOpened(source: QuerySource, order: Order): (cost: QueryCost) => void;
  /** A document was written. @param bytes 0 when it was deleted. */
  wrote(table: Table, bytes: number): void;
}
