import { Cron } from "croner";
import { type CivilDay, checkTimeZone, civilDayAt, isSameDay, nextDay } from "./civil-days.ts";
import { type DayRule, readDayOfMonth, readDayOfWeek } from "./cron-days.ts";
import { CronSyntaxError, HOUR, MINUTE, MONTH, readField } from "./cron-fields.ts";

/** Times that repeat: minutes and hours of days, by the clock of a time zone. */
export interface CronTimes {
  /** `*`, or numbers with commas between. */
  readonly minutes: string;
  readonly hours: string;
  readonly months: readonly number[] | null;
  readonly isDay: DayRule;
  readonly timeZone: string;
}

const TIME_ZONE = /^CRON_TZ=(\S+)\s+/;
/** Of any rule that can come true: 29 February on a certain weekday comes every 28 years, or 40 around 2100. */
const HORIZON_DAYS = 41 * 366;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Reads a cron expression: minute, hour, day of month, month, day of week, in UTC unless `CRON_TZ=Area/City ` stands in
 * front.
 * @throws CronSyntaxError
 */
export function readCronExpression(expression: string): CronTimes {
  const [prefix = "", timeZone = "UTC"] = TIME_ZONE.exec(expression) ?? [];
  try {
    checkTimeZone(timeZone);
  } catch {
    throw new CronSyntaxError(`"${timeZone}" is no time zone`);
  }
  const fields = expression.slice(prefix.length).trim().toUpperCase().split(/ +/);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields;
  if (fields.length !== 5 || dayOfWeek === undefined) {
    throw new CronSyntaxError("it has five fields: minute, hour, day of month, month, day of week");
  }
  return {
    minutes: listText(readField(MINUTE, minute as string)),
    hours: listText(readField(HOUR, hour as string)),
    months: readField(MONTH, month as string),
    isDay: eitherDay(readDayOfMonth(dayOfMonth as string), readDayOfWeek(dayOfWeek)),
    timeZone,
  };
}

/** Where both say something, one of them is enough. */
function eitherDay(ofMonth: DayRule | null, ofWeek: DayRule | null): DayRule {
  if (ofMonth === null) return ofWeek ?? (() => true);
  return ofWeek === null ? ofMonth : (day) => ofMonth(day) || ofWeek(day);
}

function listText(values: readonly number[] | null): string {
  return values === null ? "*" : values.join(",");
}

/**
 * The next time strictly after an instant, in milliseconds; null when there is none. Which days are meant is decided
 * here; the library finds the time of the day, where clocks are changed as well: a time that is left out comes when the
 * clock goes on, one that comes twice counts once, and what repeats each hour or minute goes on by itself.
 */
export function nextTime(times: CronTimes, afterMs: number): number | null {
  const { timeZone, months, isDay } = times;
  let day = civilDayAt(afterMs, timeZone);
  for (let i = 0; i < HORIZON_DAYS; i++, day = nextDay(day)) {
    if ((months !== null && !months.includes(day.month)) || !isDay(day)) continue;
    const found = nextTimeOfDay(times, day, afterMs);
    if (found !== null) return found;
  }
  return null;
}

function nextTimeOfDay(
  { minutes, hours, timeZone }: CronTimes,
  day: CivilDay,
  afterMs: number,
): number | null {
  const cron = new Cron(`${minutes} ${hours} ${day.day} ${day.month} *`, {
    timezone: timeZone,
    mode: "5-part",
    paused: true,
  });
  // No zone is further than a day from UTC.
  const fromMs = Math.max(afterMs, Date.UTC(day.year, day.month - 1, day.day) - DAY_MS);
  // The library counts whole seconds, and a time that begins now is not after now.
  let found = cron.nextRun(new Date(fromMs));
  if (found !== null && found.getTime() <= afterMs) found = cron.nextRun(found);
  if (found === null || found.getTime() <= afterMs) return null;
  return isSameDay(civilDayAt(found.getTime(), timeZone), day) ? found.getTime() : null;
}
