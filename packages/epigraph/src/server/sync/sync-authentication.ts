import { splitAdminCredentials } from "../../services/keys/admin-credentials.ts";
import type { AdminKeys } from "../../services/keys/admin-keys.ts";
import type { SyncToken } from "../../sync/protocol/client-message.ts";
import type { Accepted, Authenticate } from "../../sync/session/session-identity.ts";
import { authenticate, type Credentials } from "../authorization.ts";

/** Checks credentials that come over a socket as those of requests are. */
export function syncAuthentication(keys: AdminKeys): Authenticate {
  return async function check(token: SyncToken): Promise<Accepted> {
    return { caller: authenticate(toCredentials(token), keys), expiresAtMs: null };
  };
}

function toCredentials(token: SyncToken): Credentials {
  switch (token.type) {
    case "None":
      return { type: "none" };
    case "User":
      return { type: "bearer", token: token.token };
    case "Admin":
      return { type: "admin", key: splitAdminCredentials(token.key).key, actingAs: token.actingAs };
  }
}
