import { EpigraphError } from "../../errors/epigraph-error.ts";
import { canonicalFunctionPath } from "../../functions/function-path.ts";
import { type FunctionRequest, positionalArgs } from "./function-request.ts";

/**
 * Reads a request to run a query from the URL: `path`, `args` as JSON text, `format`.
 * @param query without the question mark.
 * @throws EpigraphError `BadQueryArgs`, `BadJsonBody` or `BadConvexFunctionIdentifier`
 */
export function parseQueryString(query: string): FunctionRequest {
  const parameters = new URLSearchParams(query);
  const path = canonicalFunctionPath(required(parameters, "path"));
  const argsJson = positionalArgs(parseArgs(required(parameters, "args")));
  return { path, argsJson, format: parameters.get("format") };
}

function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (value !== null) return value;
  throw badQueryArgs(`missing field \`${name}\``);
}

function parseArgs(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badQueryArgs(`args: ${(error as Error).message}`);
  }
}

function badQueryArgs(detail: string): EpigraphError {
  return new EpigraphError("BadQueryArgs", `Failed to deserialize query string: ${detail}`);
}
