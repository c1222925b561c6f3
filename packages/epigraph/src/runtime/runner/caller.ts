/** What `ctx.auth.getUserIdentity()` resolves to: `tokenIdentifier`, `issuer`, `subject`, profile fields and custom claims. */
export interface Identity {
  readonly tokenIdentifier: string;
  readonly [claim: string]: unknown;
}

/** Facts about the request behind a call, for `ctx.meta` and logs. */
export interface RequestInfo {
  /** The `Convex-Request-Id` header, else 16 lowercase hex digits made at the door. */
  readonly requestId: string;
  readonly ip: string | null;
  readonly userAgent: string | null;
}
