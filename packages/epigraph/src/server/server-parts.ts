import type { RemotePushes } from "../deploy/remote/remote-pushes.ts";
import type { TestQueries } from "../deploy/test-queries.ts";
import type { FileStorage } from "../files/file-storage.ts";
import type { UploadTokens } from "../files/upload-tokens.ts";
import type { Functions } from "../functions/calls.ts";
import type { Queries } from "../functions/queries/queries.ts";
import { MAX_RESPONSE_BYTES } from "../runtime/runner/response-channel.ts";
import type { Authenticator } from "../services/auth/authenticator.ts";
import type { OpenBackup } from "../services/backup/write-backup.ts";
import type { CronControl } from "../services/crons/cron-control.ts";
import type { EnvironmentVariables } from "../services/environment/environment-variables.ts";
import type { Exports } from "../services/export/exports.ts";
import type { Imports } from "../services/import/imports.ts";
import type { Uploads } from "../services/import/uploads.ts";
import type { AdminKeys } from "../services/keys/admin-keys.ts";
import type { AuditLog } from "../services/keys/audit-log.ts";
import type { StoredKeys } from "../services/keys/stored-keys.ts";
import type { LogFollowers } from "../services/logs/log-followers.ts";
import type { LogHistory } from "../services/logs/log-history.ts";
import type { PauseControl } from "../services/pause/pause-control.ts";
import type { RequestRecorder } from "../services/requests/request-recorder.ts";
import type { JobControl } from "../services/scheduler/job-control.ts";
import { DEFAULT_SESSIONS_LIMITS, type SessionsLimits } from "../sync/sessions.ts";
import { DEFAULT_STREAMS_LIMITS, type StreamsLimits } from "../sync/stream/live-streams.ts";
import type { DashboardParts } from "./dashboard/dashboard-parts.ts";
import type { TrustedProxies } from "./trusted-proxies.ts";

export interface ServerLimits {
  /** Largest body of a request to an HTTP action. */
  readonly httpActionRequestBytes: number;
  /** Largest body that an HTTP action answers with; what is beyond is cut off. */
  readonly httpActionResponseBytes: number;
  /** How long a client waits for the head of an answer before it gets a 408. */
  readonly headTimeoutMs: number;
  /** How long a client may take to send the head of a request, from connecting on; then it gets a 408. */
  readonly requestHeadTimeoutMs: number;
  /** How long a client may take to send a whole request; then its connection is broken. */
  readonly requestTimeoutMs: number;
  /** How long a client that is sent a file may take nothing of it; then its connection is broken. */
  readonly stallTimeoutMs: number;
  /** How long `close` lets running requests end before it breaks their connections. */
  readonly closeGraceMs: number;
  /** Of clients that are connected by a socket. */
  readonly sync: SessionsLimits;
  /** Of clients that read a stream of events. */
  readonly live: StreamsLimits;
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  httpActionRequestBytes: 20 * 1024 * 1024,
  httpActionResponseBytes: MAX_RESPONSE_BYTES,
  headTimeoutMs: 300_000,
  requestHeadTimeoutMs: 60_000,
  // A body may come as slowly as the longest HTTP action runs, which reads it meanwhile.
  requestTimeoutMs: 31 * 60_000,
  stallTimeoutMs: 300_000,
  closeGraceMs: 10_000,
  sync: DEFAULT_SESSIONS_LIMITS,
  live: DEFAULT_STREAMS_LIMITS,
};

/** Public URLs where they differ from what the listeners bind: behind a proxy, or under a host name. */
export interface Origins {
  /** No trailing slash; null: the address of the API listener. */
  readonly api: string | null;
  /** No trailing slash; null: the address of the site listener, or `<api>/http` without one. */
  readonly site: string | null;
}

/** What the door leads to, and how it is set. */
export interface ServerParts {
  readonly functions: Functions;
  /** Results that are kept and watched, for clients that want to see them change. */
  readonly queries: Queries;
  readonly environment: EnvironmentVariables;
  readonly jobs: JobControl;
  readonly crons: CronControl;
  readonly pause: PauseControl;
  readonly pushes: RemotePushes;
  readonly testQueries: TestQueries;
  readonly exports: Exports;
  readonly imports: Imports;
  readonly uploads: Uploads;
  /** What executions have told lately. */
  readonly logs: LogHistory;
  readonly logFollowers: LogFollowers;
  readonly keys: AdminKeys;
  readonly storedKeys: StoredKeys;
  readonly audit: AuditLog;
  /** What the dashboard needs besides what everybody can ask for. */
  readonly dashboard: DashboardParts;
  /** Keeps what goes to and comes from HTTP actions; null where nobody wants it. */
  readonly requests: RequestRecorder | null;
  /** Says who the users are. */
  readonly authenticator: Authenticator;
  readonly files: {
    readonly storage: FileStorage;
    readonly tokens: UploadTokens;
    /** Wall clock in milliseconds, for the age of tokens. */
    readonly nowMs: () => number;
  };
  readonly instanceName: string;
  /** The server's own version, for `/version`. */
  readonly version: string;
  /** Backs everything up; to be closed. */
  readonly openBackup: () => Promise<OpenBackup>;
  /** False once nothing can be written any more, until a restart. */
  readonly isWorking: () => boolean;
  /** Answers show neither texts of errors of app code nor its log lines. */
  readonly redactErrors: boolean;
  readonly origins: Origins;
  /** Whose `Forwarded` and `X-Forwarded-*` headers are believed. */
  readonly proxies: TrustedProxies;
  readonly limits: ServerLimits;
  /** Gets every failure that is the server's own: the caller saw only a general text. */
  readonly reportFault: (
    fault: Error,
    context: { readonly requestId: string; readonly path: string },
  ) => void;
}
