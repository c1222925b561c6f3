import type { EnvironmentChange } from "../../services/environment/environment-rules.ts";
import { isPlainObject } from "../../values/value.ts";
import { requireAdmin } from "../authorization.ts";
import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";
import { optionalString, readJsonBody, requiredArray, requiredString, wrongShape } from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendJson } from "./function-answer.ts";
import { callerOf } from "./function-request.ts";

/** GET /api/list_environment_variables */
export async function getListEnvironmentVariables(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireAdmin(await callerOf(exchange, parts));
  sendJson(exchange, JSON.stringify({ environmentVariables: parts.environment.list() }));
}

/** POST /api/update_environment_variables: all changes or none. */
export async function postUpdateEnvironmentVariables(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireAdmin(await callerOf(exchange, parts));
  const changes = requiredArray(await readJsonBody(exchange), "changes").map(parseChange);
  await parts.environment.update(changes);
  exchange.send(200, corsHeaders(exchange.request), "");
}

function parseChange(change: unknown): EnvironmentChange {
  if (!isPlainObject(change)) throw wrongShape("changes: expected objects");
  const value = optionalString(change, "value");
  if (value?.isWellFormed() === false) throw wrongShape("value: expected valid Unicode");
  return { name: requiredString(change, "name"), value };
}
