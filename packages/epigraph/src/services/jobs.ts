import { systemTable } from "../database/catalogue/system-tables.ts";
import { Cleanup } from "../database/cleanup.ts";
import type { CommitterNotice } from "../database/committer/committer-notice.ts";
import type { Database } from "../database/database.ts";
import type { FunctionCall, FunctionOutcome } from "../functions/calls.ts";
import type { ExecutionEvent } from "../functions/execution-event.ts";
import { DEFAULT_CRON_SPLAY_SECONDS } from "./crons/apply-crons.ts";
import { CronControl } from "./crons/cron-control.ts";
import { CronRunner } from "./crons/cron-runner.ts";
import { JOBS_KEPT_MS, removeOldJobs } from "./scheduler/old-jobs.ts";
import { DEFAULT_PARALLEL_JOBS, Scheduler } from "./scheduler/scheduler.ts";
import { type ServiceEffects, sleep } from "./timers.ts";

export interface JobSettings {
  /** Whether scheduled functions run; otherwise they wait, and so do crons. */
  readonly isOn: boolean;
  /** Whether crons run by themselves. */
  readonly runsCrons: boolean;
  /** How many scheduled functions run at once. */
  readonly parallel: number;
  /** Over how many seconds behind their times crons are spread. */
  readonly cronSplaySeconds: number;
}

export const DEFAULT_JOB_SETTINGS: JobSettings = {
  isOn: true,
  runsCrons: true,
  parallel: DEFAULT_PARALLEL_JOBS,
  cronSplaySeconds: DEFAULT_CRON_SPLAY_SECONDS,
};

export interface JobsOptions extends ServiceEffects {
  readonly settings: JobSettings;
  readonly database: Database;
  /** Runs a function, waiting for a place as long as it takes. */
  readonly invoke: (call: FunctionCall) => Promise<FunctionOutcome>;
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
  readonly emit: (event: ExecutionEvent) => void;
  /** For the operator. */
  readonly report: (text: string) => void;
}

const JOBS = systemTable("_scheduled_jobs").id;
const CRONS = systemTable("_cron_jobs").id;
const STATE = systemTable("_deployment_state").id;

/** Everything of a deployment that runs by itself: scheduled functions, crons, and the removal of old jobs. */
export class Jobs {
  readonly settings: JobSettings;
  readonly crons: CronControl;
  readonly #options: JobsOptions;
  readonly #scheduler: Scheduler;
  readonly #cronRunner: CronRunner;
  readonly #cleanup: Cleanup;

  constructor(options: JobsOptions) {
    const { settings, database, report } = options;
    this.settings = settings;
    this.#options = options;
    this.crons = new CronControl(database);
    this.#scheduler = new Scheduler({ ...options, parallel: settings.parallel });
    this.#cronRunner = new CronRunner({ ...options, isOn: settings.runsCrons });
    this.#cleanup = new Cleanup({
      ...options,
      remove: (old) => removeOldJobs(database, old),
      keptMs: JOBS_KEPT_MS,
      onFailure: ({ message }) =>
        report(`Removing old scheduled functions failed, and is tried again later: ${message}`),
    });
    if (!settings.isOn) return;
    void this.#scheduler.start();
    void this.#cronRunner.start();
  }

  /** What the committer has to tell. */
  notice(notice: CommitterNotice): void {
    if (notice.type !== "group" || notice.touched.length === 0 || !this.settings.isOn) return;
    const isState = notice.touched.includes(STATE);
    if (isState || notice.touched.includes(JOBS)) this.#scheduler.wake();
    if (isState || notice.touched.includes(CRONS)) this.#cronRunner.wake();
  }

  /** Begins nothing more, and lets what runs end. @param graceMs for how long. */
  async close(graceMs: number): Promise<void> {
    this.#cleanup.close();
    const ended = Promise.all([this.#scheduler.close(), this.#cronRunner.close()]);
    await Promise.race([ended, sleep(this.#options, graceMs)]);
  }
}
