import type { Namespace, TableNames } from "../../database/catalogue/namespace.ts";
import { systemTable } from "../../database/catalogue/system-tables.ts";
import { findIndex, type TableIndex } from "../../database/catalogue/table.ts";
import { readsOfWhole, WatchedNames } from "../../database/catalogue/watched-names.ts";
import type { IndexReads } from "../../database/commit-request.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { encodeKey, keyPrefixEnd } from "../../values/index-key.ts";
import { splitPath } from "./function-path.ts";

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

/** What nobody looked at more closely depends on: any push, table and index, and whether functions run. */
export const CATALOGUE_READS: readonly IndexReads[] = (
  ["_pushes", "_tables", "_indexes", "_deployment_state"] as const
).map(readsOfWhole);

/** What every query depends on: whether functions run at all. */
const STATE_READS = readsOfWhole("_deployment_state");

const VARIABLES_BY_NAME = findIndex(systemTable("_environment_variables"), "by_name") as TableIndex;
const GRAPHS_BY_PATH = findIndex(systemTable("_module_graphs"), "by_path") as TableIndex;
/** The component that functions belong to: the app itself. */
const ROOT = "";

/** Takes down what one run of a query depends on, nested calls included. */
export class QueryTracer {
  readonly #variables = new Set<string>();
  readonly #modules = new Set<string>();
  readonly #journal: string | null;
  #names: WatchedNames | null = null;
  #transaction: Transaction | null = null;
  #pageEnd: string | null = null;
  #readsIdentity = false;
  #readsTime = false;
  #readsPush = false;
  #readsCatalogue = false;

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

  /** @param names of the transaction, which does not change them: it writes nothing. @returns the same, watched. */
  watch(names: Namespace): TableNames {
    this.#names ??= new WatchedNames(names);
    return this.#names;
  }

  /** @param path of a function of the app that was looked for, whether it is there or not. */
  functionRead(path: string): void {
    this.#modules.add(splitPath(path)[0]);
  }

  /** It saw what any push may change: what is another one with each, or which functions there are. */
  pushRead(): void {
    this.#readsPush = true;
  }

  /** A function of the host's ran, which may know anything of the catalogue. */
  catalogueRead(): void {
    this.#readsCatalogue = true;
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
    const variables = Array.from(this.#variables, (name) => readsOfPrefix(VARIABLES_BY_NAME, [name]));
    return {
      reads: [...this.#codeAndNames(), ...variables, ...(this.#transaction?.reads() ?? [])],
      readsIdentity: this.#readsIdentity,
      readsTime: this.#readsTime,
      journal: this.#pageEnd,
    };
  }

  #codeAndNames(): readonly IndexReads[] {
    if (this.#readsCatalogue) return CATALOGUE_READS;
    const names = this.#names?.reads() ?? [];
    if (this.#readsPush) return [STATE_READS, readsOfWhole("_pushes"), ...names];
    return [
      STATE_READS,
      ...Array.from(this.#modules, (path) => readsOfPrefix(GRAPHS_BY_PATH, [ROOT, path])),
      ...names,
    ];
  }
}

/** Entries of an index whose leading fields have these values. */
function readsOfPrefix({ id }: TableIndex, values: readonly string[]): IndexReads {
  const start = encodeKey(values);
  return { index: id, ranges: [{ start, end: keyPrefixEnd(start) }] };
}
