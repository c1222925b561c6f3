/** A day of the calendar, whatever the time zone. */
export interface CivilDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The day that a clock of the time zone shows. @throws RangeError for a time zone that nobody knows. */
export function civilDayAt(timeMs: number, timeZone: string): CivilDay {
  if (timeZone === "UTC") return fromUtc(timeMs);
  const parts = formatOf(timeZone).formatToParts(timeMs);
  const part = (type: string): number => Number(parts.find((candidate) => candidate.type === type)?.value);
  return { year: part("year"), month: part("month"), day: part("day") };
}

/** @throws RangeError */
export function checkTimeZone(timeZone: string): void {
  formatOf(timeZone);
}

export function nextDay({ year, month, day }: CivilDay): CivilDay {
  return fromUtc(Date.UTC(year, month - 1, day) + DAY_MS);
}

/** Sunday is 0. */
export function weekdayOf({ year, month, day }: CivilDay): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

export function daysInMonth({ year, month }: Omit<CivilDay, "day">): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

export function isSameDay(a: CivilDay, b: CivilDay): boolean {
  return a.day === b.day && a.month === b.month && a.year === b.year;
}

function fromUtc(timeMs: number): CivilDay {
  const date = new Date(timeMs);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      year: "numeric",
      month: "numeric",
      day: "numeric",
    });
    formats.set(timeZone, format);
  }
  return format;
}
