import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import type { DeploymentOptions } from "./deployment-options.ts";
import { EpigraphError } from "./errors/epigraph-error.ts";
import { FileStorage } from "./files/file-storage.ts";
import { UploadTokens } from "./files/upload-tokens.ts";
import { CachedFunctions } from "./functions/queries/cached-functions.ts";
import type { RunningParts } from "./running-parts.ts";
import { DashboardAssets } from "./server/dashboard/dashboard-assets.ts";
import { DEFAULT_SERVER_LIMITS } from "./server/server-parts.ts";
import { type RunningServer, startServer } from "./server/start-server.ts";
import { LOOPBACK, TrustedProxies } from "./server/trusted-proxies.ts";
import { CronControl } from "./services/crons/cron-control.ts";
import type { OneTimeLinks } from "./services/dashboard/one-time-links.ts";
import type { Instance } from "./services/instance/instance.ts";
import type { AdminKeys } from "./services/keys/admin-keys.ts";
import { AuditLog } from "./services/keys/audit-log.ts";
import type { StoredKeys } from "./services/keys/stored-keys.ts";
import { RequestRecorder } from "./services/requests/request-recorder.ts";
import { JobControl } from "./services/scheduler/job-control.ts";
import { readVersion } from "./version.ts";

/** Keeps the last requests to HTTP actions, a share above 0 of them. */
export function recordRequests(share: number): RequestRecorder {
  return new RequestRecorder({
    nowMs: Date.now,
    elapsedMs: () => performance.now(),
    newRequestId: () => randomBytes(8).toString("hex"),
    random: Math.random,
    share,
  });
}

/** Built when the package is, beside the compiled sources; run from sources, from there too. */
const DASHBOARD_FOLDER = fileURLToPath(new URL("../dist/dashboard", import.meta.url));

/** Opens the ports. @throws EpigraphError `PortInUse` and its siblings */
export function openDoor(
  { host, port, sitePort, log, origins, proxies, limits, redactErrors = false }: DeploymentOptions,
  {
    functions,
    queries,
    database,
    openStore,
    pushes,
    testQueries,
    exports,
    imports,
    uploads,
    logs,
    logFollowers,
    environment,
    pause,
    authenticator,
    openBackup,
    isWorking,
  }: RunningParts,
  {
    keys,
    storedKeys,
    instance,
    links,
    requests,
  }: {
    readonly keys: AdminKeys;
    readonly storedKeys: StoredKeys;
    readonly instance: Instance;
    readonly links: OneTimeLinks;
    readonly requests: RequestRecorder | null;
  },
): Promise<RunningServer> {
  return startServer(
    {
      functions: new CachedFunctions(functions, queries),
      queries,
      environment,
      authenticator,
      pushes,
      jobs: new JobControl(database),
      crons: new CronControl(database),
      pause,
      testQueries,
      exports,
      imports,
      uploads,
      logs,
      logFollowers,
      keys,
      storedKeys,
      audit: new AuditLog(database),
      requests,
      dashboard: {
        assets: new DashboardAssets(DASHBOARD_FOLDER),
        links,
        adminKey: () => keys.create(),
        functionsState: () => functions.state,
      },
      files: {
        storage: new FileStorage({ database, openStore }),
        tokens: new UploadTokens(instance.secret),
        nowMs: Date.now,
      },
      instanceName: instance.name,
      version: readVersion(),
      openBackup,
      isWorking,
      redactErrors,
      origins: origins ?? { api: null, site: null },
      proxies: proxies ?? new TrustedProxies(LOOPBACK),
      limits: { ...DEFAULT_SERVER_LIMITS, ...limits },
      reportFault: (fault, { requestId, path }) =>
        log(`[Request ID: ${requestId}] ${path}: ${describeFault(fault)}`),
    },
    { host, port, sitePort },
  );
}

/** A code of the catalogue says all; where the program was helps only with what nobody foresaw. */
function describeFault(fault: Error): string {
  const isForeseen = fault instanceof EpigraphError && fault.code !== "InternalServerError";
  return isForeseen ? `${fault.code}: ${fault.message}` : (fault.stack ?? fault.message);
}
