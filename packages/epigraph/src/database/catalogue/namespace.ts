import type { ValidationContext } from "../../values/validate.ts";
import type { StoredSchema } from "./catalogue.ts";
import { FIRST_USER_TABLE_NUMBER, SYSTEM_TABLES } from "./system-tables.ts";
import { findIndex, type Table, type TableIndex } from "./table.ts";

const systemTablesByName = new Map(SYSTEM_TABLES.map((table) => [table.name, table]));
const systemTablesByNumber = new Map(SYSTEM_TABLES.map((table) => [table.number, table]));

/** What names and numbers stand for in one component. */
export interface TableNames extends ValidationContext {
  /** A table that app code may read: a user table, or a system table that is shown to apps. */
  table(name: string): Table | null;
  /** As `table`: private tables look as if they did not exist. */
  tableByNumber(number: number): Table | null;
  /** The index that queries mean by a name; it may be one that can't be used yet. */
  index(table: Table, name: string): TableIndex | null;
}

/** The tables and schemas of one component: names and numbers are unique within it only. Immutable. */
export class Namespace implements TableNames {
  readonly component: string;
  readonly activeSchema: StoredSchema | null;
  /** The schema that a push is checking: pending or validated. */
  readonly pendingSchema: StoredSchema | null;
  readonly #byName: ReadonlyMap<string, Table>;
  readonly #byNumber: ReadonlyMap<number, Table>;

  constructor(
    component: string,
    userTables: Iterable<Table>,
    activeSchema: StoredSchema | null,
    pendingSchema: StoredSchema | null,
  ) {
    this.component = component;
    this.activeSchema = activeSchema;
    this.pendingSchema = pendingSchema;
    const byName = new Map<string, Table>();
    const byNumber = new Map<number, Table>();
    for (const table of userTables) {
      byName.set(table.name, table);
      byNumber.set(table.number, table);
    }
    this.#byName = byName;
    this.#byNumber = byNumber;
  }

  static empty(component: string): Namespace {
    return new Namespace(component, [], null, null);
  }

  /** User tables only. */
  get tables(): Iterable<Table> {
    return this.#byName.values();
  }

  get userTableCount(): number {
    return this.#byName.size;
  }

  table(name: string): Table | null {
    return this.#byName.get(name) ?? visible(systemTablesByName.get(name));
  }

  tableByNumber(number: number): Table | null {
    return this.#byNumber.get(number) ?? visible(systemTablesByNumber.get(number));
  }

  tableName(number: number): string | null {
    return this.tableByNumber(number)?.name ?? null;
  }

  index(table: Table, name: string): TableIndex | null {
    return findIndex(table, name);
  }

  /** The lowest number that no table of this namespace has. */
  freeTableNumber(): number {
    let number = FIRST_USER_TABLE_NUMBER;
    while (this.#byNumber.has(number)) number++;
    return number;
  }

  withTable(table: Table): Namespace {
    return new Namespace(
      this.component,
      [...this.#byName.values(), table],
      this.activeSchema,
      this.pendingSchema,
    );
  }

  withoutPendingSchema(): Namespace {
    return new Namespace(this.component, this.#byName.values(), this.activeSchema, null);
  }
}

function visible(table: Table | undefined): Table | null {
  return table === undefined || table.access === "private" ? null : table;
}
