import { functionArguments } from "./arguments.ts";
import { convexToJson } from "./convex-json.ts";
import { FUNCTION_NAME, REFERENCE_PATH } from "./function-address.ts";
import { getFunctionName, type OptionalRestArgs } from "./functions-api.ts";
import type { AnySchedulable } from "./scheduler.ts";
import type { JSONValue, Value } from "./value-types.ts";

const DAYS_OF_WEEK = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;
type DayOfWeek = (typeof DAYS_OF_WEEK)[number];

export type Interval =
  | { seconds: number; minutes?: undefined; hours?: undefined }
  | { minutes: number; seconds?: undefined; hours?: undefined }
  | { hours: number; seconds?: undefined; minutes?: undefined };
export type Hourly = { minuteUTC?: number };
export type Daily = { hourUTC: number; minuteUTC?: number };
export type Weekly = { dayOfWeek: DayOfWeek; hourUTC: number; minuteUTC?: number };
export type Monthly = { day: number; hourUTC: number; minuteUTC?: number };

/** When a job runs, as the server is told. */
export type Schedule =
  | { type: "cron"; cron: string }
  | { type: "interval"; seconds: number }
  | { type: "interval"; minutes: number }
  | { type: "interval"; hours: number }
  | ({ type: "hourly" } & Hourly)
  | ({ type: "daily" } & Daily)
  | ({ type: "weekly" } & Weekly)
  | ({ type: "monthly" } & Monthly);

export interface CronJob {
  name: string;
  args: JSONValue;
  schedule: Schedule;
}

/**
 * The jobs that `crons.ts` exports as its default.
 *
 * ```ts
 * const crons = cronJobs();
 * crons.interval("clear presence", { seconds: 30 }, internal.presence.clear);
 * export default crons;
 * ```
 */
export function cronJobs(): Crons {
  return new Crons();
}

/** Jobs by identifier: printable ASCII, unique. All times are UTC. */
export class Crons {
  crons: Record<string, CronJob> = {};
  isCrons: true = true;

  /** Runs again and again, the time between two starts being the interval. */
  interval<FuncRef extends AnySchedulable>(
    cronIdentifier: string,
    schedule: Interval,
    functionReference: FuncRef,
    ...args: OptionalRestArgs<FuncRef>
  ): void {
    this.#add(cronIdentifier, toIntervalSchedule(schedule), functionReference, args);
  }

  /** Runs every hour at a minute, which the server chooses where none is given. */
  hourly<FuncRef extends AnySchedulable>(
    cronIdentifier: string,
    functionReference: FuncRef,
    ...args: OptionalRestArgs<FuncRef>
  ): void;
  hourly<FuncRef extends AnySchedulable>(
    cronIdentifier: string,
    schedule: Hourly,
    functionReference: FuncRef,
    ...args: OptionalRestArgs<FuncRef>
  ): void;
  hourly(cronIdentifier: string, ...rest: unknown[]): void {
    const [schedule, reference, args] = isReference(rest[0]) ? [{}, ...rest] : rest;
    const json: Schedule = { type: "hourly", ...minute(schedule as Hourly) };
    this.#add(cronIdentifier, json, reference as AnySchedulable, [args]);
  }

  daily<FuncRef extends AnySchedulable>(
    cronIdentifier: string,
    schedule: Daily,
    functionReference: FuncRef,
    ...args: OptionalRestArgs<FuncRef>
  ): void {
    const json: Schedule = { type: "daily", hourUTC: hour(schedule.hourUTC), ...minute(schedule) };
    this.#add(cronIdentifier, json, functionReference, args);
  }

  weekly<FuncRef extends AnySchedulable>(
    cronIdentifier: string,
    schedule: Weekly,
    functionReference: FuncRef,
    ...args: OptionalRestArgs<FuncRef>
  ): void {
    const { dayOfWeek, hourUTC } = schedule;
    if (!DAYS_OF_WEEK.includes(dayOfWeek)) throw new Error('Day of week must be a string like "monday".');
    const json: Schedule = { type: "weekly", dayOfWeek, hourUTC: hour(hourUTC), ...minute(schedule) };
    this.#add(cronIdentifier, json, functionReference, args);
  }

  /** Runs in the months that have the day. */
  monthly<FuncRef extends AnySchedulable>(
    cronIdentifier: string,
    schedule: Monthly,
    functionReference: FuncRef,
    ...args: OptionalRestArgs<FuncRef>
  ): void {
    const { day, hourUTC } = schedule;
    checkRange("Day of month", day, 1, 31);
    const json: Schedule = { type: "monthly", day, hourUTC: hour(hourUTC), ...minute(schedule) };
    this.#add(cronIdentifier, json, functionReference, args);
  }

  /** Runs as a cron expression says: minute, hour, day of month, month, day of week. */
  cron<FuncRef extends AnySchedulable>(
    cronIdentifier: string,
    cron: string,
    functionReference: FuncRef,
    ...args: OptionalRestArgs<FuncRef>
  ): void {
    this.#add(cronIdentifier, { type: "cron", cron }, functionReference, args);
  }

  /** JSON text of the jobs, for the server. */
  export(): string {
    return JSON.stringify(this.crons);
  }

  #add(identifier: string, schedule: Schedule, reference: AnySchedulable, args: readonly unknown[]): void {
    if (!/^[ -~]*$/.test(identifier)) {
      throw new Error(
        `Invalid cron identifier ${identifier}: use ASCII letters that are not control characters`,
      );
    }
    const functionArgs = functionArguments(args[0] as Record<string, Value> | undefined);
    if (identifier in this.crons) throw new Error(`Cron identifier registered twice: ${identifier}`);
    const job = { name: getFunctionName(reference), args: [convexToJson(functionArgs)], schedule };
    this.crons = { ...this.crons, [identifier]: job };
  }
}

function isReference(candidate: unknown): boolean {
  if (typeof candidate === "string") return true;
  const { [FUNCTION_NAME]: name, [REFERENCE_PATH]: path } = candidate as Record<symbol, unknown>;
  return name !== undefined || path !== undefined;
}

function toIntervalSchedule(interval: Interval): Schedule {
  const units = (["seconds", "minutes", "hours"] as const).filter((unit) => interval[unit] !== undefined);
  const [unit] = units;
  if (unit === undefined || units.length > 1)
    throw new Error("Must specify one of seconds, minutes, or hours");
  const amount = interval[unit]!;
  if (!Number.isInteger(amount) || amount <= 0) throw new Error("Interval must be an integer greater than 0");
  return { type: "interval", [unit]: amount } as Schedule;
}

function hour(hourUTC: number): number {
  checkRange("Hour of day", hourUTC, 0, 23);
  return hourUTC;
}

function minute({ minuteUTC }: Hourly): Hourly {
  if (minuteUTC === undefined) return {};
  checkRange("Minute of hour", minuteUTC, 0, 59);
  return { minuteUTC };
}

function checkRange(what: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new Error(`${what} must be an integer from ${min} to ${max}`);
}
