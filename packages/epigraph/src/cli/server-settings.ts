import type { FunctionLimits } from "../functions/function-limits.ts";
import { DEFAULT_SERVER_LIMITS, type Origins, type ServerLimits } from "../server/server-parts.ts";
import type { TrustedProxies } from "../server/trusted-proxies.ts";
import type { GivenInstance } from "../services/instance/instance.ts";
import { type FileSettings, readFileSettings } from "./file-settings.ts";
import { SETTING_KEYS, SETTINGS, type Settings } from "./settings/settings.ts";

/** How the deployment is reached from elsewhere, and what it takes. */
export interface ServerSettings extends FileSettings {
  /** Public URLs; null where they are the listeners' own. */
  readonly origins: Origins;
  readonly proxies: TrustedProxies;
  readonly limits: Partial<ServerLimits>;
  readonly functionLimits: FunctionLimits;
  /** Clients see neither texts of errors of app code nor its log lines. */
  readonly redactErrors: boolean;
  /** Spans of executions go to a collector. */
  readonly trace: boolean;
  readonly instance: GivenInstance;
}

const MEBIBYTE = 1024 * 1024;

/** What the settings mean to the server. */
export function toServerSettings(settings: Settings): ServerSettings {
  const { instanceSecret } = settings;
  return {
    origins: { api: settings.cloudOrigin, site: settings.siteOrigin },
    proxies: settings.trustedProxies,
    limits: { ...bodyLimits(settings.maxBody), ...timeLimits(settings) },
    functionLimits: functionLimits(settings),
    redactErrors: settings.redactErrors,
    trace: !settings.otelDisabled && (settings.otelEndpoint ?? settings.otelTracesEndpoint) !== null,
    instance: {
      name: settings.instanceName,
      secret: instanceSecret === null ? null : Buffer.from(instanceSecret, "hex"),
    },
    ...readFileSettings(s3Variables(settings)),
  };
}

function bodyLimits(mebibytes: number | null): Partial<ServerLimits> {
  if (mebibytes === null) return {};
  const bytes = mebibytes * MEBIBYTE;
  return { httpActionRequestBytes: bytes, httpActionResponseBytes: bytes };
}

/**
 * How long a client waits for an answer, which for an upload begins when all of it has come. A body may come as slowly as
 * an HTTP action runs.
 */
function timeLimits({ answerTimeout, actionTimeout }: Settings): Partial<ServerLimits> {
  const { headTimeoutMs, requestTimeoutMs } = DEFAULT_SERVER_LIMITS;
  const answerMs = answerTimeout === null ? headTimeoutMs : answerTimeout * 1000;
  return {
    headTimeoutMs: answerMs,
    requestTimeoutMs: Math.max(requestTimeoutMs, answerMs, (actionTimeout + 60) * 1000),
  };
}

function functionLimits(settings: Settings): FunctionLimits {
  return {
    concurrent: {
      query: settings.maxQueries,
      mutation: settings.maxMutations,
      action: settings.maxActions,
    },
    nodeActions: settings.maxNodeActions,
    transactionMs: settings.queryTimeout * 1000,
    actionMs: settings.actionTimeout * 1000,
    nodeActionMs: settings.nodeActionTimeout * 1000,
  };
}

/** S3 is known by the names of the environment, wherever its settings come from. */
function s3Variables(settings: Settings): Readonly<Record<string, string | undefined>> {
  const keys = SETTING_KEYS.filter((key) => /^(?:s3|aws)/.test(key));
  return Object.fromEntries(keys.map((key) => [SETTINGS[key].env, settings[key]?.toString()]));
}
