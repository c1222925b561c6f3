/** What `ctx.auth.getUserIdentity()` resolves to: `tokenIdentifier`, `issuer`, `subject`, profile fields and custom claims. */
export interface Identity {
  readonly tokenIdentifier: string;
  readonly [claim: string]: unknown;
}

/** What an admin key may allow, by the names that clients know. */
export type AdminRight =
  | "Deploy"
  | "ViewEnvironmentVariables"
  | "WriteEnvironmentVariables"
  | "PauseDeployment"
  | "UnpauseDeployment"
  | "ViewLogs"
  | "ViewMetrics"
  | "ViewData"
  | "WriteData"
  | "ViewBackups"
  | "CreateBackups"
  | "DownloadBackups"
  | "ImportBackups"
  | "ActAsUser"
  | "RunInternalQueries"
  | "RunInternalMutations"
  | "RunInternalActions"
  | "RunTestQuery"
  | "ViewAuditLog"
  | "ManageKeys";

export type AdminRights = "all" | readonly AdminRight[];

/** What is said to an admin whose key does not allow something; the official tools look for its beginning. */
export function refusalOf(right: AdminRight): string {
  return `You do not have permission to perform this operation: the admin key does not allow ${right}.`;
}

export function allows(rights: AdminRights, right: AdminRight): boolean {
  return rights === "all" || rights.includes(right);
}

export type { Once } from "../../database/once/once.ts";

/** Who calls. Credentials are checked before a call is made; a bad `Authorization` header of an HTTP action travels as `rejected`. */
export type Caller =
  | { readonly type: "anonymous" }
  /** `token`: the one that says so, as it was sent. */
  | { readonly type: "user"; readonly identity: Identity; readonly token: string }
  /** `name`: of the key. */
  | {
      readonly type: "admin";
      readonly actingAs: Identity | null;
      readonly rights: AdminRights;
      readonly name: string;
    }
  /** Only for HTTP actions: the call runs, `ctx.auth.getUserIdentity()` rejects with this text. */
  | { readonly type: "rejected"; readonly message: string };

/** Facts about the request behind a call, for `ctx.meta` and logs. */
export interface RequestInfo {
  /** The `Convex-Request-Id` header, else 16 lowercase hex digits made at the door. */
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** The scheduled function that is behind it all; left out where there is none. */
  readonly scheduledFunctionId?: string;
  /** The request that has scheduled it; apps do not see it. Left out where there is none. */
  readonly scheduledBy?: string;
}

/** The identity that app code sees. @throws Error with the text for app code when the credentials were bad. */
export function identityOf(caller: Caller): Identity | null {
  switch (caller.type) {
    case "anonymous":
      return null;
    case "user":
      return caller.identity;
    case "admin":
      return caller.actingAs;
    case "rejected":
      throw new Error(caller.message);
  }
}

/** The token that the caller's identity comes from; null for those who have none. */
export function authTokenOf(caller: Caller): string | null {
  return caller.type === "user" ? caller.token : null;
}

/** As `identityOf`, for queries and mutations, where bad credentials read as nobody. */
export function quietIdentityOf(caller: Caller): Identity | null {
  return caller.type === "rejected" ? null : identityOf(caller);
}
