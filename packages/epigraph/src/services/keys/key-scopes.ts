import type { AdminRight, AdminRights } from "../../runtime/runner/caller.ts";

/** What a key is for: everything, pushing code and its settings, or looking. */
export type KeyScope = "full" | "deploy" | "readOnly";

export const KEY_SCOPES: readonly KeyScope[] = ["full", "deploy", "readOnly"];

const DEPLOY: readonly AdminRight[] = [
  "Deploy",
  "ViewEnvironmentVariables",
  "WriteEnvironmentVariables",
  "ViewLogs",
  "ViewMetrics",
  "ViewData",
];

const READ_ONLY: readonly AdminRight[] = [
  "ViewEnvironmentVariables",
  "ViewLogs",
  "ViewMetrics",
  "ViewData",
  "ViewBackups",
  "DownloadBackups",
  "RunInternalQueries",
  "RunTestQuery",
  "ViewAuditLog",
];

export function rightsOf(scope: KeyScope): AdminRights {
  return scope === "full" ? "all" : scope === "deploy" ? DEPLOY : READ_ONLY;
}
