import { CronScheduleError } from "../services/crons/cron-schedule.ts";
import { type CronSpec, readCronSpecs } from "../services/crons/cron-spec.ts";
import type { Analysis } from "./analysis.ts";
import { appError } from "./app-error.ts";

/**
 * The crons that the app declares.
 * @throws AppError `InvalidCron`
 */
export function readCrons({ modules, httpActions, cronsJson }: Analysis): readonly CronSpec[] {
  if (cronsJson === null) return [];
  try {
    return readCronSpecs(cronsJson, (path) => {
      const colon = path.lastIndexOf(":");
      const name = path.slice(colon + 1);
      if (httpActions.includes(path)) return "HttpAction";
      return modules[path.slice(0, colon)]?.functions.find((candidate) => candidate.name === name)?.udfType;
    });
  } catch (error) {
    if (!(error instanceof CronScheduleError)) throw error;
    throw appError("InvalidCron", error.message);
  }
}
