import { randomBytes } from "node:crypto";
import { DatabaseError } from "../database/database-error.ts";
import { abandonUnfinished } from "../database/schema/abandon-unfinished.ts";
import { SchemaFailedError } from "../database/schema/schema-failed-error.ts";
import type { SchemaProgressListener } from "../database/schema/schema-progress.ts";
import { type CronSettings, DEFAULT_CRON_SPLAY_SECONDS } from "../services/crons/apply-crons.ts";
import { activatePush } from "./activate-push.ts";
import type { PushedCode } from "./analysis.ts";
import { comparePushes, type PushComparison, readModuleSource } from "./compare-pushes.ts";
import { type PushRecord, readHistory, readRecordedCode } from "./push-history.ts";
import { type PlanParts, type PushAuthor, type PushPlan, planPush, ROOT } from "./push-plan.ts";
import type { PushReport } from "./push-report.ts";
import { StartedPush } from "./started-push.ts";

export interface PusherOptions extends PlanParts {
  /** Wall clock in milliseconds: what the clock says while modules are evaluated. */
  readonly nowMs?: () => number;
  readonly random?: (bytes: number) => Uint8Array;
  /** Over how many seconds behind their times crons are spread. */
  readonly cronSplaySeconds?: number;
}

const SOURCE = "push";
const THIS_PROCESS: PushAuthor = { name: null, message: null };
const IMPORT_SEED_BYTES = 32;

/**
 * Brings code into a deployment, in phases: *plan* evaluates and changes nothing; *start* writes the schema down, whose
 * documents and indexes are then seen to; *finish* swaps code, functions, schema and indexes at once. Until that one
 * transaction nothing that runs notices; if anything is wrong, it never comes. Of several started pushes one wins.
 */
export class Pusher {
  readonly #options: Required<PusherOptions>;
  /** Those that may still be finished. */
  readonly #started = new Set<StartedPush>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: PusherOptions) {
    this.#options = {
      nowMs: Date.now,
      random: randomBytes,
      cronSplaySeconds: DEFAULT_CRON_SPLAY_SECONDS,
      ...options,
    };
  }

  /**
   * Evaluates code; without effect.
   * @throws AppError, DatabaseError or what the analysis throws: what is wrong with the app.
   */
  plan(code: PushedCode): Promise<PushPlan> {
    const { database, analyse, authConfig, random, nowMs } = this.#options;
    const importSeed = Buffer.from(random(IMPORT_SEED_BYTES)).toString("hex");
    return planPush({ database, analyse, authConfig }, { importSeed, importTimeMs: nowMs() }, code);
  }

  /** Submits the schema of a plan. Whoever starts a push ends it: with `finish` or `forget`. */
  async start(plan: PushPlan): Promise<StartedPush> {
    const started = await StartedPush.start(plan);
    this.#started.add(started);
    return started;
  }

  /**
   * Makes a started push the one that runs. Its preparation has to be complete.
   * @throws AppError or DatabaseError: another push has won, the environment or the schema's standing has changed. It can
   * not be finished any more then.
   */
  async finish(started: StartedPush, author: PushAuthor): Promise<PushReport> {
    const { database, nowMs, random, cronSplaySeconds } = this.#options;
    const crons: CronSettings = { random, splaySeconds: cronSplaySeconds };
    try {
      await database.write(SOURCE, (transaction) =>
        activatePush(transaction, started.plan, { author: { ...author, timeMs: nowMs() }, crons }),
      );
    } finally {
      this.forget(started);
    }
    return started.plan.report;
  }

  /** It will not be finished: what it has left in the database is for `abandonUnfinished`. */
  forget(started: StartedPush): void {
    this.#started.delete(started);
  }

  /**
   * All phases at once; one such push at a time, a second one waits.
   * @param onProgress told while documents are checked and indexes are filled.
   * @throws AppError or DatabaseError or what the analysis throws: what is wrong with the app; the old code goes on.
   */
  push(
    code: PushedCode,
    onProgress: SchemaProgressListener = () => {},
    author: PushAuthor = THIS_PROCESS,
  ): Promise<PushReport> {
    const result = this.#last.then(() => this.#push(code, onProgress, author));
    this.#last = result.catch(() => {});
    return result;
  }

  /**
   * Makes the code of an earlier push the one that runs again, as a push of its own: it is evaluated and checked anew.
   * @param recordId of the history.
   * @throws EpigraphError `PushNotFound`, and what `push` throws.
   */
  rollBack(recordId: string, author: PushAuthor): Promise<PushReport> {
    const code = this.#options.database.read((transaction) => readRecordedCode(transaction, recordId));
    return this.push(code, () => {}, author);
  }

  /** The pushes that were activated, the newest first. */
  history(): readonly PushRecord[] {
    return this.#options.database.read(readHistory);
  }

  /** What going from one push of the history to another would change. @throws EpigraphError `PushNotFound` */
  compare(from: string, to: string): PushComparison {
    return this.#options.database.read((transaction) => comparePushes(transaction, from, to));
  }

  /** The code of a module of a push, as it runs; null for none of that path. @throws EpigraphError `PushNotFound` */
  moduleSource(recordId: string, path: string): string | null {
    return this.#options.database.read((transaction) => readModuleSource(transaction, recordId, path));
  }

  /** Drops what pushes that failed, were forgotten or killed have left in the database: their schemas and indexes. */
  abandonUnfinished(): Promise<void> {
    return this.#options.database.write(SOURCE, (transaction) => {
      // The one that was submitted last is the one that is there.
      const latest = [...this.#started].at(-1)?.plan.schemaChange.schema ?? null;
      abandonUnfinished(transaction, ROOT, latest);
    });
  }

  async #push(code: PushedCode, onProgress: SchemaProgressListener, author: PushAuthor): Promise<PushReport> {
    const plan = await this.plan(code);
    if (!plan.report.changed) {
      // Perhaps on the way back from a push that failed.
      await this.abandonUnfinished();
      return plan.report;
    }
    const started = await this.start(plan);
    started.onProgress(onProgress);
    try {
      const preparation = await started.prepared();
      if (preparation?.type === "failed") {
        throw new SchemaFailedError(preparation.error, preparation.tableName);
      }
      if (preparation?.type === "overwritten") {
        throw new DatabaseError("SchemaAlreadyOverwritten", "Schema was overwritten by another push.");
      }
      return await this.finish(started, author);
    } finally {
      this.forget(started);
    }
  }
}
