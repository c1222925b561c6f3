import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Cleanup } from "./database/cleanup.ts";
import type { SchemaProgressListener } from "./database/schema/schema-progress.ts";
import {
  forgetSessionRequests,
  SESSION_REQUESTS_KEPT_MS,
} from "./database/sessions/forget-session-requests.ts";
import type { PushedCode } from "./deploy/analysis.ts";
import type { PushReport } from "./deploy/push-report.ts";
import { EpigraphError } from "./errors/epigraph-error.ts";
import { FileCleanup } from "./files/file-cleanup.ts";
import { FileStorage } from "./files/file-storage.ts";
import type { FileStoreSettings } from "./files/open-file-store.ts";
import { UploadTokens } from "./files/upload-tokens.ts";
import type { ExecutionEvent } from "./functions/execution-event.ts";
import { CachedFunctions } from "./functions/queries/cached-functions.ts";
import { quietTimer } from "./quiet-timer.ts";
import { openObservers, type RunningObservers } from "./running-observers.ts";
import { type RunningParts, startParts, stopParts } from "./running-parts.ts";
import { DashboardAssets } from "./server/dashboard/dashboard-assets.ts";
import { DEFAULT_SERVER_LIMITS, type Origins, type ServerLimits } from "./server/server-parts.ts";
import { type RunningServer, startServer } from "./server/start-server.ts";
import { LOOPBACK, TrustedProxies } from "./server/trusted-proxies.ts";
import { CronControl } from "./services/crons/cron-control.ts";
import { OneTimeLinks } from "./services/dashboard/one-time-links.ts";
import { EnvironmentVariables } from "./services/environment/environment-variables.ts";
import { type GivenInstance, type Instance, loadInstance } from "./services/instance/instance.ts";
import { DEFAULT_JOB_SETTINGS, type JobSettings, Jobs } from "./services/jobs.ts";
import { AdminKeys } from "./services/keys/admin-keys.ts";
import { AuditLog } from "./services/keys/audit-log.ts";
import { StoredKeys } from "./services/keys/stored-keys.ts";
import { RequestRecorder } from "./services/requests/request-recorder.ts";
import { JobControl } from "./services/scheduler/job-control.ts";
import { acquireDataFolder } from "./store/sqlite/data-folder.ts";
import { readVersion } from "./version.ts";

export interface DeploymentOptions {
  /** Made when it is absent. */
  readonly dataFolder: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Null: HTTP actions are under `/http/` of the other port only. */
  readonly sitePort: number | null;
  /** Public URLs, where a proxy gives it others. */
  readonly origins?: Origins;
  /** Whose `Forwarded` and `X-Forwarded-*` headers are believed; those of this machine unless told. */
  readonly proxies?: TrustedProxies;
  /** What differs from `DEFAULT_SERVER_LIMITS`. */
  readonly limits?: Partial<ServerLimits>;
  /** Whether clients see neither texts of errors of app code nor its log lines; not unless told. */
  readonly redactErrors?: boolean;
  /** Where the bytes of files are; in the data folder unless told. */
  readonly files?: FileStoreSettings | null;
  /** Name and secret that the operator has chosen; else those of the data folder. */
  readonly instance?: GivenInstance;
  /** Gets what the operator should know, a text at a time. */
  readonly log: (text: string) => void;
  /** Whether events tell what each query and mutation read, wrote and lost against; not unless told. */
  readonly explain?: boolean;
  /** Whether the last requests to HTTP actions are kept, for whoever develops the app; not unless told. */
  readonly recordRequests?: boolean;
  /** How scheduled functions and crons run; as `DEFAULT_JOB_SETTINGS` says unless told. */
  readonly jobs?: Partial<JobSettings>;
  /** Port on which metrics are served to Prometheus, 0 for any free one; none unless told. */
  readonly metricsPort?: number | null;
  /** Whether spans of executions go to the collector that `OTEL_…` variables of the environment name; not unless told. */
  readonly trace?: boolean;
}

/** One running copy of an app with its data. Nothing of it is global: a process may hold several. */
export class Deployment {
  readonly apiUrl: string;
  readonly siteUrl: string;
  /** The same as the operator's proxy shows them to clients. */
  readonly publicUrls: RunningServer["publicUrls"];
  readonly adminKey: string;
  /** Opens the dashboard without the key. */
  readonly dashboard: OneTimeLinks;
  readonly #parts: RunningParts;
  readonly #server: RunningServer;
  readonly #sessions: Cleanup;
  readonly #jobs: Jobs;
  readonly #files: FileCleanup;
  readonly #observers: RunningObservers;

  private constructor(
    parts: RunningParts,
    server: RunningServer,
    { keys, links }: { readonly keys: AdminKeys; readonly links: OneTimeLinks },
    observers: RunningObservers,
    jobs: Jobs,
  ) {
    this.apiUrl = server.apiUrl;
    this.siteUrl = server.siteUrl;
    this.publicUrls = server.publicUrls;
    this.adminKey = keys.create();
    this.dashboard = links;
    this.#parts = parts;
    this.#server = server;
    this.#observers = observers;
    const { database, log, upkeep } = parts;
    upkeep.begin();
    Promise.all([parts.exports.recover(), parts.imports.recover()]).catch((error: Error) =>
      log(`Looking after exports and imports failed: ${error.message}`),
    );
    this.#files = new FileCleanup({
      database,
      openStore: parts.openStore,
      nowMs: Date.now,
      setTimer: quietTimer,
      isHeld: parts.areFilesHeld,
      onFailure: ({ message }) => log(`Removing deleted files failed, and is tried again later: ${message}`),
    });
    this.#jobs = jobs;
    this.#sessions = new Cleanup({
      remove: (old) => forgetSessionRequests(database, old),
      keptMs: SESSION_REQUESTS_KEPT_MS,
      nowMs: Date.now,
      setTimer: quietTimer,
      onFailure: ({ message }) =>
        log(`Removing old session requests failed, and is tried again later: ${message}`),
    });
  }

  /**
   * Opens the data folder, starts the processes and opens the door.
   * @throws StoreError (`StoreLocked`, `StoreCorrupt`, `StoreVersion`) or EpigraphError (`PortInUse` and its siblings);
   * nothing is left behind then.
   */
  static async start(options: DeploymentOptions): Promise<Deployment> {
    mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 });
    const folder = acquireDataFolder(options.dataFolder);
    let parts: RunningParts | null = null;
    let observers: RunningObservers | null = null;
    try {
      const instance = loadInstance(options.dataFolder, options.instance);
      parts = await startParts(options, folder, instance);
      const storedKeys = new StoredKeys({
        database: parts.database,
        instanceName: instance.name,
        nowMs: Date.now,
        random: randomBytes,
      });
      const keys = new AdminKeys({
        instanceName: instance.name,
        secret: instance.secret,
        stored: storedKeys,
      });
      const links = new OneTimeLinks({
        nowMs: Date.now,
        newToken: () => randomBytes(32).toString("base64url"),
      });
      observers = await openObservers(options, parts, instance.name);
      const requests = options.recordRequests === true ? recordRequests(parts) : null;
      const server = await openDoor(options, parts, { keys, storedKeys, instance, links, requests });
      parts.setPublicUrls(server.publicUrls);
      folder.announce(server.apiUrl);
      return new Deployment(parts, server, { keys, links }, observers, startJobs(options, parts));
    } catch (error) {
      await observers?.close();
      await stopParts(parts);
      folder.release();
      throw error;
    }
  }

  /**
   * Brings code in.
   * @param onProgress told while documents are checked and indexes are filled.
   * @throws AppError or DatabaseError: what is wrong with the app; the old code goes on.
   */
  async push(code: PushedCode, onProgress?: SchemaProgressListener): Promise<PushReport> {
    try {
      return await this.#parts.pusher.push(code, onProgress);
    } finally {
      this.#parts.authenticator.reload();
      this.#parts.upkeep.begin();
    }
  }

  /** What operators may do with crons. */
  get crons(): CronControl {
    return this.#jobs.crons;
  }

  /** Calls back with what executions have to tell. */
  onEvent(listener: (event: ExecutionEvent) => void): void {
    this.#parts.listeners.add(listener);
  }

  /** Calls back when an operator has changed environment variables. */
  onEnvironmentChange(listener: () => void): void {
    this.#parts.environmentListeners.add(listener);
  }

  /** Where Prometheus finds metrics; null where they are not served. */
  get metricsUrl(): string | null {
    return this.#observers.metricsUrl;
  }

  /** Lets running requests end, within limits, then stops everything. */
  async close(): Promise<void> {
    this.#parts.upkeep.close();
    this.#sessions.close();
    this.#files.close();
    await Promise.all([this.#server.close(), this.#jobs.close(this.#parts.closeGraceMs)]);
    await this.#observers.close();
    await stopParts(this.#parts);
    this.#parts.folder.release();
  }
}

function startJobs(
  { jobs }: DeploymentOptions,
  { database, functions, listeners, noticeListeners, log }: RunningParts,
): Jobs {
  const started = new Jobs({
    settings: { ...DEFAULT_JOB_SETTINGS, ...jobs },
    database,
    invoke: (call) => functions.invokePatiently(call),
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    report: log,
    nowMs: Date.now,
    elapsedMs: () => performance.now(),
    random: randomBytes,
    setTimer: quietTimer,
  });
  noticeListeners.add((notice) => started.notice(notice));
  return started;
}

function recordRequests({ listeners }: RunningParts): RequestRecorder {
  const recorder = new RequestRecorder({
    nowMs: Date.now,
    elapsedMs: () => performance.now(),
    newRequestId: () => randomBytes(8).toString("hex"),
  });
  listeners.add(recorder.event);
  return recorder;
}

/** Built when the package is, beside the compiled sources; run from sources, from there too. */
const DASHBOARD_FOLDER = fileURLToPath(new URL("../dist/dashboard", import.meta.url));

function openDoor(
  { host, port, sitePort, log, origins, proxies, limits, redactErrors = false }: DeploymentOptions,
  {
    functions,
    queries,
    database,
    openStore,
    pushes,
    testQueries,
    exports,
    imports,
    uploads,
    logs,
    authConfig,
    authenticator,
    environmentListeners,
    openBackup,
    isWorking,
  }: RunningParts,
  {
    keys,
    storedKeys,
    instance,
    links,
    requests,
  }: {
    readonly keys: AdminKeys;
    readonly storedKeys: StoredKeys;
    readonly instance: Instance;
    readonly links: OneTimeLinks;
    readonly requests: RequestRecorder | null;
  },
): Promise<RunningServer> {
  return startServer(
    {
      functions: new CachedFunctions(functions, queries),
      queries,
      environment: new EnvironmentVariables({
        database,
        authConfig,
        onChange: () => {
          authenticator.reload();
          for (const listener of environmentListeners) listener();
        },
      }),
      authenticator,
      pushes,
      jobs: new JobControl(database),
      crons: new CronControl(database),
      testQueries,
      exports,
      imports,
      uploads,
      logs,
      keys,
      storedKeys,
      audit: new AuditLog({ database, nowMs: Date.now }),
      requests,
      dashboard: {
        assets: new DashboardAssets(DASHBOARD_FOLDER),
        links,
        adminKey: () => keys.create(),
        functionsState: () => functions.state,
      },
      files: {
        storage: new FileStorage({ database, openStore }),
        tokens: new UploadTokens(instance.secret),
        nowMs: Date.now,
      },
      instanceName: instance.name,
      version: readVersion(),
      openBackup,
      isWorking,
      redactErrors,
      origins: origins ?? { api: null, site: null },
      proxies: proxies ?? new TrustedProxies(LOOPBACK),
      limits: { ...DEFAULT_SERVER_LIMITS, ...limits },
      reportFault: (fault, { requestId, path }) =>
        log(`[Request ID: ${requestId}] ${path}: ${describeFault(fault)}`),
    },
    { host, port, sitePort },
  );
}

/** A code of the catalogue says all; where the program was helps only with what nobody foresaw. */
function describeFault(fault: Error): string {
  const isForeseen = fault instanceof EpigraphError && fault.code !== "InternalServerError";
  return isForeseen ? `${fault.code}: ${fault.message}` : (fault.stack ?? fault.message);
}
