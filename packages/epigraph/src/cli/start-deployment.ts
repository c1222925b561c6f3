import type { SchemaProgressListener } from "../database/schema/schema-progress.ts";
import type { PushedCode } from "../deploy/analysis.ts";
import type { PushReport } from "../deploy/push-report.ts";
import type { ExecutionEvent } from "../functions/execution-event.ts";
import type { JobSettings } from "../services/jobs.ts";
import { explainDataFolder } from "./data-folder.ts";
import type { CliIo } from "./io.ts";
import { serverRecord } from "./json-log.ts";
import type { Paint } from "./paint.ts";
import { type ServerSettings, toServerSettings } from "./server-settings.ts";
import type { Settings } from "./settings/settings.ts";
import { CommandError } from "./usage-error.ts";

/** A running deployment, as `dev` and `serve` use it. */
export interface ServedDeployment {
  readonly apiUrl: string;
  readonly siteUrl: string;
  /** The same as clients elsewhere see them. */
  readonly publicUrls: { readonly apiUrl: string; readonly siteUrl: string };
  readonly adminKey: string;
  readonly metricsUrl: string | null;
  /** Makes tokens of links to the dashboard, and hears of it when one was used. */
  readonly dashboard: { create(): string; onUse(listener: () => void): void };
  readonly crons: { count(component: string): number };
  push(code: PushedCode, onProgress?: SchemaProgressListener): Promise<PushReport>;
  onEvent(listener: (event: ExecutionEvent) => void): void;
  onEnvironmentChange(listener: () => void): void;
  close(): Promise<void>;
}

/** Starts the deployment of a data folder; rejects with an error of the catalogue when it can't. */
export type StartDeployment = (
  options: ServerSettings & {
    readonly dataFolder: string;
    readonly host: string;
    readonly port: number;
    readonly sitePort: number | null;
    readonly log: (line: string) => void;
    readonly explain: boolean;
    readonly recordRequests: number;
    readonly jobs: JobSettings;
    readonly metricsPort: number | null;
  },
) => Promise<ServedDeployment>;

export interface DeploymentPlace {
  readonly settings: Settings;
  readonly dataFolder: string;
  /** Ports where the settings name none. */
  readonly usualPorts: { readonly port: number; readonly sitePort: number };
  /** Whether anything runs by itself, and whether crons do where the settings don't say. */
  readonly jobs: Pick<JobSettings, "isOn" | "runsCrons">;
  /** Share of the requests that is recorded where the settings don't say. */
  readonly recordRequests: number;
}

export const DEFAULT_PORTS = { port: 3210, sitePort: 3211 };

/**
 * Starts the deployment that `dev` or `serve` was asked for.
 * @throws CommandError when its user can do something about what keeps it from starting.
 */
export async function startDeployment(
  { settings, dataFolder, usualPorts, jobs, recordRequests }: DeploymentPlace,
  io: CliIo,
  start: StartDeployment,
): Promise<ServedDeployment> {
  const { metricsPort } = settings;
  const server = toServerSettings(settings);
  const port = settings.port ?? usualPorts.port;
  const sitePort = settings.sitePort === "off" ? null : (settings.sitePort ?? usualPorts.sitePort);
  const log = operatorLog(settings, io);
  if (server.warning !== null) log(server.warning);
  try {
    return await start({
      ...server,
      dataFolder,
      host: settings.host,
      port,
      sitePort,
      log,
      explain: settings.logLevel === "debug",
      recordRequests: settings.recordRequests ?? recordRequests,
      jobs: {
        isOn: jobs.isOn,
        runsCrons: settings.crons ?? jobs.runsCrons,
        parallel: settings.parallelJobs,
        cronSplaySeconds: settings.cronSplaySeconds,
      },
      metricsPort,
    });
  } catch (error) {
    throw explainStart(error, { sitePort, metricsPort, dataFolder });
  }
}

/** Takes what the operator should know, a text at a time. */
export function operatorLog({ logFormat }: Pick<Settings, "logFormat">, io: CliIo): (text: string) => void {
  return (text) => {
    if (logFormat === "json") io.stdout(serverRecord(text, io.now()));
    else io.stderr(`${text}\n`);
  };
}

/** Where it is found, for people: one line, or two. */
export function describeAddresses({ apiUrl, siteUrl, metricsUrl }: ServedDeployment, paint: Paint): string {
  const urls = `functions at ${paint("bold", apiUrl)}, HTTP actions at ${paint("bold", siteUrl)}`;
  return metricsUrl === null ? urls : `${urls}\nMetrics are at ${paint("bold", metricsUrl)}`;
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
        `Port ${port} is in use, perhaps by the deployment of another app: stop it, or choose another port with ${option} (0 takes any free one).`,
        { cause: error },
      );
    }
    default:
      return explainDataFolder(error, dataFolder);
  }
}
