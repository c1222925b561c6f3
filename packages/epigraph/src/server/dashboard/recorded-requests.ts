import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { HeaderPairs } from "../../services/requests/recorded-request.ts";
import type { RequestRecorder } from "../../services/requests/request-recorder.ts";
import { callerOf } from "../api/function-request.ts";
import { requireRight } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import { optionalString, readJsonBody, requiredField, wrongShape } from "../json-body.ts";
import type { Route } from "../router.ts";
import type { ServerParts } from "../server-parts.ts";
import { sendPrivateJson } from "./private-json.ts";

const PREFIX = "/_dashboard/api/requests";

/** What was recorded of requests to HTTP actions, for admins. */
export const recordedRequestRoutes: readonly Route[] = [
  { method: "GET", path: PREFIX, handle: getRequests },
  { method: "POST", path: `${PREFIX}/replay`, handle: postReplay },
  { method: "GET", path: `${PREFIX}/`, handle: getRequest },
];

async function getRequests(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "ViewLogs");
  const { requests } = parts;
  sendPrivateJson(exchange, JSON.stringify({ isOn: requests !== null, requests: requests?.list() ?? [] }));
}

async function getRequest(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "ViewLogs");
  const id = Number(exchange.path.slice(PREFIX.length + 1));
  sendPrivateJson(exchange, JSON.stringify(recorderOf(parts).get(id)));
}

/** POST `{id, method?, path?, headers?, body?}`: sends it again, changed or not. → `{id}` of the new one */
async function postReplay(exchange: Exchange, parts: ServerParts): Promise<void> {
  requireRight(await callerOf(exchange, parts), "RunInternalActions");
  const json = await readJsonBody(exchange);
  const change = {
    method: optionalString(json, "method"),
    path: optionalString(json, "path"),
    headers: optionalHeaders(json["headers"]),
    body: optionalString(json, "body"),
  };
  if (change.path?.startsWith("/") === false) throw wrongShape("path: expected a slash at its beginning");
  const id = await recorderOf(parts).replay(Number(requiredField(json, "id")), change, (call) =>
    parts.functions.httpAction(call),
  );
  sendPrivateJson(exchange, JSON.stringify({ id }));
}

function recorderOf({ requests }: ServerParts): RequestRecorder {
  if (requests !== null) return requests;
  throw new EpigraphError("RequestNotRecorded", "This deployment does not record requests");
}

function optionalHeaders(value: unknown): HeaderPairs | null {
  if (value === undefined || value === null) return null;
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && pair.every((part) => typeof part === "string");
  if (!Array.isArray(value) || !value.every(isPair)) throw wrongShape("headers: expected pairs of strings");
  return (value as [string, string][]).map(([name, text]) => [name.toLowerCase(), text]);
}
