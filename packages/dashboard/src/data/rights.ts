/** What a key may allow, by the names that the deployment has for it. */
export type Right =
  | "Deploy"
  | "ViewEnvironmentVariables"
  | "WriteEnvironmentVariables"
  | "ViewLogs"
  | "ViewMetrics"
  | "ViewData"
  | "WriteData"
  | "CreateBackups"
  | "DownloadBackups"
  | "ImportBackups"
  | "ActAsUser"
  | "RunInternalQueries"
  | "RunInternalMutations"
  | "RunInternalActions"
  | "ViewAuditLog";

/** What the key of this tab allows; no list means everything. The deployment checks each request by itself. */
export class Rights {
  readonly #listed: readonly string[];

  constructor(listed: readonly string[]) {
    this.#listed = listed;
  }

  get isFull(): boolean {
    return this.#listed.length === 0;
  }

  allow(right: Right): boolean {
    return this.isFull || this.#listed.includes(right);
  }
}

/** Why a control does nothing. */
export function whyNot(right: Right): string {
  return `Your admin key does not allow ${right}.`;
}
