import { DatabaseError } from "../../database/database-error.ts";
import { authTokenOf, type Caller, type RequestInfo } from "./caller.ts";
import { displayPath } from "./function-path.ts";

/** What `ctx.meta` needs to know of a call. */
export interface CallFacts {
  readonly path: string;
  readonly kind: "query" | "mutation" | "action" | "http";
  readonly caller: Caller;
  readonly request: RequestInfo;
}

/** The size class of a deployment that is nobody's but its owner's. */
const DEPLOYMENT_CLASS = "s16";

/**
 * Syscalls that ask about the call itself.
 * @returns JSON text; undefined when the name is none of these.
 * @throws DatabaseError
 */
export function runFunctionSyscall(
  { path, kind, caller, request }: CallFacts,
  instanceName: string,
  name: string,
): string | undefined {
  switch (name) {
    case "1.0/getFunctionMetadata":
      return JSON.stringify({
        name: kind === "http" ? path : displayPath(path),
        componentPath: "",
      });
    case "1.0/getDeploymentMetadata":
      return JSON.stringify({ name: instanceName, region: null, class: DEPLOYMENT_CLASS });
    case "1.0/getRequestMetadata":
      if (kind === "query") {
        throw new DatabaseError("InvalidArgument", "Cannot get request metadata in a Query");
      }
      return JSON.stringify({
        scheduledFunctionId: null,
        ...request,
        scheduledBy: undefined,
        authToken: authTokenOf(caller),
      });
    default:
      return undefined;
  }
}
