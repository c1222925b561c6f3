import type { IndexId, TableId } from "../../store/store.ts";
import { BY_CREATION_TIME, BY_ID, makeIndex, makeTable, type Table } from "./table.ts";

interface SystemTableDefinition {
  readonly id: number;
  readonly name: string;
  readonly number: number;
  readonly access?: "readOnly";
  /** A change of it is a change of the catalogue. */
  readonly catalogue?: boolean;
  /** The main process is told of each group of commits that writes to it. */
  readonly watched?: boolean;
  readonly indexes?: readonly { readonly name: string; readonly fields: readonly string[] }[];
}

/**
 * The tables that every deployment has without writing them down, for they describe all others. Ids of tables and
 * indexes below 1000 are theirs; index ids follow from the table's id and the place in the list, so both may only be
 * appended to. Numbers of private tables start at 512; 539 and 540 are the ones that apps see.
 */
const DEFINITIONS: readonly SystemTableDefinition[] = [
  { id: 1, name: "_tables", number: 513, catalogue: true },
  { id: 2, name: "_indexes", number: 514, catalogue: true },
  { id: 3, name: "_counters", number: 515 },
  { id: 4, name: "_schemas", number: 516, catalogue: true },
  { id: 5, name: "_pushes", number: 517, catalogue: true },
  { id: 6, name: "_modules", number: 518, indexes: [{ name: "by_hash", fields: ["hash"] }] },
  {
    id: 7,
    name: "_environment_variables",
    number: 519,
    catalogue: true,
    indexes: [{ name: "by_name", fields: ["name"] }],
  },
  { id: 8, name: "_scheduled_functions", number: 539, access: "readOnly" },
  { id: 9, name: "_storage", number: 540, access: "readOnly" },
  {
    id: 10,
    name: "_session_requests",
    number: 520,
    indexes: [{ name: "by_session", fields: ["session", "request"] }],
  },
  {
    id: 20,
    name: "_scheduled_jobs",
    number: 530,
    watched: true,
    indexes: [{ name: "by_state_and_time", fields: ["state", "timeMs"] }],
  },
  {
    id: 21,
    name: "_cron_jobs",
    number: 531,
    watched: true,
    indexes: [
      { name: "by_state_and_time", fields: ["state", "timeMs"] },
      { name: "by_name", fields: ["component", "name"] },
    ],
  },
  { id: 22, name: "_cron_runs", number: 532, indexes: [{ name: "by_cron", fields: ["cron"] }] },
  {
    id: 23,
    name: "_files",
    number: 533,
    indexes: [
      { name: "by_storage_id", fields: ["storageId"] },
      { name: "by_uuid", fields: ["uuid"] },
      { name: "by_key", fields: ["key", "state"] },
      { name: "by_state", fields: ["state", "sinceMs"] },
    ],
  },
  { id: 40, name: "_exports", number: 521 },
  { id: 41, name: "_imports", number: 522 },
  { id: 42, name: "_push_history", number: 523 },
  { id: 43, name: "_admin_keys", number: 524 },
  { id: 44, name: "_audit_log", number: 525 },
  { id: 50, name: "_deployment_state", number: 528, catalogue: true, watched: true },
  {
    id: 51,
    name: "_module_graphs",
    number: 536,
    indexes: [{ name: "by_path", fields: ["component", "path"] }],
  },
];

const INDEX_IDS_PER_TABLE = 10;

export const FIRST_USER_TABLE_ID = 1000;
export const FIRST_USER_INDEX_ID = 1000;
export const FIRST_USER_TABLE_NUMBER = 10_001;
export const MAX_USER_TABLES = 10_000;

export const SYSTEM_TABLES: readonly Table[] = DEFINITIONS.map(({ id, name, number, access, indexes = [] }) =>
  makeTable({
    id,
    name,
    number,
    component: "",
    access: access ?? "private",
    documentId: null,
    indexes: [
      { name: BY_ID, fields: ["_id"] },
      { name: BY_CREATION_TIME, fields: ["_creationTime"] },
      ...indexes,
    ].map((index, position) =>
      makeIndex({
        ...index,
        id: id * INDEX_IDS_PER_TABLE + position,
        state: "enabled",
        staged: false,
        documentId: null,
      }),
    ),
  }),
);

export type SystemTableName =
  | "_tables"
  | "_indexes"
  | "_counters"
  | "_schemas"
  | "_pushes"
  | "_modules"
  | "_environment_variables"
  | "_scheduled_functions"
  | "_storage"
  | "_session_requests"
  | "_scheduled_jobs"
  | "_cron_jobs"
  | "_cron_runs"
  | "_files"
  | "_exports"
  | "_imports"
  | "_push_history"
  | "_admin_keys"
  | "_audit_log"
  | "_deployment_state"
  | "_module_graphs";

const byName = new Map(SYSTEM_TABLES.map((table) => [table.name, table]));
const catalogueTables = new Set(
  DEFINITIONS.filter((definition) => definition.catalogue).map((definition) => definition.id),
);

const watchedTables = new Set(
  DEFINITIONS.filter((definition) => definition.watched).map((definition) => definition.id),
);

export function systemTable(name: SystemTableName): Table {
  return byName.get(name) as Table;
}

/** Whether a write to the table makes a new catalogue. */
export function isCatalogueTable(table: Table): boolean {
  return catalogueTables.has(table.id);
}

/** Whether the main process is told of writes to the table. */
export function isWatchedTable(id: TableId): boolean {
  return id < FIRST_USER_TABLE_ID && watchedTables.has(id);
}

export function isSystemTable(table: Table): boolean {
  return table.id < FIRST_USER_TABLE_ID;
}

/** Whether an index is one of a system table. */
export function isSystemIndex(index: IndexId): boolean {
  return index < FIRST_USER_INDEX_ID;
}
