import type { FileStoreSettings } from "./files/open-file-store.ts";
import type { FunctionLimits } from "./functions/function-limits.ts";
import type { Origins, ServerLimits } from "./server/server-parts.ts";
import type { TrustedProxies } from "./server/trusted-proxies.ts";
import type { GivenInstance } from "./services/instance/instance.ts";
import type { JobSettings } from "./services/jobs.ts";

export interface DeploymentOptions {
  /** Made when it is absent. */
  readonly dataFolder: string;
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Null: HTTP actions are under `/http/` of the other port only. */
  readonly sitePort: number | null;
  /** Public URLs, where a proxy gives it others. */
  readonly origins?: Origins;
  /** Whose `Forwarded` and `X-Forwarded-*` headers are believed; those of this machine unless told. */
  readonly proxies?: TrustedProxies;
  /** What differs from `DEFAULT_SERVER_LIMITS`. */
  readonly limits?: Partial<ServerLimits>;
  /** What differs from `DEFAULT_FUNCTION_LIMITS`. */
  readonly functionLimits?: Partial<FunctionLimits>;
  /** Whether clients see neither texts of errors of app code nor its log lines; not unless told. */
  readonly redactErrors?: boolean;
  /** Where the bytes of files are; in the data folder unless told. */
  readonly files?: FileStoreSettings | null;
  /** Name and secret that the operator has chosen; else those of the data folder. */
  readonly instance?: GivenInstance;
  /** Gets what the operator should know, a text at a time. */
  readonly log: (text: string) => void;
  /** Whether events tell what each query and mutation read, wrote and lost against; not unless told. */
  readonly explain?: boolean;
  /** Share of the requests to HTTP actions that is recorded, from 0 to 1; none unless told. */
  readonly recordRequests?: number;
  /** How scheduled functions and crons run; as `DEFAULT_JOB_SETTINGS` says unless told. */
  readonly jobs?: Partial<JobSettings>;
  /** Port on which metrics are served to Prometheus, 0 for any free one; none unless told. */
  readonly metricsPort?: number | null;
  /** Whether spans of executions go to the collector that `OTEL_…` variables of the environment name; not unless told. */
  readonly trace?: boolean;
}
