import type { IncomingMessage } from "node:http";
import { EpigraphError } from "../errors/epigraph-error.ts";
import type { Caller, FunctionCall, FunctionOutcome } from "../functions/calls.ts";
import { nanosecondsFromTicks, ticksFromNanoseconds } from "../store/ticks.ts";
import { formatterFor } from "./format.ts";
import { readBody } from "./read-body.ts";
import type { RequestContext, ServerParts } from "./server-parts.ts";

const MAX_BODY_BYTES = 16 * 1024 * 1024 + 2000;
const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

interface CallBody {
  readonly path?: unknown;
  readonly args?: unknown;
  readonly format?: unknown;
  readonly componentPath?: unknown;
  readonly ts?: unknown;
  readonly queries?: unknown;
}

/** Answers `/api/query` and its siblings: JSON text with status 200 for success and function failure alike. */
export async function callFunction(
  kind: FunctionCall["kind"],
  request: IncomingMessage,
  context: RequestContext,
  parts: ServerParts,
): Promise<string> {
  const body = await readJson(request);
  requireArgs(body);
  const path = checkPath(body.path);
  return invoke(parts, context, {
    kind,
    path,
    args: body.args,
    format: formatterFor(body.format, context.client),
    caller: context.caller(),
    at: null,
  });
}

/** `/api/function`: any function of the app, for admins. */
export async function callAnyFunction(
  request: IncomingMessage,
  context: RequestContext,
  parts: ServerParts,
): Promise<string> {
  const caller = context.caller();
  requireAdmin(caller);
  const body = await readJson(request);
  requireArgs(body);
  return invoke(parts, context, {
    kind: "any",
    path: checkPath(body.path),
    args: body.args,
    format: formatterFor(body.format, context.client),
    caller,
    at: null,
  });
}

/** `/api/run/{module…}/{function}`. */
export async function runFunction(
  segments: string,
  request: IncomingMessage,
  context: RequestContext,
  parts: ServerParts,
): Promise<string> {
  const names = segments
    .split("/")
    .filter((name) => name !== "")
    .map(decodeURIComponent);
  if (names.length < 2)
    throw new EpigraphError(
      "MissingIdentifier",
      "Path or function name not provided in path, e.g. /api/run/messages/list",
    );
  const caller = context.caller();
  const body = await readJson(request);
  requireArgs(body);
  const path = checkPath(`${names.slice(0, -1).join("/")}:${names.at(-1)}`);
  return invoke(parts, context, {
    kind: "any",
    path,
    args: body.args,
    format: formatterFor(body.format ?? "json", null),
    caller,
    at: null,
  });
}

/** `/api/query_ts`: the newest instant that can be read, 8 bytes little-endian in base64. */
export function queryTs(parts: ServerParts): string {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(nanosecondsFromTicks(parts.functions.latestTs()));
  return JSON.stringify({ ts: bytes.toString("base64") });
}

/** `/api/query_at_ts`: a query as of such an instant. */
export async function queryAtTs(
  request: IncomingMessage,
  context: RequestContext,
  parts: ServerParts,
): Promise<string> {
  const body = await readJson(request);
  requireArgs(body);
  const bytes = Buffer.from(String(body.ts), "base64");
  if (typeof body.ts !== "string" || bytes.length !== 8)
    throw new EpigraphError(
      "BadJsonBody",
      "Failed to deserialize the JSON body into the target type: `ts` is not a timestamp of this server",
    );
  const at = ticksFromNanoseconds(bytes.readBigUInt64LE());
  return invoke(parts, context, {
    kind: "query",
    path: checkPath(body.path),
    args: body.args,
    format: formatterFor(body.format, context.client),
    caller: context.caller(),
    at,
  });
}

/** `/api/query_batch`: many queries as of one instant. */
export async function queryBatch(
  request: IncomingMessage,
  context: RequestContext,
  parts: ServerParts,
): Promise<string> {
  const body = await readJson(request);
  if (!Array.isArray(body.queries)) throw missingField("queries");
  const caller = context.caller();
  const at = parts.functions.latestTs();
  const calls = (body.queries as CallBody[]).map((query) => {
    requireArgs(query);
    return {
      kind: "query" as const,
      path: checkPath(query.path),
      args: query.args,
      format: formatterFor(query.format, context.client),
      caller,
      at,
    };
  });
  const results = await Promise.all(calls.map((call) => invoke(parts, context, call)));
  return `{"results":[${results.join(",")}]}`;
}

export function requireAdmin(caller: Caller): void {
  if (caller.type === "admin") return;
  throw new EpigraphError(
    "BadDeployKey",
    "The provided deploy key was invalid for this deployment. Double check that the environment this key was generated for matches the desired deployment.",
  );
}

export async function readJson(request: IncomingMessage): Promise<CallBody> {
  if (!JSON_TYPE.test(request.headers["content-type"] ?? "")) {
    throw new EpigraphError("BadJsonBody", "Expected request with `Content-Type: application/json`");
  }
  const bytes = await readBody(
    request,
    MAX_BODY_BYTES,
    () =>
      new EpigraphError(
        "BadJsonBody",
        `Failed to buffer the request body: it is larger than ${MAX_BODY_BYTES} bytes`,
      ),
  );
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString("utf8"));
  } catch (cause) {
    throw new EpigraphError(
      "BadJsonBody",
      `Failed to parse the request body as JSON: ${(cause as Error).message}`,
    );
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new EpigraphError(
      "BadJsonBody",
      "Failed to deserialize the JSON body into the target type: expected an object",
    );
  }
  return json;
}

function requireArgs(body: CallBody): void {
  if (body.args === undefined) throw missingField("args");
  if (typeof body.args !== "object" || body.args === null) {
    throw new EpigraphError(
      "BadJsonBody",
      "Failed to deserialize the JSON body into the target type: `args` is neither an object nor an array",
    );
  }
}

function missingField(name: string): EpigraphError {
  return new EpigraphError(
    "BadJsonBody",
    `Failed to deserialize the JSON body into the target type: missing field \`${name}\``,
  );
}

const MODULE = /^(?:[A-Za-z0-9_.]{1,64}\/)*[A-Za-z0-9_.]{1,64}$/;
const EXPORT = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** `dir/module:function` in the canonical form `dir/module.js:function`. */
function checkPath(path: unknown): string {
  if (path === undefined) throw missingField("path");
  const bad = (why: string): EpigraphError =>
    new EpigraphError(
      "BadConvexFunctionIdentifier",
      `${String(path)} is not a valid path to a Convex function. ${why}`,
    );
  if (typeof path !== "string" || path === "") throw bad("The path is empty.");
  const colon = path.indexOf(":");
  const module = (colon === -1 ? path : path.slice(0, colon)).replace(/\.js$/, "");
  const name = colon === -1 ? "default" : path.slice(colon + 1);
  if (module.startsWith("/"))
    throw bad("Paths are relative to the functions folder and don't start with a slash.");
  if (!MODULE.test(module))
    throw bad("Path components have 1 to 64 of the characters A-Z, a-z, 0-9, _ and a dot.");
  if (/\.[A-Za-z]+$/.test(module)) throw bad("The extension, if any, is .js.");
  if (!EXPORT.test(name)) throw bad("Function names are identifiers of at most 64 characters.");
  return `${module}.js:${name}`;
}

interface Invocation {
  readonly kind: FunctionCall["kind"];
  readonly path: string;
  readonly args: unknown;
  readonly format: (encoded: string) => string;
  readonly caller: Caller;
  readonly at: number | null;
}

async function invoke(
  parts: ServerParts,
  context: RequestContext,
  { kind, path, args, format, caller, at }: Invocation,
): Promise<string> {
  const argsJson = JSON.stringify(Array.isArray(args) ? args : [args]);
  const outcome = await parts.functions.invoke({
    kind,
    path,
    componentPath: "",
    argsJson,
    caller,
    request: context.info,
    at,
  });
  return outcomeText(outcome, format, context.info.requestId, parts.redactErrors);
}

function outcomeText(
  outcome: FunctionOutcome,
  format: (encoded: string) => string,
  requestId: string,
  redact: boolean,
): string {
  const logs =
    outcome.logLines.length === 0 || redact ? "" : `,"logLines":${JSON.stringify(outcome.logLines)}`;
  if (outcome.status === "success") return `{"status":"success","value":${format(outcome.value)}${logs}}`;
  const { message, frames, data } = outcome.error;
  const text = `[Request ID: ${requestId}] Server Error${redact ? "" : `\n${message}\n${frames}`}`;
  const errorData = data === null ? "" : `,"errorData":${format(data)}`;
  return `{"status":"error","errorMessage":${JSON.stringify(text)}${errorData}${logs}}`;
}
