import { DEFAULT_FUNCTION_LIMITS } from "../../functions/function-limits.ts";
import { LOOPBACK, TrustedProxies } from "../../server/trusted-proxies.ts";
import { DEFAULT_CRON_SPLAY_SECONDS } from "../../services/crons/apply-crons.ts";
import { DEFAULT_PARALLEL_JOBS } from "../../services/scheduler/scheduler.ts";
import {
  parseBetween,
  parseChoice,
  parseInstanceName,
  parseInstanceSecret,
  parseMaxBody,
  parseOrigin,
  parsePort,
  parseProxies,
  parseShare,
  parseSitePort,
  parseSwitch,
  parseText,
} from "./parse-setting.ts";
import type { Setting } from "./setting.ts";

const SECONDS = " of seconds";
const { concurrent, ...LIMITS } = DEFAULT_FUNCTION_LIMITS;

type Described<T> = Pick<Setting<T>, "value" | "text" | "shownDefault" | "env" | "parse"> &
  Partial<Pick<Setting<T>, "hasFlag" | "isSecret" | "choices">>;

/** Whose value is null unless somebody gives one. */
function optional<T>(described: Described<T>): Setting<T | null> {
  return { hasFlag: true, isSecret: false, choices: null, ...described, otherwise: null };
}

function setting<T>(described: Described<T>, otherwise: T): Setting<T> {
  return { hasFlag: true, isSecret: false, choices: null, ...described, otherwise };
}

/** How many of something may run at once. */
function count(env: string, text: string, otherwise: number): Setting<number> {
  const parse = parseBetween(1, 100_000);
  return setting({ value: "<n>", text, shownDefault: String(otherwise), env, parse }, otherwise);
}

/** How long something may run, in seconds. */
function time(env: string, text: string, otherwiseMs: number, last: number): Setting<number> {
  const [parse, otherwise] = [parseBetween(1, last, SECONDS), otherwiseMs / 1000];
  return setting({ value: "<seconds>", text, shownDefault: String(otherwise), env, parse }, otherwise);
}

/** Of S3: known by the names of the environment, for they come from there. */
function s3(env: string, text: string, isSecret = false): Setting<string | null> {
  return optional({
    value: "<text>",
    text,
    shownDefault: "none",
    env,
    parse: parseText,
    hasFlag: false,
    isSecret,
  });
}

/** Everything that can be set of a deployment that runs. Null: as the table says. */
export interface Settings {
  readonly port: number | null;
  /** `off`: HTTP actions have no port of their own. */
  readonly sitePort: number | "off" | null;
  readonly host: string;
  readonly data: string | null;
  readonly cloudOrigin: string | null;
  readonly siteOrigin: string | null;
  readonly trustedProxies: TrustedProxies;
  /** MiB. */
  readonly maxBody: number | null;
  /** Seconds. */
  readonly answerTimeout: number | null;
  readonly redactErrors: boolean;
  readonly instanceName: string | null;
  readonly instanceSecret: string | null;
  readonly maxQueries: number;
  readonly maxMutations: number;
  readonly maxActions: number;
  readonly maxNodeActions: number;
  /** Seconds. */
  readonly queryTimeout: number;
  /** Seconds. */
  readonly actionTimeout: number;
  /** Seconds. */
  readonly nodeActionTimeout: number;
  /** Whether crons run by themselves. */
  readonly crons: boolean | null;
  readonly parallelJobs: number;
  readonly cronSplaySeconds: number;
  /** Share of the requests to HTTP actions that is kept for the dashboard, from 0 to 1. */
  readonly recordRequests: number | null;
  readonly logFormat: "text" | "json";
  readonly logLevel: "info" | "debug";
  readonly metricsPort: number | null;
  readonly otelEndpoint: string | null;
  readonly otelTracesEndpoint: string | null;
  readonly otelDisabled: boolean;
  readonly s3FilesBucket: string | null;
  readonly s3ExportsBucket: string | null;
  readonly s3ImportsBucket: string | null;
  readonly s3ModulesBucket: string | null;
  readonly s3SearchBucket: string | null;
  readonly s3EndpointUrl: string | null;
  readonly awsRegion: string | null;
  readonly awsAccessKeyId: string | null;
  readonly awsSecretAccessKey: string | null;
  readonly awsSessionToken: string | null;
  readonly awsForcePathStyle: string | null;
  readonly awsDisableSse: string | null;
  readonly awsDisableChecksums: string | null;
}

export type SettingKey = keyof Settings;
/** Where each value came from: `--port`, `PORT`, `port in epigraph.config.ts`; null: nobody gave one. */
export type SettingSources = Readonly<Record<SettingKey, string | null>>;

/** The table. The keys are those of `epigraph.config`. */
export const SETTINGS: { readonly [K in SettingKey]: Setting<Settings[K]> } = {
  port: optional({
    value: "<n>",
    text: "Port of the functions API; 0 takes any free one",
    shownDefault: "3210",
    env: "PORT",
    parse: parsePort,
  }),
  sitePort: optional({
    value: "<n>",
    text: "Port of the HTTP actions; 0 takes any free one, off serves them below /http/ of the other port only",
    shownDefault: "3211",
    env: "SITE_PROXY_PORT",
    parse: parseSitePort,
  }),
  host: setting(
    {
      value: "<address>",
      text: "Address to listen on; 0.0.0.0 is every one of the machine",
      shownDefault: "127.0.0.1",
      env: "EPIGRAPH_HOST",
      parse: parseText,
    },
    "127.0.0.1",
  ),
  data: optional({
    value: "<folder>",
    text: "Folder of the data",
    shownDefault: ".epigraph in the app",
    env: "EPIGRAPH_DATA",
    parse: parseText,
  }),
  cloudOrigin: optional({
    value: "<url>",
    text: "Public URL of the functions API, behind a proxy or under a host name",
    shownDefault: "the listener's own",
    env: "CONVEX_CLOUD_ORIGIN",
    parse: parseOrigin,
  }),
  siteOrigin: optional({
    value: "<url>",
    text: "Public URL of the HTTP actions",
    shownDefault: "the listener's own",
    env: "CONVEX_SITE_ORIGIN",
    parse: parseOrigin,
  }),
  trustedProxies: setting(
    {
      value: "<list>",
      text: "Addresses and subnets of proxies whose X-Forwarded-* and Forwarded headers count",
      shownDefault: LOOPBACK,
      env: "EPIGRAPH_TRUSTED_PROXIES",
      parse: parseProxies,
    },
    new TrustedProxies(LOOPBACK),
  ),
  maxBody: optional({
    value: "<MiB>",
    text: "Largest body of a request to an HTTP action, and of its response",
    shownDefault: "20",
    env: "EPIGRAPH_MAX_BODY",
    parse: parseMaxBody,
  }),
  answerTimeout: optional({
    value: "<seconds>",
    text: "Time that an answer may take, and an upload of a file",
    shownDefault: "300",
    env: "HTTP_SERVER_TIMEOUT_SECONDS",
    // What is on its way for two hours counts as left behind.
    parse: parseBetween(1, 6_000, SECONDS),
  }),
  redactErrors: setting(
    {
      value: null,
      text: "Clients get neither texts of errors nor log lines, only the data of a ConvexError and the request's id, by which the log has the rest",
      shownDefault: "false",
      env: "REDACT_LOGS_TO_CLIENT",
      parse: parseSwitch,
    },
    false,
  ),
  instanceName: optional({
    value: "<name>",
    text: "Name of the deployment, the first part of its admin keys; kept in the data folder from then on",
    shownDefault: "epigraph",
    env: "INSTANCE_NAME",
    parse: parseInstanceName,
  }),
  instanceSecret: optional({
    value: "<hex>",
    text: "Secret that admin keys, page cursors and upload URLs are made with: 64 hexadecimal digits; kept in the data folder from then on. Another one makes all of them invalid",
    shownDefault: "made at the first start",
    env: "INSTANCE_SECRET",
    parse: parseInstanceSecret,
    hasFlag: false,
    isSecret: true,
  }),
  maxQueries: count(
    "APPLICATION_MAX_CONCURRENT_QUERIES",
    "Queries that run at once; more wait for 5 seconds, then fail",
    concurrent.query,
  ),
  maxMutations: count(
    "APPLICATION_MAX_CONCURRENT_MUTATIONS",
    "Mutations that run at once; more wait for 5 seconds, then fail",
    concurrent.mutation,
  ),
  maxActions: count(
    "APPLICATION_MAX_CONCURRENT_V8_ACTIONS",
    "Actions and HTTP actions that run at once, those in Node among them; more wait for 10 seconds, then fail",
    concurrent.action,
  ),
  maxNodeActions: count(
    "APPLICATION_MAX_CONCURRENT_NODE_ACTIONS",
    "Node actions that run at once in each of the processes that run functions, each in a process of its own",
    LIMITS.nodeActions,
  ),
  queryTimeout: time(
    "EPIGRAPH_QUERY_TIMEOUT_SECS",
    "Time that the JavaScript of a query or mutation may take",
    LIMITS.transactionMs,
    60,
  ),
  actionTimeout: time(
    "V8_ACTION_USER_TIMEOUT_SECS",
    "Time that an action or HTTP action may take",
    LIMITS.actionMs,
    86_400,
  ),
  nodeActionTimeout: time(
    "NODE_ACTION_USER_TIMEOUT_SECS",
    "The same for a Node action",
    LIMITS.nodeActionMs,
    86_400,
  ),
  crons: optional({
    value: null,
    text: "Run the app's crons when their time comes, not only when they are asked for; false in the environment turns them off",
    shownDefault: "off in dev, on in serve",
    env: "EPIGRAPH_CRONS",
    parse: parseSwitch,
  }),
  parallelJobs: setting(
    {
      value: "<n>",
      text: "Scheduled functions that run at once",
      shownDefault: String(DEFAULT_PARALLEL_JOBS),
      env: "EPIGRAPH_PARALLEL_JOBS",
      parse: parseBetween(1, 256),
    },
    DEFAULT_PARALLEL_JOBS,
  ),
  cronSplaySeconds: setting(
    {
      value: "<seconds>",
      text: "Crons start up to so long behind their times, each one always by the same, so that not all start at once",
      shownDefault: String(DEFAULT_CRON_SPLAY_SECONDS),
      env: "CRON_SPLAY_SECONDS",
      parse: parseBetween(0, 3_600),
    },
    DEFAULT_CRON_SPLAY_SECONDS,
  ),
  recordRequests: optional({
    value: "<share>",
    text: "Share of the requests to HTTP actions that is recorded for the dashboard and `epigraph requests`, of which the last 200 are kept: 1 for all, 0.1 for one in ten, 0 for none",
    shownDefault: "1 in dev, 0 in serve",
    env: "EPIGRAPH_RECORD_REQUESTS",
    parse: parseShare,
  }),
  logFormat: setting(
    {
      value: "<format>",
      text: "text: what functions log and how they fail, for people, on standard error; json: a record of every execution, one JSON object a line, on standard output",
      shownDefault: "text",
      env: "EPIGRAPH_LOG_FORMAT",
      choices: ["text", "json"],
      parse: parseChoice<"text" | "json">("text", "json"),
    },
    "text",
  ),
  logLevel: setting(
    {
      value: "<level>",
      text: "debug also tells of every query and mutation what it read and wrote, what it waited for, and what it conflicted with",
      shownDefault: "info",
      env: "EPIGRAPH_LOG",
      choices: ["info", "debug"],
      parse: parseChoice<"debug" | "info">("debug", "info"),
    },
    "info",
  ),
  metricsPort: optional({
    value: "<n>",
    text: "Serve metrics to Prometheus on this port, at /metrics",
    shownDefault: "none",
    env: "EPIGRAPH_METRICS_PORT",
    parse: parsePort,
  }),
  otelEndpoint: optional({
    value: "<url>",
    text: "Spans of executions go to this collector of OpenTelemetry, whose other variables count as well",
    shownDefault: "none",
    env: "OTEL_EXPORTER_OTLP_ENDPOINT",
    parse: parseText,
    hasFlag: false,
  }),
  otelTracesEndpoint: optional({
    value: "<url>",
    text: "The same for spans alone",
    shownDefault: "none",
    env: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    parse: parseText,
    hasFlag: false,
  }),
  otelDisabled: setting(
    {
      value: null,
      text: "true: no spans, whatever else is set",
      shownDefault: "false",
      env: "OTEL_SDK_DISABLED",
      parse: parseSwitch,
      hasFlag: false,
    },
    false,
  ),
  s3FilesBucket: s3("S3_STORAGE_FILES_BUCKET", "Bucket that files are kept in"),
  s3ExportsBucket: s3("S3_STORAGE_EXPORTS_BUCKET", "Must be set with the one of files; not used"),
  s3ImportsBucket: s3("S3_STORAGE_SNAPSHOT_IMPORTS_BUCKET", "Must be set with the one of files; not used"),
  s3ModulesBucket: s3("S3_STORAGE_MODULES_BUCKET", "Must be set with the one of files; not used"),
  s3SearchBucket: s3("S3_STORAGE_SEARCH_BUCKET", "Must be set with the one of files; not used"),
  s3EndpointUrl: s3("S3_ENDPOINT_URL", "URL of a service that is not Amazon's"),
  awsRegion: s3("AWS_REGION", "Region of the buckets"),
  awsAccessKeyId: s3("AWS_ACCESS_KEY_ID", "Credentials of S3; without them, as the AWS SDK finds them"),
  awsSecretAccessKey: s3("AWS_SECRET_ACCESS_KEY", "Credentials of S3", true),
  awsSessionToken: s3("AWS_SESSION_TOKEN", "Credentials of S3", true),
  awsForcePathStyle: s3("AWS_S3_FORCE_PATH_STYLE", "true: the bucket's name is part of the path"),
  awsDisableSse: s3("AWS_S3_DISABLE_SSE", "true: the service is not asked to encrypt"),
  awsDisableChecksums: s3("AWS_S3_DISABLE_CHECKSUMS", "true: only checksums that are required"),
};

export const SETTING_KEYS = Object.keys(SETTINGS) as readonly SettingKey[];
