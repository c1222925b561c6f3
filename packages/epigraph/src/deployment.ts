import { randomBytes } from "node:crypto";
import { CatalogueCache } from "./database/catalogue/load-catalogue.ts";
import { Committer } from "./database/committer/committer.ts";
import { Database } from "./database/database.ts";
import { CursorCodec } from "./database/query/cursor-codec.ts";
import { type PushReport, pushCode } from "./deploy/push.ts";
import type { PushedCode } from "./deploy/pushed-code.ts";
import type { Functions } from "./functions/calls.ts";
import type { ExecutionRecord } from "./functions/execution-record.ts";
import { LocalFunctions } from "./functions/local-functions.ts";
import { systemEffects } from "./runtime/runner/effects.ts";
import { Runner } from "./runtime/runner/runner.ts";
import { acquireDataFolder } from "./store/sqlite/data-folder.ts";
import { SqliteStore } from "./store/sqlite/sqlite-store.ts";

export interface DeploymentOptions {
  readonly dataFolder: string;
  /** Secret of the instance: keys of cursors are derived from it. */
  readonly secret: Uint8Array;
  readonly onExecution: (record: ExecutionRecord) => void;
}

/** One running copy of an app with its data. */
export interface Deployment {
  readonly database: Database;
  readonly functions: Functions;
  /** Public origins, as functions see them in `process.env`. */
  setOrigins(origins: { readonly apiUrl: string; readonly siteUrl: string }): void;
  push(code: PushedCode): Promise<PushReport>;
  close(): Promise<void>;
}

/** Opens the data folder and makes its functions callable. @throws StoreError */
export function openDeployment(options: DeploymentOptions): Deployment {
  const folder = acquireDataFolder(options.dataFolder);
  const store = new SqliteStore(options.dataFolder);
  const committer = new Committer(store.openWriter(), { nowMs: Date.now });
  const snapshots = store.openSnapshots();
  const database = new Database({ snapshots, committer, nowMs: Date.now, random: randomBytes });
  let builtIn: Readonly<Record<string, string>> = { CONVEX_CLOUD_URL: "", CONVEX_SITE_URL: "" };
  const runner = new Runner({
    snapshots,
    committer,
    catalogues: new CatalogueCache(),
    cursors: new CursorCodec(options.secret),
    effects: systemEffects,
    builtIn: () => builtIn,
  });
  const functions = new LocalFunctions(runner, snapshots, options.onExecution);
  return {
    database,
    functions,
    setOrigins({ apiUrl, siteUrl }) {
      builtIn = { CONVEX_CLOUD_URL: apiUrl, CONVEX_SITE_URL: siteUrl };
      folder.announce(apiUrl);
    },
    push: (code) => pushCode(database, code, builtIn),
    async close() {
      await functions.close();
      committer.close();
      snapshots.close();
      folder.release();
    },
  };
}
