import type { IndexId, Snapshot, TableId } from "../../store/store.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import { keySuccessor } from "../../values/index-key.ts";
import { parseSchema } from "../schema/parse-schema.ts";
import type { Schema } from "../schema/schema.ts";
import { type ActivePush, type AsideTable, Catalogue, type StoredSchema } from "./catalogue.ts";
import type {
  DeploymentStateDocument,
  EnvironmentVariableDocument,
  IndexDocument,
  PushDocument,
  SchemaDocument,
  SystemFields,
  TableDocument,
} from "./catalogue-documents.ts";
import { Namespace } from "./namespace.ts";
import { type SystemTableName, systemTable } from "./system-tables.ts";
import { makeIndex, makeTable, type TableIndex } from "./table.ts";

const PAGE_ROWS = 256;
const FIRST_KEY = new Uint8Array(0);

/**
 * Reads the whole catalogue of a snapshot.
 * @param parsedSchema gives the schema of a text; parsing is left to the caller, who may remember what it parsed.
 */
export function loadCatalogue(
  snapshot: Snapshot,
  parsedSchema: (json: string) => Schema = parseSchema,
): Catalogue {
  const indexes = new Map<number, TableIndex[]>();
  const droppedIndexes = new Map<IndexId, string>();
  for (const document of readAll<IndexDocument>(snapshot, "_indexes")) {
    if (document.state === "dropped") {
      droppedIndexes.set(document.indexId, document._id);
      continue;
    }
    const index = makeIndex({
      id: document.indexId,
      name: document.name,
      fields: document.fields,
      state: document.state,
      staged: document.staged,
      documentId: document._id,
    });
    const siblings = indexes.get(document.tableId);
    if (siblings === undefined) indexes.set(document.tableId, [index]);
    else siblings.push(index);
  }

  const parts = new Map<string, NamespaceParts>();
  const partsOf = (component: string): NamespaceParts => {
    let found = parts.get(component);
    if (found === undefined) {
      found = { tables: [], active: null, pending: null };
      parts.set(component, found);
    }
    return found;
  };
  const asideTables = new Map<TableId, AsideTable>();
  for (const document of readAll<TableDocument>(snapshot, "_tables")) {
    const { tableId, name, number, component, state, _id } = document;
    const table = makeTable({
      id: tableId,
      name,
      number,
      component,
      access: state === "active" ? "user" : "aside",
      indexes: (indexes.get(tableId) ?? []).sort((a, b) => a.id - b.id),
      documentId: _id,
    });
    if (state === "active") partsOf(component).tables.push(table);
    else asideTables.set(tableId, { table, state });
  }
  for (const document of readAll<SchemaDocument>(snapshot, "_schemas")) {
    const { component, state, schema, error, _id } = document;
    if (state === "failed") continue;
    const stored: StoredSchema = { documentId: _id, state, schema: parsedSchema(schema), error };
    if (state === "active") partsOf(component).active = stored;
    else partsOf(component).pending = stored;
  }
  const pushes = new Map<string, ActivePush>();
  for (const document of readAll<PushDocument>(snapshot, "_pushes")) {
    if (document.state === "active") pushes.set(document.component, document);
  }
  const environment = new Map<string, string>();
  for (const { name, value } of readAll<EnvironmentVariableDocument>(snapshot, "_environment_variables")) {
    environment.set(name, value);
  }
  const [deployment] = readAll<DeploymentStateDocument>(snapshot, "_deployment_state");
  const namespaces = new Map<string, Namespace>();
  for (const [component, { tables, active, pending }] of parts) {
    namespaces.set(component, new Namespace(component, tables, active, pending));
  }
  return new Catalogue({
    ts: snapshot.catalogueTs,
    namespaces,
    pushes,
    environment,
    isPaused: deployment?.state === "paused",
    asideTables,
    droppedIndexes,
  });
}

interface NamespaceParts {
  readonly tables: ReturnType<typeof makeTable>[];
  active: StoredSchema | null;
  pending: StoredSchema | null;
}

function* readAll<T>(snapshot: Snapshot, name: SystemTableName): Generator<T & SystemFields> {
  const index = systemTable(name).byId.id;
  let start: Uint8Array = FIRST_KEY;
  for (;;) {
    const page = snapshot.scan(index, start, null, "asc", PAGE_ROWS);
    for (const { document } of page) {
      yield decodeValue(JSON.parse(document.json)) as unknown as T & SystemFields;
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    start = keySuccessor(last.key);
  }
}
