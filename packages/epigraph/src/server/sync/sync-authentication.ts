import { splitAdminCredentials } from "../../services/keys/admin-credentials.ts";
import type { SyncToken } from "../../sync/protocol/client-message.ts";
import type { Accepted } from "../../sync/session/accepted-credentials.ts";
import type { Authenticate } from "../../sync/session/session-identity.ts";
import { authenticate, type Credentials } from "../authorization.ts";
import type { ServerParts } from "../server-parts.ts";

/** Checks credentials that come over a socket as those of requests are. */
export function syncAuthentication(checks: Pick<ServerParts, "keys" | "authenticator">): Authenticate {
  return async function check(token: SyncToken): Promise<Accepted> {
    if (token.type === "User") {
      const { identity, expiresAtMs } = await checks.authenticator.verify(token.token);
      return { caller: { type: "user", identity, token: token.token }, expiresAtMs };
    }
    return { caller: await authenticate(toCredentials(token), checks), expiresAtMs: null };
  };
}

function toCredentials(token: Exclude<SyncToken, { readonly type: "User" }>): Credentials {
  switch (token.type) {
    case "None":
      return { type: "none" };
    case "Admin":
      return { type: "admin", key: splitAdminCredentials(token.key).key, actingAs: token.actingAs };
  }
}
