import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";

export interface FunctionInfo {
  readonly name: string;
  readonly type: "Query" | "Mutation" | "Action";
  readonly visibility: "public" | "internal";
  /** JSON text of validators. */
  readonly args: string | null;
  readonly returns: string | null;
  readonly line: number | null;
}

export interface ModuleInfo {
  readonly path: string;
  readonly environment: "isolate" | "node";
  readonly functions: readonly FunctionInfo[];
}

export interface RouteInfo {
  readonly method: string;
  readonly path: string;
}

export interface TableInfo {
  readonly name: string;
  readonly isDeclared: boolean;
  readonly validator: string | null;
  readonly indexes: readonly {
    readonly name: string;
    readonly fields: readonly string[];
    readonly state: "backfilling" | "backfilled" | "enabled";
    readonly isStaged: boolean;
  }[];
}

export interface Condition {
  readonly field: string;
  readonly operator: "eq" | "neq" | "lt" | "lte" | "gt" | "gte";
  readonly value: Value;
}

export type Document = Readonly<Record<string, Value>> & {
  readonly _id: string;
  readonly _creationTime: number;
};

export interface DocumentPage {
  readonly page: readonly Document[];
  readonly isDone: boolean;
  readonly continueCursor: string;
  /** The index that was used; null where every document is looked at. */
  readonly index: string | null;
}

export interface ScheduledInfo {
  readonly id: string;
  readonly path: string;
  readonly args: readonly Value[];
  readonly scheduledTime: number;
  readonly completedTime: number | null;
  readonly state: { readonly kind: string; readonly error?: string };
}

export interface CronInfo {
  readonly name: string;
  readonly path: string;
  readonly args: string;
  readonly schedule: string;
  readonly nextRun: number | null;
  readonly isPaused: boolean;
  readonly isRunning: boolean;
  readonly runs: readonly {
    readonly ts: number;
    readonly status: string;
    readonly error: string | null;
    readonly executionTime: number;
    readonly logLines: readonly string[];
  }[];
}

/** Names that came and went. */
export interface Difference {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export interface ChangedNames extends Difference {
  readonly changed: readonly string[];
}

export interface PushInfo {
  readonly id: string;
  /** Name of the admin key; null for the deployment's own process. */
  readonly author: string | null;
  readonly timeMs: number;
  readonly message: string | null;
  /** JSON text of a `PushReport`. */
  readonly report: string;
  readonly isActive: boolean;
}

/** What a push changed. */
export interface PushReport {
  readonly functions: Difference;
  readonly routes: Difference;
  readonly indexes: Difference;
  readonly authProviders: Difference;
  readonly modules: Difference & { readonly modified: readonly string[] };
  readonly schemaChanged: boolean;
  readonly crons: {
    readonly added: readonly string[];
    readonly updated: readonly string[];
    readonly deleted: readonly string[];
  };
}

export interface AuditEntry {
  readonly _id: string;
  readonly _creationTime: number;
  readonly author: string;
  readonly action: string;
  readonly metadata: Value;
}

export type ImportState =
  | { readonly state: "uploaded" }
  | {
      readonly state: "waiting_for_confirmation";
      readonly message_to_confirm: string;
      readonly require_manual_confirmation: boolean;
    }
  | { readonly state: "in_progress"; readonly progress_message: string | null }
  | { readonly state: "completed"; readonly num_rows_written: bigint }
  | { readonly state: "failed"; readonly error_message: string };

/** Times in nanoseconds. */
export type ExportInfo = { readonly format: { readonly table?: string } } & (
  | { readonly state: "requested" | "in_progress" | "failed" | "canceled" }
  | {
      readonly state: "completed";
      readonly start_ts: bigint;
      readonly complete_ts: bigint;
      readonly size: number;
    }
);

type None = Record<string, never>;

function query<Args extends Record<string, unknown>, Result>(path: string) {
  return makeFunctionReference<"query", Args, Result>(`_system/${path}`);
}

function mutation<Args extends Record<string, unknown>, Result>(path: string) {
  return makeFunctionReference<"mutation", Args, Result>(`_system/${path}`);
}

/** The functions that the server ships for this app. */
export const system = {
  functions: query<
    None,
    { readonly modules: readonly ModuleInfo[]; readonly routes: readonly RouteInfo[] } | null
  >("dashboard/functions:list"),
  tables: query<None, readonly TableInfo[]>("dashboard/tables:list"),
  tableSize: query<{ tableName: string }, number>("cli/tableSize"),
  page: query<
    {
      table: string;
      filters: Condition[];
      sort: string | null;
      order: "asc" | "desc";
      paginationOpts: { cursor: string | null; numItems: number };
    },
    DocumentPage
  >("dashboard/documents:page"),
  document: query<{ id: string }, { readonly table: string; readonly document: Document } | null>(
    "dashboard/documents:get",
  ),
  addDocument: mutation<{ table: string; document: Value }, string>("dashboard/documents:add"),
  replaceDocument: mutation<{ id: string; document: Value }, Document>("dashboard/documents:replace"),
  removeDocuments: mutation<{ ids: string[] }, null>("dashboard/documents:remove"),
  file: query<{ id: string }, { readonly contentType: string | null; readonly path: string } | null>(
    "dashboard/files:get",
  ),
  removeFiles: mutation<{ ids: string[] }, null>("dashboard/files:remove"),
  uploadUrl: mutation<None, string>("dashboard/files:generateUploadUrl"),
  scheduled: query<
    None,
    {
      readonly pending: readonly ScheduledInfo[];
      readonly running: readonly ScheduledInfo[];
      readonly done: readonly ScheduledInfo[];
    }
  >("dashboard/scheduled:list"),
  crons: query<None, readonly CronInfo[]>("dashboard/crons:list"),
  variables: query<None, readonly { readonly name: string; readonly value: string }[]>(
    "cli/queryEnvironmentVariables",
  ),
  deployment: query<
    None,
    { readonly cloudUrl: string; readonly siteUrl: string; readonly pushedAt: number | null }
  >("dashboard/deployment:get"),
  import: query<{ importId: string }, { readonly state: ImportState } | null>("cli/queryImport"),
  latestExport: query<None, ExportInfo | null>("cli/exports:getLatest"),
  source: query<
    { file: string; line: number; column: number },
    readonly { readonly number: number; readonly text: string; readonly isPlace: boolean }[] | null
  >("dashboard/source:around"),
  pushes: query<None, readonly PushInfo[]>("dashboard/pushes:list"),
  auditLog: query<
    { limit: number; action?: string; fromMs?: number; beforeMs?: number },
    readonly AuditEntry[]
  >("epigraph/auditLog"),
};
