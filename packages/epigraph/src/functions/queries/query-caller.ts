import type { Caller } from "../calls.ts";

/** Who asks for results of queries, with what tells callers apart. */
export interface QueryCaller {
  readonly caller: Caller;
  /** Equal for callers that app code can't tell apart. */
  readonly identity: string;
  /** Whether internal functions may be called. */
  readonly isAdmin: boolean;
}

const NOBODY = "";

export function toQueryCaller(caller: Caller): QueryCaller {
  return { caller, identity: identityText(caller), isAdmin: caller.type === "admin" };
}

function identityText(caller: Caller): string {
  switch (caller.type) {
    case "user":
      return JSON.stringify(caller.identity);
    case "admin":
      return caller.actingAs === null ? NOBODY : JSON.stringify(caller.actingAs);
    default:
      return NOBODY;
  }
}
