import type { IncomingMessage, ServerResponse } from "node:http";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { allowOrigin, answerPreflight } from "./cors.ts";
import {
  callAnyFunction,
  callFunction,
  queryAtTs,
  queryBatch,
  queryTs,
  readJson,
  requireAdmin,
  runFunction,
} from "./functions-api.ts";
import { readBody } from "./read-body.ts";
import type { RequestContext, ServerParts } from "./server-parts.ts";

type Answer =
  | { readonly json: string }
  | { readonly text: string }
  | { readonly bytes: Buffer }
  | { readonly empty: true };
type Endpoint = (
  request: IncomingMessage,
  context: RequestContext,
  parts: ServerParts,
  origins: Origins,
) => Promise<Answer> | Answer;

export interface Origins {
  readonly apiUrl: string;
  readonly siteUrl: string;
}

const MAX_ECHO_BYTES = 128 * 1024 * 1024;

const call =
  (kind: "query" | "mutation" | "action"): Endpoint =>
  async (request, context, parts) => ({ json: await callFunction(kind, request, context, parts) });

const listEnvironment: Endpoint = (_request, context, parts) => {
  requireAdmin(context.caller());
  return { json: JSON.stringify({ environmentVariables: parts.environment.list() }) };
};

const updateEnvironment: Endpoint = async (request, context, parts) => {
  requireAdmin(context.caller());
  const { changes } = (await readJson(request)) as { changes?: { name?: unknown; value?: unknown }[] };
  const good =
    Array.isArray(changes) &&
    changes.every(
      (change) =>
        typeof change?.name === "string" && (change.value == null || typeof change.value === "string"),
    );
  if (!good)
    throw new EpigraphError(
      "BadJsonBody",
      "Failed to deserialize the JSON body into the target type: missing field `changes`",
    );
  await parts.environment.update(
    changes.map(({ name, value }) => ({ name: name as string, value: (value ?? null) as string | null })),
  );
  return { empty: true };
};

/** Every endpoint of the API origin, by path and method. */
const ENDPOINTS: Readonly<Record<string, Readonly<Record<string, Endpoint>>>> = {
  "/": { GET: () => ({ text: "This Convex deployment is running. See https://docs.convex.dev/." }) },
  "/version": { GET: (_request, _context, parts) => ({ text: parts.version }) },
  "/instance_version": { GET: (_request, _context, parts) => ({ text: parts.version }) },
  "/instance_name": { GET: (_request, _context, parts) => ({ text: parts.keys.instanceName }) },
  "/echo": {
    POST: async (request) => ({
      bytes: await readBody(
        request,
        MAX_ECHO_BYTES,
        () => new EpigraphError("RequestTooLarge", "The body is larger than 128 MiB"),
      ),
    }),
  },
  "/api/query": { POST: call("query") },
  "/api/mutation": { POST: call("mutation") },
  "/api/action": { POST: call("action") },
  "/api/function": {
    POST: async (request, context, parts) => ({ json: await callAnyFunction(request, context, parts) }),
  },
  "/api/query_ts": { POST: (_request, _context, parts) => ({ json: queryTs(parts) }) },
  "/api/query_at_ts": {
    POST: async (request, context, parts) => ({ json: await queryAtTs(request, context, parts) }),
  },
  "/api/query_batch": {
    POST: async (request, context, parts) => ({ json: await queryBatch(request, context, parts) }),
  },
  "/api/check_admin_key": {
    GET: (_request, context) => {
      requireAdmin(context.caller());
      return { json: '{"success":true,"allowedOps":[],"isReadOnly":false}' };
    },
  },
  "/api/list_environment_variables": { GET: listEnvironment },
  "/api/v1/list_environment_variables": { GET: listEnvironment },
  "/api/update_environment_variables": { POST: updateEnvironment },
  "/api/v1/update_environment_variables": { POST: updateEnvironment },
  "/api/v1/get_canonical_urls": {
    GET: (_request, context, _parts, origins) => {
      requireAdmin(context.caller());
      return { json: JSON.stringify({ convexCloudUrl: origins.apiUrl, convexSiteUrl: origins.siteUrl }) };
    },
  },
};

const RUN = "/api/run/";
const run: Readonly<Record<string, Endpoint>> = {
  POST: async (request, context, parts) => ({
    json: await runFunction(
      (request.url as string).split("?")[0]?.slice(RUN.length) ?? "",
      request,
      context,
      parts,
    ),
  }),
};

/** Answers a request to the API origin. */
export async function serveApi(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  context: RequestContext,
  parts: ServerParts,
  origins: Origins,
): Promise<void> {
  if (request.method === "OPTIONS") return answerPreflight(request, response);
  allowOrigin(request, response);
  const methods = path.startsWith(RUN) ? run : ENDPOINTS[path];
  if (methods === undefined) {
    response.writeHead(404, { "Content-Length": 0 }).end();
    return;
  }
  const endpoint = methods[request.method as string];
  if (endpoint === undefined) {
    response.writeHead(405, { Allow: Object.keys(methods).join(", "), "Content-Length": 0 }).end();
    return;
  }
  const answer = await endpoint(request, context, parts, origins);
  if ("empty" in answer) {
    response.writeHead(200, { "Content-Length": 0 }).end();
    return;
  }
  const [type, body] =
    "json" in answer
      ? ["application/json", Buffer.from(answer.json)]
      : "text" in answer
        ? ["text/plain; charset=utf-8", Buffer.from(answer.text)]
        : ["application/octet-stream", answer.bytes];
  response.writeHead(200, { "Content-Type": type as string, "Content-Length": body.length }).end(body);
}
