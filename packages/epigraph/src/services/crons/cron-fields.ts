/** What a field of a cron expression may say. */
export interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names of values, from `min` on. */
  readonly names: readonly string[];
}

export const MINUTE: CronField = { name: "minute", min: 0, max: 59, names: [] };
export const HOUR: CronField = { name: "hour", min: 0, max: 23, names: [] };
export const DAY_OF_MONTH: CronField = { name: "day of month", min: 1, max: 31, names: [] };
export const MONTH: CronField = {
  name: "month",
  min: 1,
  max: 12,
  names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
export const DAY_OF_WEEK: CronField = {
  name: "day of week",
  min: 0,
  max: 6,
  names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};

/** A cron expression is not one. */
export class CronSyntaxError extends Error {
  override readonly name = "CronSyntaxError";
}

const ITEM = /^(\*|[0-9A-Z]+)(?:-([0-9A-Z]+))?(?:\/(\d+))?$/;

/**
 * The values that a field names, ascending; null for `*`.
 * @param text in capitals.
 * @throws CronSyntaxError
 */
export function readField(field: CronField, text: string): readonly number[] | null {
  if (text === "*") return null;
  const values = new Set(text.split(",").flatMap((item) => readItem(field, item)));
  return [...values].sort((a, b) => a - b);
}

/** @throws CronSyntaxError */
export function readValue(field: CronField, text: string): number {
  const { name, min, max, names } = field;
  const named = names.indexOf(text);
  const value = named >= 0 ? named + min : Number(text);
  if (named < 0 && !/^\d{1,4}$/.test(text)) throw new CronSyntaxError(`"${text}" is no ${name}`);
  if (value < min || value > max) {
    throw new CronSyntaxError(`${value} is no ${name}: it is a number from ${min} to ${max}`);
  }
  return value;
}

/** `*`, `5`, `5-10`, `50-10`, each with a step or without one. */
function readItem(field: CronField, item: string): readonly number[] {
  const { name, min, max } = field;
  const [, first = "", last, stepText] = ITEM.exec(item) ?? [];
  if (first === "" || (first === "*" && last !== undefined))
    throw new CronSyntaxError(`"${item}" is no ${name}`);
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step < 1 || step > max) {
    throw new CronSyntaxError(`the step ${step} is no step of a ${name}: it is a number from 1 to ${max}`);
  }
  const from = first === "*" ? min : readValue(field, first);
  const isOpen = first === "*" || (last === undefined && stepText !== undefined);
  const to = isOpen ? max : last === undefined ? from : readValue(field, last);
  const size = max - min + 1;
  // A range may go beyond the end, and on from the beginning.
  const count = from <= to ? to - from + 1 : to - from + 1 + size;
  const values: number[] = [];
  for (let i = 0; i < count; i += step) values.push(((from - min + i) % size) + min);
  return values;
}
