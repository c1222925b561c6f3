import type { IndexId, TableId } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { Schema } from "../schema/schema.ts";
import type { PushDocument, SchemaDocument, SystemFields, TableDocument } from "./catalogue-documents.ts";
import { Namespace } from "./namespace.ts";
import type { Table } from "./table.ts";

/** A schema that is stored, with where it stands. */
export interface StoredSchema {
  readonly documentId: string;
  readonly state: SchemaDocument["state"];
  readonly schema: Schema;
  readonly error: string | null;
}

export type ActivePush = PushDocument & SystemFields;

/** A table that is being filled by an import, or that waits for its documents to be removed. */
export interface AsideTable {
  readonly table: Table;
  readonly state: Exclude<TableDocument["state"], "active">;
}

export interface CatalogueContents {
  /** The commit that made it. */
  readonly ts: Ticks;
  readonly namespaces: ReadonlyMap<string, Namespace>;
  /** Active pushes by component. */
  readonly pushes: ReadonlyMap<string, ActivePush>;
  readonly environment: ReadonlyMap<string, string>;
  /** Whether an operator has paused the deployment: no function of the app runs. */
  readonly isPaused: boolean;
  /** Tables that apps do not see, by identity. */
  readonly asideTables: ReadonlyMap<TableId, AsideTable>;
  /** Indexes whose entries are still in the store although nothing uses them, with their documents. */
  readonly droppedIndexes: ReadonlyMap<IndexId, string>;
}

/** Everything that says what the data means at one time: tables, indexes, schemas, code, environment, and whether functions run. Immutable. */
export class Catalogue {
  readonly ts: Ticks;
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly environment: ReadonlyMap<string, string>;
  readonly isPaused: boolean;
  readonly asideTables: ReadonlyMap<TableId, AsideTable>;
  readonly droppedIndexes: ReadonlyMap<IndexId, string>;
  readonly #contents: CatalogueContents;

  constructor(contents: CatalogueContents) {
    this.ts = contents.ts;
    this.namespaces = contents.namespaces;
    this.environment = contents.environment;
    this.isPaused = contents.isPaused;
    this.asideTables = contents.asideTables;
    this.droppedIndexes = contents.droppedIndexes;
    this.#contents = contents;
  }

  /** The tables of a component; an empty one for a component that has none yet. */
  namespace(component: string): Namespace {
    return this.namespaces.get(component) ?? Namespace.empty(component);
  }

  /** Number of user tables of the whole deployment, those that nobody sees among them. */
  get userTableCount(): number {
    let count = 0;
    for (const namespace of this.namespaces.values()) count += namespace.userTableCount;
    return count + this.asideTables.size;
  }

  /** The code that runs for a component, null before the first push. */
  activePush(component: string): ActivePush | null {
    return this.#contents.pushes.get(component) ?? null;
  }

  /** This catalogue with one namespace changed, as a running transaction sees what it did itself. */
  withNamespace(namespace: Namespace): Catalogue {
    const namespaces = new Map(this.namespaces);
    namespaces.set(namespace.component, namespace);
    return new Catalogue({ ...this.#contents, namespaces });
  }
}
