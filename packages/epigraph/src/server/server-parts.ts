import type { Caller, Functions, RequestInfo } from "../functions/calls.ts";
import type { EnvironmentVariables } from "../services/environment/environment-variables.ts";
import type { AdminKeys } from "../services/keys/admin-keys.ts";
import type { Client } from "./client-version.ts";

/** What the server puts on the network. */
export interface ServerParts {
  readonly functions: Functions;
  readonly environment: EnvironmentVariables;
  readonly keys: AdminKeys;
  readonly version: string;
  /** Hides error texts and log lines from clients, for production. */
  readonly redactErrors: boolean;
  /** Largest request body of an HTTP action, in bytes. */
  readonly maxRequestBytes: number;
}

/** Facts about one request, worked out when first asked for. */
export interface RequestContext {
  readonly client: Client | null;
  readonly info: RequestInfo;
  /** @throws EpigraphError for bad credentials */
  readonly caller: () => Caller;
}
