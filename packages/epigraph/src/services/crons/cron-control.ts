import type { CronRunDocument } from "../../database/crons/cron-documents.ts";
import type { Database } from "../../database/database.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { type CronRow, cronsOf, findCron, runsOf } from "./cron-rows.ts";
import { resumeStart } from "./settle-cron.ts";

/** A cron as operators see it. */
export interface CronView {
  readonly name: string;
  /** `dir/file.js:fn` */
  readonly udfPath: string;
  readonly args: unknown;
  readonly schedule: unknown;
  /** In milliseconds; null while it is paused. */
  readonly nextRun: number | null;
  readonly isPaused: boolean;
  readonly isRunning: boolean;
  /** The newest first. */
  readonly runs: readonly Omit<CronRunDocument, "cron">[];
}

const SOURCE = "operator";

/** What operators may do with the crons of a component. */
export class CronControl {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** All crons, by their names. */
  list(component: string): readonly CronView[] {
    return this.#database.read((transaction) =>
      cronsOf(transaction, component).map(
        ({ _id, name, path, args, schedule, state, isPaused, scheduledMs }) => ({
          name,
          udfPath: path,
          args: JSON.parse(args) as unknown,
          schedule: JSON.parse(schedule) as unknown,
          nextRun: isPaused ? null : scheduledMs,
          isPaused,
          isRunning: state === "running",
          runs: runsOf(transaction, _id)
            .toReversed()
            .map(({ cron: _cron, _id: _run, _creationTime, ...run }) => run),
        }),
      ),
    );
  }

  /** Whether there are any. */
  count(component: string): number {
    return this.#database.read((transaction) => cronsOf(transaction, component).length);
  }

  /**
   * Has it run now, besides the runs of its schedule; where it runs already, once that is over. Also one that is paused.
   * @throws EpigraphError `CronNotFound`
   */
  runNow(component: string, name: string): Promise<void> {
    return this.#change(component, name, (cron, { nowMs }) => {
      const { state } = cron.fields;
      if (state === "running" || state === "ended") cron.change({ isAskedAgain: true });
      else if (state !== "asked") cron.change({ state: "asked", timeMs: nowMs, attempts: 0 });
    });
  }

  /** It does not run by itself until it is resumed; a run that is under way goes on. @throws EpigraphError `CronNotFound` */
  pause(component: string, name: string): Promise<void> {
    return this.#change(component, name, (cron) => {
      cron.change({ isPaused: true, ...(cron.fields.state === "waiting" ? { state: "paused" } : {}) });
    });
  }

  /** It runs by itself again; what it has missed it does not make up for. @throws EpigraphError `CronNotFound` */
  resume(component: string, name: string): Promise<void> {
    return this.#change(component, name, (cron, { nowMs }) => {
      if (!cron.fields.isPaused) return;
      const scheduledMs = resumeStart(cron.fields, nowMs);
      const { state, isExtra } = cron.fields;
      cron.change({ isPaused: false });
      if (state === "paused")
        cron.change({ state: "waiting", scheduledMs, timeMs: scheduledMs, attempts: 0 });
      // By the schedule it has not begun: the run that is under way was asked for.
      else if (state === "asked" || isExtra) cron.change({ scheduledMs });
    });
  }

  #change(
    component: string,
    name: string,
    change: (cron: CronRow, transaction: Transaction) => void,
  ): Promise<void> {
    return this.#database.write(SOURCE, (transaction) => {
      const cron = findCron(transaction, component, name);
      if (cron === null) throw new EpigraphError("CronNotFound", `There is no cron "${name}"`);
      change(cron, transaction);
      cron.change({ revision: cron.fields.revision + 1 });
    });
  }
}
