import type { JobSettings } from "../services/jobs.ts";
import type { LogLevel } from "./log-level.ts";
import type { ServerSettings } from "./server-settings.ts";

/** What `epigraph dev` was asked to do. */
export interface DevOptions {
  /** The app's folder; absolute. */
  readonly dir: string;
  /** Null: not named on the command line. 0: any free port. */
  readonly port: number | null;
  /** `off`: HTTP actions have no port of their own. */
  readonly sitePort: number | "off" | null;
  readonly host: string;
  readonly server: ServerSettings;
  readonly jobs: Partial<JobSettings>;
  /** Data folder, absolute; null for `.epigraph` in the app. */
  readonly data: string | null;
  readonly once: boolean;
  readonly typecheck: "off" | "warn" | "fail";
  readonly log: LogLevel;
  /** Null: metrics are not served. */
  readonly metricsPort: number | null;
  /** How executions are told of: to people, or to programs. */
  readonly logFormat: "text" | "json";
}

export const DEFAULT_PORT = 3210;
export const DEFAULT_SITE_PORT = 3211;
