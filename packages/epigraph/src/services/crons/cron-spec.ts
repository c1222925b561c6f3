import { decodeValue } from "../../values/encoded-json.ts";
import { formatSize, valueSize } from "../../values/size.ts";
import { isPlainObject, type JSONValue } from "../../values/value.ts";
import { CronScheduleError, readCronSchedule } from "./cron-schedule.ts";

/** A cron as an app declares it. */
export interface CronSpec {
  /** Unique in its component. */
  readonly name: string;
  /** Canonical path of the function, `dir/file.js:fn`. */
  readonly path: string;
  /** JSON text of the positional arguments. */
  readonly args: string;
  /** JSON text. */
  readonly schedule: string;
}

/** What a function or HTTP action is, by its canonical path; undefined where there is none. */
export type TypeOfFunction = (path: string) => "Query" | "Mutation" | "Action" | "HttpAction" | undefined;

const IDENTIFIER = /^[ -~]*$/;
const MAX_ARGS_BYTES = 1024 * 1024;

/**
 * Reads what `cronJobs().export()` gave, and checks it.
 * @param json its text.
 * @throws CronScheduleError
 */
export function readCronSpecs(json: string, typeOf: TypeOfFunction): readonly CronSpec[] {
  const exported = parse(json);
  if (!isPlainObject(exported)) throw new CronScheduleError("The export of crons must be an object");
  return Object.entries(exported).map(([name, job]) => {
    if (!IDENTIFIER.test(name)) {
      throw new CronScheduleError(
        `Invalid cron identifier ${name}: use ASCII letters that are not control characters`,
      );
    }
    if (!isPlainObject(job)) throw new CronScheduleError(`The cron job '${name}' must be an object`);
    return readSpec(name, job as Readonly<Record<string, unknown>>, typeOf);
  });
}

function readSpec(
  name: string,
  { name: target, args, schedule }: Readonly<Record<string, unknown>>,
  typeOf: TypeOfFunction,
): CronSpec {
  if (typeof target !== "string") {
    throw new CronScheduleError(`The cron job '${name}' must name the function that it schedules`);
  }
  readCronSchedule(schedule);
  const path = canonicalPath(target);
  checkTarget(name, target, typeOf(path));
  return { name, path, args: readArgs(args), schedule: JSON.stringify(schedule) };
}

function checkTarget(name: string, target: string, type: ReturnType<TypeOfFunction>): void {
  const problem = {
    none: "schedules a function that does not exist",
    Query: "schedules a query function, only actions and mutations can be scheduled",
    HttpAction: "schedules an HTTP action, only actions and mutations can be scheduled",
    Mutation: null,
    Action: null,
  }[type ?? "none"];
  if (problem !== null) throw new CronScheduleError(`The cron job '${name}' ${problem}: ${target}`);
}

function readArgs(args: unknown): string {
  if (!Array.isArray(args)) throw new CronScheduleError("The arguments of a cron job must be an array");
  let size: number;
  try {
    size = valueSize(decodeValue(args as JSONValue[]));
  } catch (error) {
    throw new CronScheduleError(`The arguments of a cron job are no values: ${(error as Error).message}`);
  }
  if (size >= MAX_ARGS_BYTES) {
    throw new CronScheduleError(
      `Cron job args too large (${formatSize(size)} > maximum size ${formatSize(MAX_ARGS_BYTES)})`,
    );
  }
  return JSON.stringify(args);
}

/** `messages:send`, or `tasks` for a default export, as the SDK names functions. */
function canonicalPath(target: string): string {
  const colon = target.lastIndexOf(":");
  const [file, fn] = colon < 0 ? [target, "default"] : [target.slice(0, colon), target.slice(colon + 1)];
  return `${file.replace(/\.js$/, "")}.js:${fn}`;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new CronScheduleError(`The export of crons is no JSON: ${(error as Error).message}`);
  }
}
