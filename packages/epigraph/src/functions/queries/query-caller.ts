import type { Caller } from "../calls.ts";

/** Who asks for results of queries, with what tells callers apart. */
export interface QueryCaller {
  readonly caller: Caller;
  /** Equal for callers that app code can't tell apart. */
  readonly identity: string;
  /** Equal for callers who may call the same functions: internal ones, and those that the host answers for some keys. */
  readonly access: string;
}

const NOBODY = "";

export function toQueryCaller(caller: Caller): QueryCaller {
  return { caller, identity: identityText(caller), access: accessText(caller) };
}

function accessText(caller: Caller): string {
  if (caller.type !== "admin") return "public";
  return caller.rights === "all" ? "admin" : `admin for ${[...caller.rights].sort().join(",")}`;
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
