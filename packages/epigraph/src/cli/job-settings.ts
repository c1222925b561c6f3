import type { JobSettings } from "../services/jobs.ts";
import { CommandError, UsageError } from "./usage-error.ts";

/** What the command line says about what runs by itself; undefined where it says nothing. */
interface JobFlags {
  readonly crons: boolean;
  readonly parallelJobs: string | undefined;
}

const MAX_PARALLEL_JOBS = 256;
const MAX_SPLAY_SECONDS = 3_600;

/**
 * How far crons are spread comes from the environment, under the name that operators of self-hosted deployments know.
 * @throws UsageError or CommandError which setting can't be used
 */
export function readJobSettings(
  { crons, parallelJobs }: JobFlags,
  env: Readonly<Record<string, string | undefined>>,
): Partial<JobSettings> {
  return {
    runsCrons: crons,
    ...(parallelJobs === undefined ? {} : { parallel: readParallel(parallelJobs) }),
    ...readSplay(env["CRON_SPLAY_SECONDS"] ?? ""),
  };
}

function readParallel(value: string): number {
  const count = Number(value);
  if (/^\d+$/.test(value) && count >= 1 && count <= MAX_PARALLEL_JOBS) return count;
  throw new UsageError(`--parallel-jobs is a number from 1 to ${MAX_PARALLEL_JOBS}, not "${value}".`);
}

function readSplay(value: string): Partial<JobSettings> {
  if (value === "") return {};
  const seconds = Number(value);
  if (/^\d+$/.test(value) && seconds <= MAX_SPLAY_SECONDS) return { cronSplaySeconds: seconds };
  throw new CommandError(`CRON_SPLAY_SECONDS is a number from 0 to ${MAX_SPLAY_SECONDS}, not "${value}".`);
}
