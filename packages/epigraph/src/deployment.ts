import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { Cleanup } from "./database/cleanup.ts";
import type { SchemaProgressListener } from "./database/schema/schema-progress.ts";
import {
  forgetSessionRequests,
  SESSION_REQUESTS_KEPT_MS,
} from "./database/sessions/forget-session-requests.ts";
import type { PushedCode } from "./deploy/analysis.ts";
import type { PushReport } from "./deploy/push-report.ts";
import type { DeploymentOptions } from "./deployment-options.ts";
import { FileCleanup } from "./files/file-cleanup.ts";
import type { ExecutionEvent } from "./functions/execution-event.ts";
import { quietTimer } from "./quiet-timer.ts";
import { openDoor, recordRequests } from "./running-door.ts";
import { openObservers, type RunningObservers } from "./running-observers.ts";
import { type RunningParts, startParts, stopParts } from "./running-parts.ts";
import type { RunningServer } from "./server/start-server.ts";
import type { CronControl } from "./services/crons/cron-control.ts";
import { OneTimeLinks } from "./services/dashboard/one-time-links.ts";
import { loadInstance } from "./services/instance/instance.ts";
import { DEFAULT_JOB_SETTINGS, Jobs } from "./services/jobs.ts";
import { AdminKeys } from "./services/keys/admin-keys.ts";
import { StoredKeys } from "./services/keys/stored-keys.ts";
import { acquireDataFolder } from "./store/sqlite/data-folder.ts";

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
      const { recordRequests: share = 0 } = options;
      const requests = share > 0 ? recordRequests(share) : null;
      const server = await openDoor(options, parts, { keys, storedKeys, instance, links, requests });
      parts.setPublicUrls(server.publicUrls);
      await followUrls(parts);
      if (parts.pause.isPaused) {
        options.log("This deployment is paused: no function runs until `epigraph resume`.");
      }
      observers.watchLive(server.liveState);
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

/** Code of the app can fail, and must not keep the deployment from starting. */
async function followUrls({ environment, log }: RunningParts): Promise<void> {
  try {
    await environment.followUrls();
  } catch (error) {
    log(`The auth config could not be evaluated with the URLs of now: ${(error as Error).message}`);
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
