import type { TableId } from "../../store/store.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { CountersDocument, IndexDocument, TableDocument } from "../catalogue/catalogue-documents.ts";
import { FIRST_USER_INDEX_ID, FIRST_USER_TABLE_ID, systemTable } from "../catalogue/system-tables.ts";
import type { Findings } from "./verification.ts";

const TABLES = systemTable("_tables").id;
const INDEXES = systemTable("_indexes").id;
const COUNTERS = systemTable("_counters").id;

/** Checks the documents that describe all others against each other; there are few enough to keep them. */
export class CatalogueCheck {
  readonly #problems: Findings;
  readonly #tables: TableDocument[] = [];
  readonly #indexes: IndexDocument[] = [];
  readonly #counters: CountersDocument[] = [];

  constructor(problems: Findings) {
    this.#problems = problems;
  }

  see(table: TableId, document: ObjectValue): void {
    const read = document as unknown;
    if (table === TABLES) this.#tables.push(read as TableDocument);
    else if (table === INDEXES) this.#indexes.push(read as IndexDocument);
    else if (table === COUNTERS) this.#counters.push(read as CountersDocument);
  }

  finish(): void {
    const tables = new Set(this.#tables.map(({ tableId }) => tableId));
    const names = new Map<string, string>();
    for (const { name, number, component, tableId, state } of this.#tables) {
      // Of those that nobody sees there may be several.
      if (state !== "active") continue;
      for (const taken of [`name "${name}"`, `number ${number}`]) {
        const other = names.get(`${component} ${taken}`);
        if (other !== undefined) {
          this.#problems.add(`Tables ${other} and ${tableId} both have the ${taken}.`);
        }
        names.set(`${component} ${taken}`, String(tableId));
      }
    }
    for (const { indexId, tableId, name, state } of this.#indexes) {
      if (tables.has(tableId) || state === "dropped") continue;
      this.#problems.add(
        `Index ${indexId} ("${name}") is of table ${tableId}, which the catalogue does not have.`,
      );
    }
    if (this.#counters.length > 1) {
      this.#problems.add(`There are ${this.#counters.length} counters of identities.`);
    }
    const { nextTableId, nextIndexId } = this.#counters[0] ?? {
      nextTableId: FIRST_USER_TABLE_ID,
      nextIndexId: FIRST_USER_INDEX_ID,
    };
    this.#checkIdentities("table", tables, nextTableId);
    this.#checkIdentities("index", new Set(this.#indexes.map(({ indexId }) => indexId)), nextIndexId);
    if (tables.size < this.#tables.length) this.#problems.add("Two tables have the same identity.");
  }

  #checkIdentities(what: string, taken: ReadonlySet<number>, next: number): void {
    for (const identity of taken) {
      if (identity < next) continue;
      this.#problems.add(`The next new ${what} would be ${next}, but there is ${identity} already.`);
    }
  }
}
