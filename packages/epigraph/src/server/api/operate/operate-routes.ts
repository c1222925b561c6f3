import { KEY_SCOPES } from "../../../services/keys/key-scopes.ts";
import { type AdminCaller, requireAdmin, requireRight } from "../../authorization.ts";
import type { Exchange } from "../../exchange.ts";
import { optionalString, readJsonBody, requiredString, wrongShape } from "../../json-body.ts";
import type { Handler, Route } from "../../router.ts";
import type { ServerParts } from "../../server-parts.ts";
import { sendJson } from "../function-answer.ts";
import { callerOf } from "../function-request.ts";
import { getBackup } from "./backup.ts";
import { postPause, postUnpause } from "./pause.ts";

/** What operators do with a deployment as a whole; under /api/epigraph what the platform's tools know nothing of. */
export const operateRoutes: readonly Route[] = [
  { method: "GET", path: "/api/v1/deployment_info", handle: getDeploymentInfo },
  { method: "POST", path: "/api/v1/pause_deployment", handle: postPause },
  { method: "POST", path: "/api/v1/unpause_deployment", handle: postUnpause },
  { method: "GET", path: "/api/epigraph/pushes", handle: getPushes },
  { method: "GET", path: "/api/epigraph/compare_pushes", handle: getComparison },
  { method: "GET", path: "/api/epigraph/push_module", handle: getModule },
  { method: "POST", path: "/api/epigraph/rollback", handle: postRollback },
  { method: "GET", path: "/api/epigraph/backup", handle: getBackup },
  { method: "GET", path: "/api/epigraph/keys", handle: forOwner(getKeys) },
  { method: "POST", path: "/api/epigraph/create_key", handle: forOwner(postCreateKey) },
  { method: "POST", path: "/api/epigraph/revoke_key", handle: forOwner(postRevokeKey) },
];

/** What kind of deployment it is: tools ask before they offer what only others have. */
async function getDeploymentInfo(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireAdmin(await callerOf(exchange, parts));
  sendJson(exchange, JSON.stringify({ kind: "selfHosted" }));
}

async function getPushes(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "ViewData");
  sendJson(exchange, JSON.stringify({ pushes: parts.pushes.history() }));
}

/** `?from=<id>&to=<id>`: what going from the one push to the other would change. */
async function getComparison(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "ViewData");
  const parameters = new URLSearchParams(exchange.query);
  const comparison = parts.pushes.compare(parameters.get("from") ?? "", parameters.get("to") ?? "");
  sendJson(exchange, JSON.stringify(comparison));
}

/** `?push=<id>&path=messages.js` → `{source}`, the code as it ran; null where the push had no such module. */
async function getModule(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "ViewData");
  const parameters = new URLSearchParams(exchange.query);
  const source = parts.pushes.moduleSource(parameters.get("push") ?? "", parameters.get("path") ?? "");
  sendJson(exchange, JSON.stringify({ source }));
}

/** Activates an earlier push again: the one that is named, else the one before the one that runs. */
async function postRollback(exchange: Exchange, parts: ServerParts): Promise<void> {
  const { name } = requireRight(await callerOf(exchange, parts), "Deploy");
  const push = optionalString(await readJsonBody(exchange), "push");
  const { id, report } = await parts.pushes.rollBack(push, name);
  await parts.audit.record(name, "push_config", { rollback: id, functions: report.functions });
  sendJson(exchange, JSON.stringify({ push: id, report }));
}

/** Of keys that allow everything: who may make keys may do anything. */
function forOwner(
  handle: (exchange: Exchange, parts: ServerParts, caller: AdminCaller) => void | Promise<void>,
): Handler {
  return async function checked(exchange, parts): Promise<void> {
    await handle(exchange, parts, requireRight(await callerOf(exchange, parts), "ManageKeys"));
  };
}

function getKeys(exchange: Exchange, { storedKeys }: ServerParts): void {
  sendJson(exchange, JSON.stringify({ keys: storedKeys.list() }));
}

async function postCreateKey(
  exchange: Exchange,
  { storedKeys, audit }: ServerParts,
  caller: AdminCaller,
): Promise<void> {
  const body = await readJsonBody(exchange);
  const name = requiredString(body, "name");
  const wanted = optionalString(body, "scope") ?? "full";
  const scope = KEY_SCOPES.find((candidate) => candidate === wanted);
  if (scope === undefined) throw wrongShape(`scope: expected one of ${KEY_SCOPES.join(", ")}`);
  const key = await storedKeys.create(name, scope);
  await audit.record(caller.name, "create_admin_key", { name, scope });
  sendJson(exchange, JSON.stringify({ key }));
}

async function postRevokeKey(
  exchange: Exchange,
  { storedKeys, audit }: ServerParts,
  caller: AdminCaller,
): Promise<void> {
  const name = requiredString(await readJsonBody(exchange), "name");
  await storedKeys.revoke(name);
  await audit.record(caller.name, "revoke_admin_key", { name });
  sendJson(exchange, "{}");
}
