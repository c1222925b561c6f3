import type { EnvironmentChange } from "../../services/environment/environment-rules.ts";
import { isPlainObject } from "../../values/value.ts";
import { requireRight } from "../authorization.ts";
import { corsHeaders } from "../cors.ts";
import type { Exchange } from "../exchange.ts";
import { optionalString, readJsonBody, requiredArray, requiredString, wrongShape } from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendJson } from "./function-answer.ts";
import { callerOf } from "./function-request.ts";

/** GET /api/list_environment_variables */
export async function getListEnvironmentVariables(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "ViewEnvironmentVariables");
  sendJson(exchange, JSON.stringify({ environmentVariables: parts.environment.list() }));
}

/** POST /api/update_environment_variables: all changes or none. */
export async function postUpdateEnvironmentVariables(exchange: Exchange, parts: ServerParts): Promise<void> {
  const caller = requireRight(await callerOf(exchange, parts), "WriteEnvironmentVariables");
  const changes = requiredArray(await readJsonBody(exchange), "changes").map(parseChange);
  const before = parts.environment.list();
  await parts.environment.update(changes);
  for (const { name, value } of changes) {
    const what = value === null ? "delete" : Object.hasOwn(before, name) ? "update" : "create";
    await parts.audit.record(caller.name, `${what}_environment_variable`, { variable_name: name });
  }
  exchange.send(200, corsHeaders(exchange.request), "");
}

function parseChange(change: unknown): EnvironmentChange {
  if (!isPlainObject(change)) throw wrongShape("changes: expected objects");
  const value = optionalString(change, "value");
  if (value?.isWellFormed() === false) throw wrongShape("value: expected valid Unicode");
  return { name: requiredString(change, "name"), value };
}
