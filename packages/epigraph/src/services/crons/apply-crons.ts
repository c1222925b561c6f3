import type { CronDocument } from "../../database/crons/cron-documents.ts";
import { insertSystemDocument } from "../../database/transaction/system-documents.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import type { ServiceEffects } from "../timers.ts";
import { cronsOf, loadCron, trimRuns } from "./cron-rows.ts";
import { drawOffset, nextStart, readCronSchedule } from "./cron-schedule.ts";
import type { CronSpec } from "./cron-spec.ts";

/** Names of crons that a push changes. */
export interface CronDiff {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
}

export interface CronSettings extends Pick<ServiceEffects, "random"> {
  /** Over how many seconds behind their times crons are spread. */
  readonly splaySeconds: number;
}

export const DEFAULT_CRON_SPLAY_SECONDS = 60;

/** A start that is as near as this takes place, whatever the new schedule says. */
const IMMINENT_MS = 30_000;

/** What a push would change. */
export function diffCrons(transaction: Transaction, component: string, specs: readonly CronSpec[]): CronDiff {
  const before = new Map(cronsOf(transaction, component).map((cron) => [cron.name, cron]));
  const names = new Set(specs.map(({ name }) => name));
  const isUpdated = (spec: CronSpec): boolean => {
    const old = before.get(spec.name);
    return old !== undefined && !isSame(old, spec);
  };
  return {
    added: specs.flatMap(({ name }) => (before.has(name) ? [] : [name])).sort(),
    updated: specs.flatMap((spec) => (isUpdated(spec) ? [spec.name] : [])).sort(),
    deleted: [...before.keys()].filter((name) => !names.has(name)).sort(),
  };
}

/** Makes the crons of a component those that a push brings; to be called in the transaction that activates it. */
export function applyCrons(
  transaction: Transaction,
  component: string,
  specs: readonly CronSpec[],
  settings: CronSettings,
): void {
  const wanted = new Map(specs.map((spec) => [spec.name, spec]));
  for (const { _id, name } of cronsOf(transaction, component)) {
    const spec = wanted.get(name);
    wanted.delete(name);
    if (spec === undefined) {
      trimRuns(transaction, _id, 0);
      loadCron(transaction, _id)?.remove();
    } else update(transaction, _id, spec, settings);
  }
  for (const spec of wanted.values()) {
    insertSystemDocument<CronDocument>(transaction, "_cron_jobs", {
      component,
      ...spec,
      ...firstStart(transaction, spec, settings),
      state: "waiting",
      attempts: 0,
      isPaused: false,
      isExtra: false,
      isAskedAgain: false,
      revision: 0,
    });
  }
}

function update(transaction: Transaction, id: string, spec: CronSpec, settings: CronSettings): void {
  const cron = loadCron(transaction, id);
  if (cron === null || isSame(cron.fields, spec)) return;
  const { schedule, state, scheduledMs, revision } = cron.fields;
  cron.change({ path: spec.path, args: spec.args, revision: revision + 1 });
  if (schedule === spec.schedule) return;
  const start = firstStart(transaction, spec, settings);
  cron.change({ schedule: spec.schedule, offsetMs: start.offsetMs });
  // What runs, or has ended, gets its next start by the new schedule in any case.
  const isOnItsWay = state === "running" || state === "ended";
  if (isOnItsWay || (state !== "paused" && scheduledMs <= transaction.nowMs + IMMINENT_MS)) return;
  cron.change({ scheduledMs: start.scheduledMs, ...(state === "asked" ? {} : { timeMs: start.timeMs }) });
}

function firstStart(
  { nowMs }: Transaction,
  spec: CronSpec,
  settings: CronSettings,
): Pick<CronDocument, "offsetMs" | "scheduledMs" | "timeMs"> {
  const schedule = readCronSchedule(JSON.parse(spec.schedule));
  const offsetMs = drawOffset(schedule, settings.splaySeconds, settings);
  const scheduledMs = schedule.type === "interval" ? nowMs : nextStart(schedule, offsetMs, nowMs);
  return { offsetMs, scheduledMs, timeMs: scheduledMs };
}

function isSame(cron: CronSpec, { path, args, schedule }: CronSpec): boolean {
  return cron.path === path && cron.args === args && cron.schedule === schedule;
}
