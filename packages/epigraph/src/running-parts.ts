import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { CommitterClient } from "./database/committer/committer-client.ts";
import type { CommitterNotice } from "./database/committer/committer-notice.ts";
import { CommitterThread } from "./database/committer/committer-thread.ts";
import { Database } from "./database/database.ts";
import { SchemaUpkeep } from "./database/schema/schema-upkeep.ts";
import { analyseCode, type CodeAnalyserOptions } from "./deploy/analyse-code.ts";
import { Pusher } from "./deploy/push.ts";
import type { Analyse } from "./deploy/push-plan.ts";
import { NodePackages } from "./deploy/remote/node-packages.ts";
import { RemotePushes } from "./deploy/remote/remote-pushes.ts";
import { TestQueries } from "./deploy/test-queries.ts";
import type { DeploymentOptions } from "./deployment-options.ts";
import type { FileStore } from "./files/file-store.ts";
import { openFileStore } from "./files/open-file-store.ts";
import { DEFAULT_ADMISSION_LIMITS } from "./functions/admission.ts";
import type { ExecutionEvent } from "./functions/execution-event.ts";
import { DEFAULT_FUNCTION_LIMITS } from "./functions/function-limits.ts";
import { Queries } from "./functions/queries/queries.ts";
import { RunnerFunctions } from "./functions/runner-functions.ts";
import { quietTimer } from "./quiet-timer.ts";
import type { PublicUrls } from "./server/api/canonical-urls.ts";
import { DEFAULT_SERVER_LIMITS } from "./server/server-parts.ts";
import { AuthConfigEvaluator } from "./services/auth/auth-config-evaluator.ts";
import { Authenticator } from "./services/auth/authenticator.ts";
import { readAuthProviders } from "./services/auth/stored-auth-config.ts";
import { type OpenBackup, openBackup } from "./services/backup/write-backup.ts";
import { DEFAULT_CRON_SPLAY_SECONDS } from "./services/crons/apply-crons.ts";
import { EnvironmentVariables } from "./services/environment/environment-variables.ts";
import { Exports } from "./services/export/exports.ts";
import { Imports } from "./services/import/imports.ts";
import { Uploads } from "./services/import/uploads.ts";
import type { Instance } from "./services/instance/instance.ts";
import { LogFollowers } from "./services/logs/log-followers.ts";
import { LogHistory } from "./services/logs/log-history.ts";
import { PauseControl } from "./services/pause/pause-control.ts";
import { TransferThread } from "./services/transfer/transfer-thread.ts";
import type { DataFolder } from "./store/sqlite/data-folder.ts";
import { SqliteStore } from "./store/sqlite/sqlite-store.ts";
import type { SnapshotSource } from "./store/store.ts";
import { readVersion } from "./version.ts";

/** What a deployment is made of, below its door. */
export interface RunningParts {
  readonly log: (text: string) => void;
  /** For how long what runs may go on while the deployment closes. */
  readonly closeGraceMs: number;
  readonly folder: DataFolder;
  readonly committer: CommitterThread;
  readonly client: CommitterClient;
  readonly snapshots: SnapshotSource;
  readonly database: Database;
  readonly openStore: () => Promise<FileStore>;
  readonly functions: RunnerFunctions;
  readonly queries: Queries;
  readonly pusher: Pusher;
  readonly pushes: RemotePushes;
  readonly testQueries: TestQueries;
  readonly transfers: TransferThread;
  readonly exports: Exports;
  readonly imports: Imports;
  readonly uploads: Uploads;
  readonly upkeep: SchemaUpkeep;
  readonly logs: LogHistory;
  readonly logFollowers: LogFollowers;
  readonly environment: EnvironmentVariables;
  readonly pause: PauseControl;
  readonly authenticator: Authenticator;
  /** Says where clients reach the deployment, once that is known; before, no code can be evaluated. */
  readonly setPublicUrls: (urls: PublicUrls) => void;
  readonly listeners: Set<(event: ExecutionEvent) => void>;
  readonly environmentListeners: Set<() => void>;
  readonly noticeListeners: Set<(notice: CommitterNotice) => void>;
  /** Backs everything up; until it is closed, no bytes of files go. */
  readonly openBackup: () => Promise<OpenBackup>;
  readonly areFilesHeld: () => boolean;
  /** Whether the committer can still commit. */
  readonly isWorking: () => boolean;
}

const TOKEN_BYTES = 16;
const REQUEST_ID_BYTES = 8;

/** About one for each processor beside the one that main and the committer share, and a second one in any case. */
function runnerCount(): number {
  return Math.max(2, availableParallelism() - 1);
}

/** Starts the processes. @throws StoreError; nothing is left behind then. */
export async function startParts(
  {
    dataFolder,
    log,
    limits,
    functionLimits,
    jobs,
    files,
    explain = false,
    trace = false,
    redactErrors = false,
  }: DeploymentOptions,
  folder: DataFolder,
  instance: Instance,
): Promise<RunningParts> {
  let functions: RunnerFunctions | null = null;
  let queries: Queries | null = null;
  const fileSettings = files ?? { type: "local", folder: join(dataFolder, "files") };
  const openStore = once(() => openFileStore(fileSettings));
  if (fileSettings.type === "local") await openStore();
  let isWorking = true;
  let holds = 0;
  // What a killed process left of a backup goes.
  const draftFolder = join(dataFolder, "drafts");
  rmSync(draftFolder, { recursive: true, force: true });
  const noticeListeners = new Set<(notice: CommitterNotice) => void>();
  const committer = await CommitterThread.start({
    dataFolder,
    onNotice: (notice) => {
      // Before the answers in it are handed on: whoever has one must not be shown what was before it.
      queries?.notice(notice);
      functions?.notice(notice);
      for (const listener of noticeListeners) listener(notice);
    },
    onStopped: (error) => {
      isWorking = false;
      log(error.message);
    },
  });
  const client = await committer.connect("main");
  const snapshots = new SqliteStore(dataFolder).openSnapshots();
  const logs = new LogHistory({ nowMs: Date.now });
  const listeners = new Set<(event: ExecutionEvent) => void>([(event) => logs.add(event)]);
  const database = new Database({
    snapshots,
    committer: client,
    nowMs: Date.now,
    random: randomBytes,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  const { concurrent, nodeActions, nodeActionMs, ...timeLimits } = {
    ...DEFAULT_FUNCTION_LIMITS,
    ...functionLimits,
  };
  const onEvent = (event: ExecutionEvent): void => {
    for (const listener of listeners) listener(event);
  };
  functions = new RunnerFunctions({
    init: {
      dataFolder,
      instanceName: instance.name,
      secret: Buffer.from(instance.secret).toString("hex"),
      explain,
      files: fileSettings,
      maxResponseBytes: { ...DEFAULT_SERVER_LIMITS, ...limits }.httpActionResponseBytes,
      timeLimits,
      node: { timeMs: nodeActionMs, processes: nodeActions },
      committer: committer.address,
    },
    size: runnerCount(),
    report: log,
    snapshots,
    limits: { ...DEFAULT_ADMISSION_LIMITS, concurrent },
    onEvent,
  });
  const newToken = (): string => randomBytes(TOKEN_BYTES).toString("hex");
  let builtIn: Readonly<Record<string, string>> = {};
  const running = functions;
  running.setTellCalls(trace);
  const logFollowers = new LogFollowers({
    setTimer: quietTimer,
    // Spans have them in any case.
    onChange: (isFollowed) => running.setTellCalls(trace || isFollowed),
  });
  queries = new Queries({
    run: (call, trace) => running.trace(call, trace),
    onEvent,
    watch: () => committer.watch(),
    unwatch: () => committer.unwatch(),
    setTimer: quietTimer,
    nowMs: Date.now,
    random: Math.random,
    newRequestId: () => randomBytes(REQUEST_ID_BYTES).toString("hex"),
  });
  const analyser: CodeAnalyserOptions = {
    run: (request) => running.analyse(request),
    builtIn: () => builtIn,
  };
  const authConfig = new AuthConfigEvaluator(analyser);
  const authenticator = new Authenticator({
    readProviders: () => database.read(readAuthProviders),
    nowMs: Date.now,
    isRedacted: redactErrors,
  });
  const environmentListeners = new Set<() => void>();
  const environment = new EnvironmentVariables({
    database,
    authConfig,
    onChange: () => {
      authenticator.reload();
      for (const listener of environmentListeners) listener();
    },
  });
  const analyse: Analyse = (code, environment, phase) => analyseCode(analyser, code, environment, phase);
  const pusher = new Pusher({
    database,
    authConfig,
    analyse,
    cronSplaySeconds: jobs?.cronSplaySeconds ?? DEFAULT_CRON_SPLAY_SECONDS,
  });
  const testQueries = new TestQueries({
    database,
    analyse,
    run: (call, modules) => running.testQuery(call, modules),
  });
  const upkeep = new SchemaUpkeep({
    database,
    removeEntries: (index) => committer.dropIndexEntries(index),
    abandonUnfinished: async () => {
      const isMoreToCome = pushes.forgetExpired();
      await pusher.abandonUnfinished();
      return isMoreToCome;
    },
    report: log,
  });
  const pushes = new RemotePushes({
    database,
    pusher,
    packages: new NodePackages(join(dataFolder, "packages")),
    newId: newToken,
    elapsedMs: () => performance.now(),
    onChange: () => {
      authenticator.reload();
      upkeep.begin();
    },
  });
  const transfers = new TransferThread(
    { dataFolder, committer: committer.address, files: fileSettings },
    (path, signal) => committer.load(path, signal),
  );
  const common = { database, transfers, nowMs: Date.now, report: log };
  const exports = new Exports({ ...common, folder: join(dataFolder, "exports") });
  const uploads = new Uploads(join(dataFolder, "imports"), newToken);
  const imports = new Imports({ ...common, uploads, onRemoved: () => upkeep.begin() });
  return {
    log,
    closeGraceMs: { ...DEFAULT_SERVER_LIMITS, ...limits }.closeGraceMs,
    folder,
    committer,
    client,
    snapshots,
    database,
    openStore,
    functions,
    queries,
    pusher,
    pushes,
    testQueries,
    transfers,
    exports,
    imports,
    uploads,
    upkeep,
    logs,
    logFollowers,
    environment,
    pause: new PauseControl(database),
    authenticator,
    setPublicUrls: ({ apiUrl, siteUrl }) => {
      builtIn = { CONVEX_CLOUD_URL: apiUrl, CONVEX_SITE_URL: siteUrl };
      running.setBuiltIn(builtIn);
    },
    listeners,
    environmentListeners,
    noticeListeners,
    openBackup: async () => {
      holds++;
      try {
        const backup = await openBackup({
          copyDatabase: (path) => committer.backUp(path),
          fileStore: fileSettings.type === "local" ? await openStore() : null,
          instance,
          version: readVersion(),
          nowMs: Date.now(),
          folder: draftFolder,
        });
        return {
          stream: backup.stream,
          close: async () => {
            holds--;
            await backup.close();
          },
        };
      } catch (error) {
        holds--;
        throw error;
      }
    },
    areFilesHeld: () => holds > 0,
    isWorking: () => isWorking,
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export async function stopParts(parts: RunningParts | null): Promise<void> {
  if (parts === null) return;
  parts.queries.close();
  parts.logFollowers.close();
  await parts.functions.close();
  await parts.transfers.close();
  await parts.client.close();
  parts.snapshots.close();
  await parts.committer.close();
}
