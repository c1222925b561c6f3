import { isPlainObject } from "../../values/value.ts";
import { randomFraction, type ServiceEffects } from "../timers.ts";
import { weekdayOf } from "./civil-days.ts";
import { CronSyntaxError } from "./cron-fields.ts";
import { type CronTimes, nextTime, readCronExpression } from "./cron-times.ts";

/** When a cron runs. */
export type CronSchedule =
  | { readonly type: "interval"; readonly everyMs: number }
  /** `freeMs`: how far behind those times it may start, where the app leaves that open. */
  | { readonly type: "times"; readonly times: CronTimes; readonly freeMs: number | null };

/** What is wrong with a schedule. */
export class CronScheduleError extends Error {
  override readonly name = "CronScheduleError";
}

const UNIT_MS = { seconds: 1_000, minutes: 60_000, hours: 3_600_000 } as const;
const HOUR_MS = 3_600_000;
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
/** 2000-01-01: whatever never matches from there does not match at all. */
const ANY_INSTANT = 946_684_800_000;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a schedule as `cronJobs()` exports it.
 * @throws CronScheduleError
 */
export function readCronSchedule(json: unknown): CronSchedule {
  if (!isPlainObject(json)) throw new CronScheduleError("A schedule must be an object");
  const fields = json as Fields;
  switch (fields["type"]) {
    case "interval":
      return { type: "interval", everyMs: readInterval(fields) };
    case "hourly":
      return atMinute(fields, "hourly", { hours: "*" });
    case "daily":
      return atMinute(fields, "daily", { hours: hour(fields, "daily") });
    case "weekly": {
      const weekday = WEEKDAYS.indexOf(String(fields["dayOfWeek"]));
      if (weekday < 0)
        throw new CronScheduleError('dayOfWeek must be a string like "monday" in weekly schedule');
      const isDay: CronTimes["isDay"] = (day) => weekdayOf(day) === weekday;
      return atMinute(fields, "weekly", { hours: hour(fields, "weekly"), isDay });
    }
    case "monthly": {
      const wanted = range(fields["day"], 1, 31, "day of month must be 1-31 in monthly schedule");
      const isDay: CronTimes["isDay"] = ({ day }) => day === wanted;
      return atMinute(fields, "monthly", { hours: hour(fields, "monthly"), isDay });
    }
    case "cron":
      return { type: "times", times: readExpression(fields["cron"]), freeMs: null };
    default:
      throw new CronScheduleError(`Unknown type of schedule: ${String(fields["type"])}`);
  }
}

/**
 * The first start strictly after an instant, in milliseconds.
 * @param offsetMs of this cron, from `drawOffset`.
 */
export function nextStart(
  { times }: Extract<CronSchedule, { readonly type: "times" }>,
  offsetMs: number,
  afterMs: number,
): number {
  const found = nextTime(times, afterMs - offsetMs);
  // What never comes was refused when it was read.
  return (found ?? Number.MAX_SAFE_INTEGER) + offsetMs;
}

/** How far behind the times of its schedule a cron starts, for not all to start at once; in whole seconds. */
export function drawOffset(
  schedule: CronSchedule,
  splaySeconds: number,
  effects: Pick<ServiceEffects, "random">,
): number {
  if (schedule.type === "interval") return 0;
  const seconds = schedule.freeMs === null ? splaySeconds : schedule.freeMs / 1000;
  return Math.floor(randomFraction(effects) * seconds) * 1000;
}

function readInterval(fields: Fields): number {
  const units = (["seconds", "minutes", "hours"] as const).filter((unit) => fields[unit] !== undefined);
  const [unit] = units;
  if (unit === undefined || units.length > 1) {
    throw new CronScheduleError("Exactly one of (seconds, minutes, hours) should be specified");
  }
  const amount = fields[unit];
  const everyMs = Number(amount) * UNIT_MS[unit];
  if (!Number.isInteger(amount) || everyMs <= 0 || !Number.isSafeInteger(everyMs)) {
    throw new CronScheduleError("Interval must be an integer greater than 0");
  }
  return everyMs;
}

function atMinute(
  fields: Fields,
  kind: string,
  { hours, isDay = () => true }: { readonly hours: string; readonly isDay?: CronTimes["isDay"] },
): CronSchedule {
  const given = fields["minuteUTC"];
  const minute =
    given === undefined || given === null
      ? null
      : range(given, 0, 59, `minuteUTC must be 0-59 in ${kind} schedule`);
  const times: CronTimes = { minutes: String(minute ?? 0), hours, months: null, isDay, timeZone: "UTC" };
  return { type: "times", times, freeMs: minute === null ? HOUR_MS : null };
}

function hour(fields: Fields, kind: string): string {
  return String(range(fields["hourUTC"], 0, 23, `hourUTC must be 0-23 in ${kind} schedule`));
}

function range(value: unknown, min: number, max: number, text: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new CronScheduleError(text);
}

function readExpression(expression: unknown): CronTimes {
  try {
    if (typeof expression !== "string") throw new CronSyntaxError("it must be a string");
    const times = readCronExpression(expression);
    if (nextTime(times, ANY_INSTANT) !== null) return times;
  } catch (error) {
    if (!(error instanceof CronSyntaxError)) throw error;
    throw new CronScheduleError(`Failed to parse cron expression: ${error.message}`);
  }
  throw new CronScheduleError(`The cron spec "${expression}" will never match any time`);
}
