import { DEFAULT_SERVER_LIMITS, type Origins, type ServerLimits } from "../server/server-parts.ts";
import { LOOPBACK, TrustedProxies } from "../server/trusted-proxies.ts";
import { type FileSettings, readFileSettings } from "./file-settings.ts";
import { CommandError, UsageError } from "./usage-error.ts";

/** How the deployment is reached from elsewhere, and what it takes. */
export interface ServerSettings extends FileSettings {
  /** Public URLs; null where they are the listeners' own. */
  readonly origins: Origins;
  readonly proxies: TrustedProxies;
  readonly limits: Partial<ServerLimits>;
  /** Clients see neither texts of errors of app code nor its log lines. */
  readonly redactErrors: boolean;
  /** Spans of executions go to a collector. */
  readonly trace: boolean;
}

/** What the command line says about it; undefined where it says nothing. */
interface ServerFlags {
  readonly trustedProxies: string | undefined;
  readonly maxBody: string | undefined;
}

/** Names of OpenTelemetry's own. */
const COLLECTORS = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
const MEBIBYTE = 1024 * 1024;
/** What is on its way for two hours counts as left behind. */
const MAX_TIMEOUT_SECONDS = 6000;

/**
 * Public URLs, redaction, time limits and S3 come from the environment under the names that operators of self-hosted
 * deployments know.
 * @throws UsageError or CommandError which setting can't be used
 */
export function readServerSettings(
  { trustedProxies, maxBody }: ServerFlags,
  env: Readonly<Record<string, string | undefined>>,
): ServerSettings {
  return {
    origins: { api: readOrigin("CONVEX_CLOUD_ORIGIN", env), site: readOrigin("CONVEX_SITE_ORIGIN", env) },
    proxies: readProxies(trustedProxies ?? LOOPBACK),
    limits: { ...(maxBody === undefined ? {} : readMaxBody(maxBody)), ...readTimeout(env) },
    redactErrors: readSwitch("REDACT_LOGS_TO_CLIENT", env),
    trace: COLLECTORS.some((name) => (env[name] ?? "") !== "") && !readSwitch("OTEL_SDK_DISABLED", env),
    ...readFileSettings(env),
  };
}

function readOrigin(name: string, env: Readonly<Record<string, string | undefined>>): string | null {
  const value = env[name] ?? "";
  if (value === "") return null;
  const url = /^https?:\/\//i.test(value) && URL.canParse(value) ? new URL(value) : null;
  if (url === null || url.search !== "" || url.hash !== "") {
    throw new CommandError(
      `${name} is a URL such as https://example.com or https://example.com/backend, not "${value}".`,
    );
  }
  return value.replace(/\/+$/, "");
}

function readSwitch(name: string, env: Readonly<Record<string, string | undefined>>): boolean {
  const value = (env[name] ?? "").toLowerCase();
  if (value === "true" || value === "1") return true;
  if (value === "" || value === "false" || value === "0") return false;
  // A typing error must not show clients what should be kept from them.
  throw new CommandError(`${name} is true or false, not "${env[name]}".`);
}

/** How long a client waits for an answer, which for an upload begins when all of it has come. */
function readTimeout(env: Readonly<Record<string, string | undefined>>): Partial<ServerLimits> {
  const value = env["HTTP_SERVER_TIMEOUT_SECONDS"] ?? "";
  if (value === "") return {};
  const seconds = Number(value);
  if (!/^\d+$/.test(value) || seconds === 0 || seconds > MAX_TIMEOUT_SECONDS) {
    throw new CommandError(
      `HTTP_SERVER_TIMEOUT_SECONDS is a number of seconds from 1 to ${MAX_TIMEOUT_SECONDS}, not "${value}".`,
    );
  }
  const headTimeoutMs = seconds * 1000;
  const { requestTimeoutMs } = DEFAULT_SERVER_LIMITS;
  return { headTimeoutMs, requestTimeoutMs: Math.max(requestTimeoutMs, headTimeoutMs) };
}

function readProxies(list: string): TrustedProxies {
  try {
    return new TrustedProxies(list);
  } catch (error) {
    throw new UsageError(`--trusted-proxies: ${(error as Error).message}.`);
  }
}

function readMaxBody(value: string): Partial<ServerLimits> {
  const mebibytes = Number(value);
  if (!/^\d+$/.test(value) || mebibytes === 0 || !Number.isSafeInteger(mebibytes * MEBIBYTE)) {
    throw new UsageError(`--max-body is a number of MiB, at least 1, not "${value}".`);
  }
  const bytes = mebibytes * MEBIBYTE;
  return { httpActionRequestBytes: bytes, httpActionResponseBytes: bytes };
}
