import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import type { AppBundle, BundledModule, LoneModule } from "../deploy/bundle.ts";
import type { App } from "../deploy/find-app.ts";
import type { PushRecord } from "../deploy/push-history.ts";
import type { PushReport } from "../deploy/push-report.ts";
import { answerError, ask, type Connection, send } from "./connection.ts";
import { CommandError } from "./usage-error.ts";

export interface RemotePushOptions {
  /** Only look at what would change. */
  readonly isDryRun: boolean;
  /** For the history of pushes. */
  readonly message: string | null;
  /** Told while documents are checked and indexes are filled. */
  readonly onProgress: (text: string) => void;
  readonly signal: AbortSignal;
}

interface SchemaState {
  readonly type: "inProgress" | "complete" | "failed" | "raceDetected";
  readonly error?: string;
  readonly components?: Readonly<Record<string, SchemaProgress>>;
}

interface SchemaProgress {
  readonly schemaValidationComplete: boolean;
  readonly indexesComplete: number;
  readonly indexesTotal: number;
}

export interface IndexChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What a push did; of a rehearsal only indexes are known. */
export type RemotePushOutcome =
  | { readonly type: "rehearsed"; readonly indexes: IndexChange }
  /** The deployment runs exactly this already. */
  | { readonly type: "unchanged" }
  | { readonly type: "pushed"; readonly report: PushReport };

/** For an answer on how far it is. */
const WAIT_MS = 1000;
const QUALITY = 4;
const compress = promisify(brotliCompress);

/**
 * Brings code into a deployment by the requests that the official command line makes: what the deployment has already
 * is not sent again.
 * @throws CommandError when the deployment refuses it; what it runs stays as it was then.
 */
export async function pushRemotely(
  connection: Connection,
  app: App,
  bundle: AppBundle,
  { isDryRun, message, onProgress, signal }: RemotePushOptions,
): Promise<RemotePushOutcome> {
  const before = await activePush(connection, signal);
  const hashes = (await ask(connection, "/api/get_config_hashes", {}, signal)) as ConfigHashes;
  const body = { ...pushRequest(app, bundle, hashes), dryRun: isDryRun };
  const started = (await postCompressed(connection, "/api/deploy2/start_push", body, signal)) as {
    readonly schemaChange: { readonly indexDiffs: Readonly<Record<string, IndexDiff>> };
  };
  const { schemaChange } = started;
  await waitForSchema(connection, { schemaChange, dryRun: isDryRun }, onProgress, signal);
  const finish = { startPush: started, dryRun: isDryRun, message };
  await postCompressed(connection, "/api/deploy2/finish_push", finish, signal);
  if (isDryRun) return { type: "rehearsed", indexes: indexChange(schemaChange.indexDiffs[""]) };
  const active = await activePush(connection, signal);
  if (active === null) throw new CommandError("The deployment runs no push: it was changed meanwhile.");
  return active.id === before?.id ? { type: "unchanged" } : { type: "pushed", report: active.report };
}

async function activePush(connection: Connection, signal: AbortSignal): Promise<PushRecord | null> {
  const { pushes } = (await ask(connection, "/api/epigraph/pushes", null, signal)) as {
    readonly pushes: readonly PushRecord[];
  };
  return pushes.find(({ isActive }) => isActive) ?? null;
}

interface ConfigHashes {
  readonly moduleHashes: readonly {
    readonly path: string;
    readonly hash: string;
    readonly environment: string;
  }[];
}

interface IndexDiff {
  readonly added_indexes: readonly NamedIndex[];
  readonly removed_indexes: readonly NamedIndex[];
}

interface NamedIndex {
  readonly name: string;
}

function pushRequest({ functionsPath, config }: App, bundle: AppBundle, hashes: ConfigHashes): object {
  const known = new Set(
    hashes.moduleHashes.map(({ path, environment, hash }) => `${path} ${environment} ${hash}`),
  );
  const auth = bundle.authConfig;
  const modules: readonly BundledModule[] = [
    ...bundle.modules,
    ...(auth === null ? [] : [{ ...auth, path: "auth.config.js", environment: "isolate" as const }]),
  ];
  const hashed = modules.map((module) => ({ module, sha256: hashOf(module) }));
  const isKnown = ({ module, sha256 }: (typeof hashed)[number]): boolean =>
    known.has(`${module.path} ${module.environment} ${sha256}`);
  return {
    forCodegen: false,
    functions: `${functionsPath}/`,
    appDefinition: {
      definition: lone(bundle.definition, "convex.config.js"),
      dependencies: [],
      schema: lone(bundle.schema, "schema.js"),
      changedModules: hashed.filter((each) => !isKnown(each)).map(({ module }) => module),
      unchangedModuleHashes: hashed
        .filter(isKnown)
        .map(({ module: { path, environment }, sha256 }) => ({ path, environment, sha256 })),
      udfServerVersion: /\d+\.\d+\.\d+\S*/.exec(bundle.sdk.origin)?.[0] ?? "0.0.0",
    },
    componentDefinitions: [],
    nodeDependencies: Object.entries(bundle.packages?.versions ?? {}).map(([name, version]) => ({
      name,
      version,
    })),
    ...(config.node.nodeVersion === null ? {} : { nodeVersion: config.node.nodeVersion }),
  };
}

function lone(module: LoneModule | null, path: string): BundledModule | null {
  return module === null ? null : { ...module, path, environment: "isolate" };
}

function hashOf({ source, sourceMap }: BundledModule): string {
  return createHash("sha256").update(source).update(sourceMap).digest("hex");
}

async function waitForSchema(
  connection: Connection,
  body: object,
  onProgress: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const path = "/api/deploy2/wait_for_schema";
    const state = (await ask(connection, path, { ...body, timeoutMs: WAIT_MS }, signal)) as SchemaState;
    if (state.type === "complete") return;
    if (state.type === "failed") throw new CommandError(`Schema validation failed.\n${state.error}`);
    if (state.type === "raceDetected") {
      throw new CommandError("The schema was overwritten by another push: nothing was activated. Try again.");
    }
    onProgress(describeProgress(Object.values(state.components ?? {})));
  }
}

function describeProgress(components: readonly SchemaProgress[]): string {
  const sum = (of: (component: SchemaProgress) => number): number =>
    components.reduce((total, component) => total + of(component), 0);
  const [done, total] = [sum((each) => each.indexesComplete), sum((each) => each.indexesTotal)];
  if (done < total) return `Filling indexes: ${done} of ${total} are ready`;
  return "Checking that documents match the schema";
}

async function postCompressed(
  connection: Connection,
  path: string,
  body: object,
  signal: AbortSignal,
): Promise<unknown> {
  const json = JSON.stringify(body);
  const compressed = await compress(json, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });
  const headers = { "Content-Type": "application/json", "Content-Encoding": "br" };
  const options = { method: "POST", headers, body: new Uint8Array(compressed), signal } as const;
  const response = await send(connection, path, options);
  const text = await response.text();
  if (response.status !== 200) throw answerError({ status: response.status, text });
  return JSON.parse(text) as unknown;
}

function indexChange(diff: IndexDiff | undefined): IndexChange {
  return {
    added: (diff?.added_indexes ?? []).map(({ name }) => name),
    removed: (diff?.removed_indexes ?? []).map(({ name }) => name),
  };
}
