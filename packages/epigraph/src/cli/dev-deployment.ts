import type { SchemaProgressListener } from "../database/schema/schema-progress.ts";
import type { PushedCode } from "../deploy/analysis.ts";
import type { PushReport } from "../deploy/push-report.ts";
import type { ExecutionEvent } from "../functions/execution-event.ts";
import type { JobSettings } from "../services/jobs.ts";
import { explainDataFolder } from "./data-folder.ts";
import { DEFAULT_PORT, DEFAULT_SITE_PORT, type DevOptions } from "./dev-options.ts";
import type { CliIo } from "./io.ts";
import { serverRecord } from "./json-log.ts";
import type { ServerSettings } from "./server-settings.ts";
import { CommandError } from "./usage-error.ts";

/** A running deployment, as `dev` uses it. */
export interface DevDeployment {
  readonly apiUrl: string;
  readonly siteUrl: string;
  /** The same as clients elsewhere see them. */
  readonly publicUrls: { readonly apiUrl: string; readonly siteUrl: string };
  readonly adminKey: string;
  readonly metricsUrl: string | null;
  readonly crons: { count(component: string): number };
  push(code: PushedCode, onProgress?: SchemaProgressListener): Promise<PushReport>;
  onEvent(listener: (event: ExecutionEvent) => void): void;
  onEnvironmentChange(listener: () => void): void;
  close(): Promise<void>;
}

/** Starts the deployment of a data folder; rejects with an error of the catalogue when it can't. */
export type StartDevDeployment = (
  options: ServerSettings & {
    readonly dataFolder: string;
    readonly host: string;
    readonly port: number;
    readonly sitePort: number | null;
    readonly log: (line: string) => void;
    readonly explain: boolean;
    readonly jobs: Partial<JobSettings>;
    readonly metricsPort: number | null;
  },
) => Promise<DevDeployment>;

/**
 * Starts the deployment that `dev` was asked for.
 * @throws CommandError when its user can do something about what keeps it from starting.
 */
export async function startDevDeployment(
  options: DevOptions,
  dataFolder: string,
  io: CliIo,
  start: StartDevDeployment,
): Promise<DevDeployment> {
  // A push that ends at once serves nobody: it must not fail for a port that another app has.
  const usual = options.once ? { port: 0, sitePort: 0 } : { port: DEFAULT_PORT, sitePort: DEFAULT_SITE_PORT };
  const port = options.port ?? usual.port;
  const sitePort = options.sitePort === "off" ? null : (options.sitePort ?? usual.sitePort);
  if (options.server.warning !== null) io.stderr(`${options.server.warning}\n`);
  try {
    return await start({
      ...options.server,
      dataFolder,
      host: options.host,
      port,
      sitePort,
      log: (text) =>
        options.logFormat === "json" ? io.stdout(serverRecord(text, io.now())) : io.stderr(`${text}\n`),
      explain: options.log === "debug",
      // Who only pushes would begin what the next process finds interrupted.
      jobs: { ...options.jobs, isOn: !options.once },
      metricsPort: options.metricsPort,
    });
  } catch (error) {
    throw explainStart(error, { sitePort, metricsPort: options.metricsPort, dataFolder });
  }
}

interface StartParts {
  readonly sitePort: number | null;
  readonly metricsPort: number | null;
  readonly dataFolder: string;
}

/** What keeps a deployment from starting, told by what its user can do about it. */
function explainStart(error: unknown, { sitePort, metricsPort, dataFolder }: StartParts): unknown {
  const { code, cause } = error as Error & { readonly code?: unknown; readonly cause?: unknown };
  switch (code) {
    case "PortInUse": {
      const { port } = cause as { readonly port?: number };
      const option = port === metricsPort ? "--metrics-port" : port === sitePort ? "--site-port" : "--port";
      return new CommandError(
        `Port ${port} is in use, perhaps by the dev command of another app: stop it, or choose another port with ${option} (0 takes any free one).`,
        { cause: error },
      );
    }
    default:
      return explainDataFolder(error, dataFolder);
  }
}
