import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { Caller, FunctionCall } from "../../functions/calls.ts";
import { canonicalFunctionPath } from "../../functions/function-path.ts";
import { isPlainObject } from "../../values/value.ts";
import { authenticate, type Credentials, parseCredentials } from "../authorization.ts";
import type { Exchange } from "../exchange.ts";
import { parseFormat, type ValueFormat } from "../format.ts";
import { type JsonBody, optionalString, requiredField, requiredString, wrongShape } from "../json-body.ts";
import type { ServerParts } from "../server-parts.ts";

/** A request to run a function, without who asks. */
export interface FunctionRequest {
  readonly path: string;
  readonly argsJson: string;
  /** As named by the request. */
  readonly format: string | null;
}

/** @throws EpigraphError `BadJsonBody` or `BadConvexFunctionIdentifier` */
export function parseFunctionRequest(body: JsonBody): FunctionRequest {
  const path = requiredString(body, "path");
  const argsJson = positionalArgs(requiredField(body, "args"));
  const format = optionalString(body, "format");
  return { path: canonicalFunctionPath(path), argsJson, format };
}

/** JSON text of the positional arguments: an object is the one and only. */
export function positionalArgs(args: unknown): string {
  if (Array.isArray(args)) return JSON.stringify(args);
  if (isPlainObject(args)) return `[${JSON.stringify(args)}]`;
  throw wrongShape("args: expected an object or an array");
}

/** The credentials of an exchange, read but not checked. */
export function credentialsOf({ request, query }: Exchange): Credentials {
  return parseCredentials(request.headers.authorization, query);
}

/** Who calls, checked. */
export async function callerOf(exchange: Exchange, parts: ServerParts): Promise<Caller> {
  return authenticate(credentialsOf(exchange), parts);
}

export interface PreparedCall {
  readonly call: FunctionCall;
  readonly format: ValueFormat;
}

/** Joins what the request says with who sends it; the format is checked here, before anything runs. */
export function prepareCall(
  exchange: Exchange,
  { path, argsJson, format }: FunctionRequest,
  rest: Pick<FunctionCall, "kind" | "caller" | "at"> & { readonly componentPath?: string },
): PreparedCall {
  return {
    call: {
      kind: rest.kind,
      path,
      componentPath: rest.componentPath ?? "",
      argsJson,
      caller: rest.caller,
      origin: "HttpApi",
      request: exchange.info(),
      at: rest.at,
      once: null,
    },
    format: parseFormat(format, exchange.client),
  };
}

const COMPONENT_PATH = /^[A-Za-z_][A-Za-z0-9_]*(?:\/[A-Za-z_][A-Za-z0-9_]*)*$/;

/** @throws EpigraphError `InvalidComponentPath` */
export function parseComponentPath(path: string | null): string {
  if (path === null || path === "") return "";
  if (COMPONENT_PATH.test(path)) return path;
  throw new EpigraphError("InvalidComponentPath", `Component path '${path}' is not valid`);
}
