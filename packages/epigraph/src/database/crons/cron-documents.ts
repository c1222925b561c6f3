import { systemTable } from "../catalogue/system-tables.ts";
import { findIndex, type Table, type TableIndex } from "../catalogue/table.ts";

/**
 * Where a cron stands.
 * - `waiting`: for its time.
 * - `asked`: somebody wants a run now, besides those of the schedule.
 * - `running`: an action; a mutation is never seen to run.
 * - `ended`: a run is over, and the next one has not been fixed.
 * - `paused`: it does not run by itself.
 */
export type CronState = "waiting" | "asked" | "running" | "ended" | "paused";

/** A document of `_cron_jobs`. */
export interface CronDocument {
  readonly component: string;
  /** The app's identifier. */
  readonly name: string;
  /** Canonical path of the function, `dir/file.js:fn`. */
  readonly path: string;
  /** JSON text of the positional arguments. */
  readonly args: string;
  /** JSON text of the schedule, as the app exported it. */
  readonly schedule: string;
  /** How far behind the time that the schedule says; drawn once, for not all crons to start at once. */
  readonly offsetMs: number;
  readonly state: CronState;
  /** The next start by the schedule, offset included; while one runs or has ended that was due then, its own. */
  readonly scheduledMs: number;
  /** Waiting or asked: when to begin. */
  readonly timeMs: number;
  /** Failures of the server since the last run. */
  readonly attempts: number;
  readonly isPaused: boolean;
  /** The run that runs, or has ended, was asked for: the schedule knows nothing of it. */
  readonly isExtra: boolean;
  /** Another run is wanted once this one is over. */
  readonly isAskedAgain: boolean;
  /** Counts changes by people: whoever began with another one begins anew. */
  readonly revision: number;
}

export type CronRunStatus =
  /** `value`: JSON text, cut where it is `truncated`. */
  | {
      readonly type: "success";
      readonly result: { readonly type: "default" | "truncated"; readonly value: string };
    }
  | { readonly type: "err"; readonly error: string }
  | { readonly type: "canceled"; readonly num_canceled: number };

/** A document of `_cron_runs`: what became of one run. */
export interface CronRunDocument {
  /** Id of the `_cron_jobs` document. */
  readonly cron: string;
  readonly name: string;
  /** In milliseconds: the time it was due, or asked for. */
  readonly ts: number;
  readonly udfPath: string;
  /** JSON text. */
  readonly args: string;
  readonly status: CronRunStatus;
  readonly logLines: { readonly logLines: readonly string[]; readonly isTruncated: boolean };
  /** In seconds. */
  readonly executionTime: number;
}

export const CRONS: Table = systemTable("_cron_jobs");
export const CRONS_BY_STATE_AND_TIME: TableIndex = findIndex(CRONS, "by_state_and_time") as TableIndex;
