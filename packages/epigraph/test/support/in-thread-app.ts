import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CatalogueCache } from "../../src/database/catalogue/catalogue-cache.ts";
import { Committer } from "../../src/database/committer/committer.ts";
import type { CommitterConnection } from "../../src/database/committer/committer-connection.ts";
import { CommitterNotices } from "../../src/database/committer/committer-notice.ts";
import { LocalCommitterClient } from "../../src/database/committer/local-committer-client.ts";
import { Database } from "../../src/database/database.ts";
import { PageCursors } from "../../src/database/query/page-cursors.ts";
import { analyseCode, type CodeAnalyserOptions } from "../../src/deploy/analyse-code.ts";
import { bundleApp } from "../../src/deploy/bundle.ts";
import { writeGenerated } from "../../src/deploy/codegen/write-generated.ts";
import { prepareModules } from "../../src/deploy/prepare-modules.ts";
import { Pusher } from "../../src/deploy/push.ts";
import type { PushReport } from "../../src/deploy/push-report.ts";
import { TempApp, type TempAppOptions } from "../../src/deploy/testing/temp-app.ts";
import { FileStorage } from "../../src/files/file-storage.ts";
import { LocalFileStore } from "../../src/files/local/local-file-store.ts";
import { UploadTokens } from "../../src/files/upload-tokens.ts";
import { AnalyseJob } from "../../src/functions/analyse-job.ts";
import { CallJob } from "../../src/functions/call-job.ts";
import {
  Disconnect,
  type FunctionCall,
  type FunctionOutcome,
  type HttpActionCall,
  type HttpActionOutcome,
} from "../../src/functions/calls.ts";
import type { ExecutionEvent } from "../../src/functions/execution-event.ts";
import { HttpJob } from "../../src/functions/http-job.ts";
import type { Job } from "../../src/functions/job.ts";
import { DEFAULT_NODE_LIMITS, type NodeLimits } from "../../src/runtime/node/node-limits.ts";
import { type Effects, systemEffects } from "../../src/runtime/runner/effects.ts";
import type { FromRunner } from "../../src/runtime/runner/messages.ts";
import { Runner } from "../../src/runtime/runner/runner.ts";
import { AuthConfigEvaluator } from "../../src/services/auth/auth-config-evaluator.ts";
import { DEFAULT_JOB_SETTINGS, type JobSettings, Jobs } from "../../src/services/jobs.ts";
import type { TestClock } from "../../src/services/testing/test-clock.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import type { SnapshotSource } from "../../src/store/store.ts";

export interface InThreadAppOptions extends TempAppOptions {
  readonly effects?: Partial<Effects>;
  /** The realm's own code, where a test brings a changed one. */
  readonly realmScript?: string;
  /** Whether events tell what transactions did. */
  readonly explain?: boolean;
  /** What the runner has for a committer, where a test comes between. */
  readonly wrapCommitter?: (committer: CommitterConnection) => CommitterConnection;
  /** The same for the snapshots that it reads. */
  readonly wrapSnapshots?: (snapshots: SnapshotSource) => SnapshotSource;
  /** Runs scheduled functions and crons, by these settings; they are off unless told. */
  readonly jobs?: Partial<JobSettings>;
  /** For everything that asks for the time or waits for it, effects of the runner excepted. */
  readonly clock?: TestClock;
  /** What Node processes may use, where it is not the usual. */
  readonly node?: Partial<NodeLimits>;
}

interface Parts {
  readonly database: Database;
  readonly committer: Committer;
  readonly runner: Runner;
  readonly pusher: Pusher;
  readonly jobs: Jobs | null;
  readonly close: () => void;
}

/** A whole app in this thread: real store, committer, runner and realms, without sockets and processes. */
export class InThreadApp implements AsyncDisposable {
  readonly events: ExecutionEvent[] = [];
  /** What the operator was told. */
  readonly reports: string[] = [];
  readonly temp: TempApp;
  readonly #options: InThreadAppOptions;
  readonly #folder: string;
  readonly #jobs = new Map<number, Job>();
  #parts: Parts;
  #lastJob = 0;

  private constructor(files: Readonly<Record<string, string>>, options: InThreadAppOptions) {
    this.temp = new TempApp(files, options);
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), "epigraph-in-thread-"));
    this.#parts = this.#open();
  }

  get database(): Database {
    return this.#parts.database;
  }

  get committer(): Committer {
    return this.#parts.committer;
  }

  get jobs(): Jobs {
    if (this.#parts.jobs === null) throw new Error("Jobs are off in this app");
    return this.#parts.jobs;
  }

  /** Closes everything and opens it again on the data that is there. */
  restart(): void {
    this.#parts.close();
    this.#parts = this.#open();
  }

  #open(): Parts {
    const options = this.#options;
    const store = new SqliteStore(this.#folder);
    const nowMs = options.clock?.nowMs ?? Date.now;
    let jobs: Jobs | null = null;
    const notices = new CommitterNotices((notice) => {
      jobs?.notice(notice);
      if (notice.type !== "group") return;
      for (const { job, answer, ts } of notice.commits) {
        this.#jobs.get(job)?.committed(answer, ts);
        this.#jobs.delete(job);
      }
    });
    const committer = new Committer(store.openWriter(), {
      nowMs,
      onGroup: (ts, touched) => notices.group(ts, touched),
    });
    const snapshots = store.openSnapshots();
    const database = new Database({
      snapshots,
      committer,
      nowMs,
      random: randomBytes,
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    });
    const connection = new LocalCommitterClient(committer, "runner", notices);
    const openStore = async (): Promise<LocalFileStore> => new LocalFileStore(join(this.#folder, "files"));
    const runner = new Runner({
      files: new FileStorage({ database, openStore }),
      uploadTokens: new UploadTokens(new Uint8Array(32).fill(7)),
      snapshots: options.wrapSnapshots?.(snapshots) ?? snapshots,
      committer: options.wrapCommitter?.(connection) ?? connection,
      catalogues: new CatalogueCache(),
      cursors: new PageCursors(new Uint8Array(32).fill(7)),
      effects: { ...systemEffects, nowMs, ...options.effects },
      instanceName: "test",
      send: (message) => this.#receive(message),
      realmScript: options.realmScript,
      explain: options.explain === true,
      node: { ...DEFAULT_NODE_LIMITS, ...options.node },
    });
    const builtIn = { CONVEX_CLOUD_URL: "http://cloud.test", CONVEX_SITE_URL: "http://site.test" };
    runner.receive({ type: "builtIn", variables: builtIn });
    const analyser: CodeAnalyserOptions = {
      run: (request) => {
        const job = new AnalyseJob(request);
        this.#run(job);
        return job.outcome;
      },
      builtIn: () => builtIn,
    };
    const pusher = new Pusher({
      database,
      nowMs,
      cronSplaySeconds: options.jobs?.cronSplaySeconds ?? 0,
      authConfig: new AuthConfigEvaluator(analyser),
      analyse: (code, environment, phase) => analyseCode(analyser, code, environment, phase),
    });
    if (options.jobs !== undefined) {
      jobs = new Jobs({
        settings: { ...DEFAULT_JOB_SETTINGS, cronSplaySeconds: 0, ...options.jobs },
        database,
        invoke: (call) => this.invoke(call),
        emit: (event) => this.events.push(event),
        report: (text) => this.reports.push(text),
        nowMs,
        elapsedMs: () => performance.now(),
        random: randomBytes,
        setTimer: options.clock?.setTimer ?? systemEffects.setTimer,
      });
    }
    const close = (): void => {
      void jobs?.close(0);
      runner.dispose();
      snapshots.close();
      committer.close();
    };
    return { database, committer, runner, pusher, jobs, close };
  }

  /** An app of these files, pushed. */
  static async start(
    files: Readonly<Record<string, string>>,
    options: InThreadAppOptions = {},
  ): Promise<InThreadApp> {
    const app = new InThreadApp(files, options);
    await app.push();
    return app;
  }

  /** Pushes the files as they are now. */
  async push(): Promise<PushReport> {
    const { app } = this.temp;
    writeGenerated(app);
    return await this.#parts.pusher.push(await prepareModules(await bundleApp(app)));
  }

  call(
    kind: FunctionCall["kind"],
    path: string,
    args: object = {},
    options: Partial<FunctionCall> = {},
  ): Promise<FunctionOutcome> {
    return this.invoke({
      kind,
      path: path.replace(":", ".js:"),
      componentPath: "",
      argsJson: JSON.stringify([args]),
      caller: { type: "anonymous" },
      origin: "HttpApi",
      request: REQUEST,
      at: null,
      once: null,
      ...options,
    });
  }

  invoke(call: FunctionCall): Promise<FunctionOutcome> {
    const job = new CallJob(call, (event) => this.events.push(event));
    this.#run(job);
    return job.outcome;
  }

  /** The result of a call that must succeed. */
  async value(kind: FunctionCall["kind"], path: string, args: object = {}): Promise<unknown> {
    const outcome = await this.call(kind, path, args);
    if (outcome.status === "error") throw new Error(outcome.error.message + outcome.error.frames);
    return JSON.parse(outcome.value);
  }

  http(method: string, path: string, options: Partial<HttpActionCall> = {}): Promise<HttpActionOutcome> {
    const [routed = path] = path.split("?");
    const job = new HttpJob(
      {
        method,
        url: `http://site.test${path}`,
        path: routed,
        headers: [],
        body: null,
        caller: { type: "anonymous" },
        request: REQUEST,
        disconnect: new Disconnect(),
        watcher: null,
        ...options,
      },
      (event) => this.events.push(event),
    );
    this.#run(job);
    return job.outcome;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.close();
    rmSync(this.#folder, { recursive: true });
    this.temp[Symbol.dispose]();
  }

  #run(job: Job): void {
    const number = ++this.#lastJob;
    this.#jobs.set(number, job);
    job.start({ job: number, send: (message) => this.#parts.runner.receive(message) });
  }

  #receive(message: FromRunner): void {
    if (message.type === "ready" || message.type === "report") return;
    if (message.type === "explained") {
      const { execution, explanation } = message;
      this.events.push({ type: "explained", ...execution, explanation });
      return;
    }
    if (this.#jobs.get(message.job)?.receive(message) === true) this.#jobs.delete(message.job);
  }
}

const REQUEST = { requestId: "0123456789abcdef", ip: null, userAgent: null };
