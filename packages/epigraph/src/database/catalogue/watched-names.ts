import { decodeId } from "../../values/id.ts";
import { keySuccessor } from "../../values/index-key.ts";
import type { IndexReads, KeyRange } from "../commit-request.ts";
import type { TableNames } from "./namespace.ts";
import { type SystemTableName, systemTable } from "./system-tables.ts";
import type { Table, TableIndex } from "./table.ts";

/**
 * What names and numbers stand for, and which of them somebody has asked about: the answers stay what they are as long as
 * nothing writes to the documents that `reads` names.
 */
export class WatchedNames implements TableNames {
  readonly #names: TableNames;
  readonly #tables = new Set<Table>();
  readonly #indexes = new Set<TableIndex>();
  #missesTable = false;
  #missesIndex = false;

  constructor(names: TableNames) {
    this.#names = names;
  }

  table(name: string): Table | null {
    return this.#foundTable(this.#names.table(name));
  }

  tableByNumber(number: number): Table | null {
    return this.#foundTable(this.#names.tableByNumber(number));
  }

  tableName(number: number): string | null {
    return this.tableByNumber(number)?.name ?? null;
  }

  index(table: Table, name: string): TableIndex | null {
    const index = this.#names.index(table, name);
    // Beside one that can't be used yet another one of its name may come.
    if (index?.state === "enabled") this.#indexes.add(index);
    else this.#missesIndex = true;
    return index;
  }

  /** What the answers so far depend on. What there is under a name or number nothing else can be until that changes. */
  reads(): readonly IndexReads[] {
    return [
      ...readsOf("_tables", this.#tables, this.#missesTable),
      ...readsOf("_indexes", this.#indexes, this.#missesIndex),
    ];
  }

  #foundTable(table: Table | null): Table | null {
    if (table === null) this.#missesTable = true;
    else this.#tables.add(table);
    return table;
  }
}

const WHOLE: readonly KeyRange[] = [{ start: new Uint8Array(0), end: null }];

/** Any document of a system table, those to come among them. */
export function readsOfWhole(table: SystemTableName): IndexReads {
  return { index: systemTable(table).byId.id, ranges: WHOLE };
}

function readsOf(
  table: SystemTableName,
  found: Iterable<Table | TableIndex>,
  missesSome: boolean,
): readonly IndexReads[] {
  if (missesSome) return [readsOfWhole(table)];
  const index = systemTable(table).byId.id;
  const reads: IndexReads[] = [];
  for (const { documentId } of found) {
    // What is known in code has no document, and does not change.
    if (documentId === null) continue;
    const { internalId } = decodeId(documentId);
    reads.push({ index, ranges: [{ start: internalId, end: keySuccessor(internalId) }] });
  }
  return reads;
}
