import { systemTable } from "../../database/catalogue/system-tables.ts";
import { findIndex, type TableIndex } from "../../database/catalogue/table.ts";
import type { IndexReads, KeyRange } from "../../database/commit-request.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { encodeKey, keyPrefixEnd } from "../../values/index-key.ts";

/** Asks for the trace of a query. */
export interface TraceRequest {
  /** Of the run before; null for the first one. A page ends where it ended then. */
  readonly journal: string | null;
}

/** What the result of one run of a query depends on, besides its path and its arguments. */
export interface QueryTrace {
  /**
   * Everything that it read: of documents, and of the catalogue, which is documents too. Nothing else that is written
   * can make another run give another result.
   */
  readonly reads: readonly IndexReads[];
  /** Whether it asked who calls. */
  readonly readsIdentity: boolean;
  /** Whether it looked at the clock. */
  readonly readsTime: boolean;
  /** Where its page ended; null when it read none. */
  readonly journal: string | null;
}

/** A key is at least one byte: this is all of an index. */
const WHOLE: readonly KeyRange[] = [{ start: new Uint8Array(0), end: null }];

/**
 * What every query depends on: the code that runs, names and numbers of tables, and whether anything runs at all. Which
 * indexes may be read changes with the code alone.
 */
export const CATALOGUE_READS: readonly IndexReads[] = (
  ["_pushes", "_tables", "_deployment_state"] as const
).map((table) => ({
  index: systemTable(table).byId.id,
  ranges: WHOLE,
}));

const VARIABLES_BY_NAME = findIndex(systemTable("_environment_variables"), "by_name") as TableIndex;

/** Takes down what one run of a query depends on, nested calls included. */
export class QueryTracer {
  readonly #variables = new Set<string>();
  readonly #journal: string | null;
  #transaction: Transaction | null = null;
  #pageEnd: string | null = null;
  #readsIdentity = false;
  #readsTime = false;

  constructor({ journal }: TraceRequest) {
    this.#journal = journal;
  }

  /** Where the page of the run before ended. */
  get journal(): string | null {
    return this.#journal;
  }

  /** @param transaction that the run is on: what it reads is asked at the end. */
  begin(transaction: Transaction): void {
    this.#transaction = transaction;
  }

  identityRead(): void {
    this.#readsIdentity = true;
  }

  timeRead(): void {
    this.#readsTime = true;
  }

  variableRead(name: string): void {
    this.#variables.add(name);
  }

  /** @param journal of the outermost call. */
  pageRead(journal: string | null): void {
    this.#pageEnd = journal;
  }

  toTrace(): QueryTrace {
    const variables = Array.from(this.#variables, (name): IndexReads => {
      const start = encodeKey([name]);
      return { index: VARIABLES_BY_NAME.id, ranges: [{ start, end: keyPrefixEnd(start) }] };
    });
    return {
      reads: [...CATALOGUE_READS, ...variables, ...(this.#transaction?.reads() ?? [])],
      readsIdentity: this.#readsIdentity,
      readsTime: this.#readsTime,
      journal: this.#pageEnd,
    };
  }
}
