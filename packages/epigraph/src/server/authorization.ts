import { EpigraphError } from "../errors/epigraph-error.ts";
import type { Caller } from "../functions/calls.ts";
import { type AdminRight, type AdminRights, allows, refusalOf } from "../runtime/runner/caller.ts";
import type { Authenticator } from "../services/auth/authenticator.ts";
import { type ActingIdentity, parseActingIdentity } from "../services/keys/acting-identity.ts";
import { splitAdminCredentials } from "../services/keys/admin-credentials.ts";
import type { ServerParts } from "./server-parts.ts";

/** What a request presents, read but not yet checked. */
export type Credentials =
  | { readonly type: "none" }
  | { readonly type: "bearer"; readonly token: string }
  | { readonly type: "admin"; readonly key: string; readonly actingAs: ActingIdentity | null };

const NO_CREDENTIALS: Credentials = { type: "none" };
const ANONYMOUS: Caller = { type: "anonymous" };

/** Length of `Bearer ` and of `Convex `. */
const SCHEME_LENGTH = 7;
const UNREADABLE = /[^\t\x20-\x7e]/;

/**
 * Reads the `Authorization` header, or the `adminKey` of the query string where there is none.
 * @param query without the question mark.
 * @throws EpigraphError `HeaderParseFailure`, `InvalidHeaderFailure` or `InvalidAdminKey`, all 400
 */
export function parseCredentials(header: string | undefined, query: string): Credentials {
  if (header === undefined) {
    if (!query.includes("adminKey=")) return NO_CREDENTIALS;
    const key = new URLSearchParams(query).get("adminKey");
    return key === null ? NO_CREDENTIALS : parseAdmin(key);
  }
  if (UNREADABLE.test(header)) {
    throw new EpigraphError("HeaderParseFailure", "Malformed Authorization header.");
  }
  // An HTTP parser takes the space off a `Bearer ` that nothing follows.
  const isEmptyBearer = header.toLowerCase() === "bearer";
  if (header.length < SCHEME_LENGTH && !isEmptyBearer) {
    throw new EpigraphError("InvalidHeaderFailure", "Invalid authentication header");
  }
  const scheme = header.slice(0, SCHEME_LENGTH).toLowerCase();
  const rest = header.slice(SCHEME_LENGTH).trim();
  if (scheme === "bearer " && rest !== "") return { type: "bearer", token: rest };
  if (scheme === "convex ") return parseAdmin(rest);
  throw new EpigraphError("InvalidAdminKey", "Invalid admin key");
}

function parseAdmin(text: string): Credentials {
  const { key, actingAs } = splitAdminCredentials(text);
  return { type: "admin", key, actingAs: actingAs === null ? null : parseActingIdentity(actingAs) };
}

/** What checks credentials. */
type Checks = Pick<ServerParts, "keys" | "authenticator">;

/**
 * Checks credentials. Only a token that has to be verified takes more than a moment.
 * @throws EpigraphError 401 as a rule, by the promise too.
 */
export function authenticate(
  credentials: Credentials,
  { keys, authenticator }: Checks,
): Caller | Promise<Caller> {
  switch (credentials.type) {
    case "none":
      return ANONYMOUS;
    case "bearer":
      return authenticateUser(credentials.token, authenticator);
    case "admin": {
      const holder = keys.check(credentials.key);
      const { actingAs } = credentials;
      if (actingAs !== null) checkRight(holder.rights, "ActAsUser");
      return { type: "admin", actingAs, ...holder };
    }
  }
}

function authenticateUser(token: string, authenticator: Authenticator): Caller | Promise<Caller> {
  const verified = authenticator.verify(token);
  return verified instanceof Promise
    ? verified.then(({ identity }) => ({ type: "user", identity, token }))
    : { type: "user", identity: verified.identity, token };
}

/**
 * The caller of an HTTP action. The header belongs to the app there: what this server cannot accept does not end the
 * request, only `ctx.auth` refuses.
 */
export function authenticateHttpAction(
  header: string | undefined,
  query: string,
  checks: Checks,
): Caller | Promise<Caller> {
  try {
    const caller = authenticate(parseCredentials(header, query), checks);
    return caller instanceof Promise ? caller.catch(rejected) : caller;
  } catch (error) {
    return rejected(error);
  }
}

function rejected(error: unknown): Caller {
  if (error instanceof EpigraphError) return { type: "rejected", message: error.message };
  throw error;
}

export type AdminCaller = Extract<Caller, { readonly type: "admin" }>;

/** @throws EpigraphError `OperationNotPermitted` */
function checkRight(rights: AdminRights, right: AdminRight): void {
  if (!allows(rights, right)) throw new EpigraphError("OperationNotPermitted", refusalOf(right));
}

/** @throws EpigraphError `BadDeployKey` unless the caller showed an admin key, `OperationNotPermitted` for one that is not for this. */
export function requireRight(caller: Caller, right: AdminRight): AdminCaller {
  const admin = requireAdmin(caller);
  checkRight(admin.rights, right);
  return admin;
}

/** @throws EpigraphError `BadDeployKey` unless the caller showed an admin key. */
export function requireAdmin(caller: Caller): AdminCaller {
  if (caller.type === "admin") return caller;
  throw new EpigraphError(
    "BadDeployKey",
    "The provided deploy key was invalid for this deployment. Double check that the environment this key was generated for matches the desired deployment.",
  );
}
