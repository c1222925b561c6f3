import { type CivilDay, daysInMonth, weekdayOf } from "./civil-days.ts";
import { CronSyntaxError, DAY_OF_MONTH, DAY_OF_WEEK, readField, readValue } from "./cron-fields.ts";

/** Whether a day is meant. */
export type DayRule = (day: CivilDay) => boolean;

const FROM_LAST = /^L(?:-(\d+))?(W)?$/;
const NEAREST = /^(\d+)W$/;
const LAST_WEEKDAY = /^([0-9A-Z]+?)L$/;
const NTH_WEEKDAY = /^([0-9A-Z]+)#(\d+)$/;

/** What a day of month names; null for `*`. @param text in capitals. @throws CronSyntaxError */
export function readDayOfMonth(text: string): DayRule | null {
  const [isFromLast, back = "0", isWeekday] = FROM_LAST.exec(text) ?? [];
  if (isFromLast !== undefined) return fromLast(Number(back), text.includes("-"), isWeekday !== undefined);
  const [, nearest] = NEAREST.exec(text) ?? [];
  if (nearest !== undefined) {
    const wanted = readValue(DAY_OF_MONTH, nearest);
    return (day) => nearestWeekday(day, wanted) === day.day;
  }
  const days = readField(DAY_OF_MONTH, text);
  return days === null ? null : ({ day }) => days.includes(day);
}

/** What a day of week names; null for `*`. @param text in capitals. @throws CronSyntaxError */
export function readDayOfWeek(text: string): DayRule | null {
  if (text === "L") return (day) => weekdayOf(day) === DAY_OF_WEEK.max;
  const [, last] = LAST_WEEKDAY.exec(text) ?? [];
  if (last !== undefined) {
    const wanted = readValue(DAY_OF_WEEK, last);
    return (day) => weekdayOf(day) === wanted && day.day + 7 > daysInMonth(day);
  }
  const [, weekday, count] = NTH_WEEKDAY.exec(text) ?? [];
  if (weekday !== undefined) return nthWeekday(readValue(DAY_OF_WEEK, weekday), Number(count));
  const days = readField(DAY_OF_WEEK, text);
  return days === null ? null : (day) => days.includes(weekdayOf(day));
}

function fromLast(back: number, isCounted: boolean, isWeekday: boolean): DayRule {
  if (isCounted && (back < 1 || back > 30)) {
    throw new CronSyntaxError(`L-${back} is no day of month: it is L- and a number from 1 to 30`);
  }
  return (day) => {
    const wanted = daysInMonth(day) - back;
    return (isWeekday ? nearestWeekday(day, wanted) : wanted) === day.day;
  };
}

function nthWeekday(weekday: number, count: number): DayRule {
  if (count < 1 || count > 5) throw new CronSyntaxError(`#${count} is no week: it is a number from 1 to 5`);
  return (day) => weekdayOf(day) === weekday && Math.ceil(day.day / 7) === count;
}

/** The weekday of the month that is nearest to a day of it; 0 where the month has no such day. */
function nearestWeekday({ year, month }: CivilDay, day: number): number {
  const last = daysInMonth({ year, month });
  if (day < 1 || day > last) return 0;
  switch (weekdayOf({ year, month, day })) {
    case 6:
      return day === 1 ? 3 : day - 1;
    case 0:
      return day === last ? day - 2 : day + 1;
    default:
      return day;
  }
}
