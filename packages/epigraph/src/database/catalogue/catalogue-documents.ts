import type { IndexState } from "./table.ts";

/** Documents of the system tables, without `_id` and `_creationTime`. */

export interface TableDocument {
  readonly tableId: number;
  readonly name: string;
  readonly number: number;
  readonly component: string;
  readonly state: "active";
}

export interface IndexDocument {
  readonly indexId: number;
  readonly tableId: number;
  readonly name: string;
  readonly fields: string[];
  /** `dropped`: no longer maintained nor usable; its entries wait to be removed from the store. */
  readonly state: IndexState | "dropped";
  readonly staged: boolean;
}

/** One row: identities are never given twice, also not after what had them is gone. */
export interface CountersDocument {
  readonly nextTableId: number;
  readonly nextIndexId: number;
}

export type SchemaState = "pending" | "validated" | "active" | "failed";

export interface SchemaDocument {
  readonly component: string;
  readonly state: SchemaState;
  /** The text that the app's schema module exported. */
  readonly schema: string;
  /** Set when `failed`. */
  readonly error: string | null;
  readonly tableName: string | null;
}

/** A module of a push: where it lies in the app, and which `_modules` document has its text. */
export interface PushModule {
  readonly path: string;
  readonly hash: string;
  readonly environment: "isolate" | "node";
  /** Whether a realm may evaluate it once for all executions. */
  readonly isShareable: boolean;
  /** Whether it, or what it imports, may change objects of the language or the platform. */
  readonly isPatching: boolean;
}

export interface ReceivedPushModule {
  readonly path: string;
  readonly sha256: string;
  readonly environment: "isolate" | "node";
}

export interface PushDocument {
  readonly state: "active" | "inactive";
  readonly component: string;
  /** JSON text of what the analysis found. */
  readonly functions: string;
  /** JSON text; null when the app has no router. */
  readonly httpRoutes: string | null;
  readonly modules: PushModule[];
  /** JSON text: where Node finds packages, and which; null or absent when no module is of the Node runtime. */
  readonly packages?: string | null;
  /** As the official CLI sent them, in `_modules` too; null or absent where the code was bundled here. */
  readonly received?: readonly ReceivedPushModule[] | null;
  /** JSON text of the identity providers that the app names; null or absent when it names none. */
  readonly authProviders?: string | null;
  readonly udfServerVersion: string;
  /** What random numbers and the clock give while modules are evaluated. */
  readonly importSeed: string;
  readonly importTimestamp: number;
}

export interface ModuleDocument {
  readonly hash: string;
  readonly source: string;
  readonly sourceMap: string | null;
  readonly environment: string;
}

export interface EnvironmentVariableDocument {
  readonly name: string;
  readonly value: string;
}

/** What every stored document has besides its own fields. */
export interface SystemFields {
  readonly _id: string;
  readonly _creationTime: number;
}
