import type { IndexState } from "./table.ts";

/** Documents of the system tables, without `_id` and `_creationTime`. */

export interface TableDocument {
  readonly tableId: number;
  readonly name: string;
  readonly number: number;
  readonly component: string;
  /**
   * `hidden`: an import fills it, and will make it active; nobody sees it. `dropped`: it has been replaced or deleted, and
   * its documents wait to be removed.
   */
  readonly state: "active" | "hidden" | "dropped";
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
  /** JSON text of what the app says about itself; null or absent where it says nothing. */
  readonly definition?: string | null;
  /** The module that says so, in `_modules`. */
  readonly definitionHash?: string | null;
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

/**
 * All that functions of a module of the active push depend on of its code. It is written anew only when that changes, so
 * who has read it need not hear of other pushes.
 */
export interface ModuleGraphDocument {
  readonly component: string;
  /** Of the module, `messages.js`. */
  readonly path: string;
  /** SHA-256, in hex, of the module, of all that it imports, and of what the analysis found in it. */
  readonly hash: string;
}

export interface EnvironmentVariableDocument {
  readonly name: string;
  readonly value: string;
}

/** An export of all documents into a file. */
export interface ExportDocument {
  readonly state: "requested" | "in_progress" | "completed" | "failed" | "canceled";
  /** Whether the bytes of files are part of it. */
  readonly hasFiles: boolean;
  /** The one table that it has; left out where it has all of them. */
  readonly tableName?: string;
  /** Nanoseconds of its snapshot; set when `completed`. */
  readonly startTs?: bigint;
  readonly completeMs?: number;
  readonly expirationMs?: number;
  readonly bytes?: number;
  /** Set when `failed`. */
  readonly failedMs?: number;
}

/** An import, from its upload on. */
export interface ImportDocument {
  readonly state: "uploaded" | "waiting_for_confirmation" | "in_progress" | "completed" | "failed";
  readonly format: string;
  readonly mode: string;
  readonly tableName: string | null;
  /** Names the folder with its data. */
  readonly uploadToken: string;
  /** What is asked before it begins. */
  readonly message: string;
  readonly isDestructive: boolean;
  readonly progress: string;
  /** What is done, a sentence each. */
  readonly checkpoints: string[];
  readonly completeMs: number | null;
  readonly documents: number;
  /** How often it was begun anew because the server had ended on the way; absent: never. */
  readonly resumed?: number;
  /** Set when `failed`. */
  readonly error: string | null;
}

/** A push that was activated: what it changed, and all that it takes to activate it again. */
export interface PushRecordDocument {
  /** Of the `_pushes` document that it made. */
  readonly pushId: string;
  /** Name of the admin key that it was sent with; null for one from the deployment's own process. */
  readonly author: string | null;
  readonly timeMs: number;
  /** What its author says about it. */
  readonly message: string | null;
  /** JSON text of what it changed. */
  readonly report: string;
  /** JSON text of the `_pushes` document. */
  readonly push: string;
  /** What the schema's `export()` gave; null where there was none, left out of what older versions have written. */
  readonly schema?: string | null;
  /** JSON text of the crons; left out of what older versions have written. */
  readonly crons?: string;
}

/** An admin key beside the one that follows from the instance secret. */
export interface AdminKeyDocument {
  readonly name: string;
  readonly scope: "full" | "deploy" | "readOnly";
  /** Public part, by which the key is found. */
  readonly keyId: string;
  /** SHA-256 of the secret part, in hex: who reads the database can't use the key. */
  readonly secretHash: string;
  readonly createdMs: number;
  readonly revokedMs: number | null;
}

/** Something that was done with an admin key. */
export interface AuditDocument {
  /** Rises; left out of what older versions have written. */
  readonly number?: number;
  readonly timeMs: number;
  /** Name of the key. */
  readonly author: string;
  /** What was done, in the platform's words: `update_environment_variable`. */
  readonly action: string;
  /** JSON text; never a secret. */
  readonly metadata: string;
}

/** Whether functions run: one row, or none in a deployment that was never paused. */
export interface DeploymentStateDocument {
  readonly state: "running" | "paused";
}

/** What every stored document has besides its own fields. */
export interface SystemFields {
  readonly _id: string;
  readonly _creationTime: number;
}
