import { DatabaseError } from "../../database/database-error.ts";
import type { Value } from "../../values/value.ts";
import type { FunctionInfo } from "./code.ts";
import { functionOfHandle, handleOf } from "./function-handles.ts";
import { displayPath } from "./function-path.ts";

type Functions = ReadonlyMap<string, FunctionInfo>;

/** Asks for the handle of a function. */
export const CREATE_HANDLE = "1.0/createFunctionHandle";

const REFERENCE_PREFIX = "_reference/function/";

/**
 * Canonical `module.js:export` of a function address as the SDK sends it: by name, by reference, or by its handle.
 * @param operation for the message: `runUdf` or the name of the action's operation.
 * @param functions of the code that runs; asked for a handle alone.
 * @throws DatabaseError `InvalidArgument` or `FunctionHandleNotFound`
 */
export function addressedFunction(
  address: Readonly<Record<string, unknown>>,
  operation: string,
  functions: () => Functions,
): string {
  const { name, reference, functionHandle } = address;
  if (functionHandle !== undefined) return functionOfHandle(functions(), functionHandle as Value);
  if (typeof name === "string") return canonicalPath(name);
  if (typeof reference === "string" && reference.startsWith(REFERENCE_PREFIX)) {
    return canonicalPath(reference.slice(REFERENCE_PREFIX.length));
  }
  throw new DatabaseError(
    "InvalidArgument",
    `Invalid arguments for \`${operation}\`: Missing required argument 'name'`,
  );
}

/**
 * The handle of the function that an address names, for `createFunctionHandle`.
 * @returns JSON text.
 * @throws DatabaseError
 */
export function createHandle(address: Readonly<Record<string, unknown>>, functions: Functions): string {
  const path = addressedFunction(address, "createFunctionHandle", () => functions);
  if (functions.has(path)) return JSON.stringify(handleOf(path));
  throw new DatabaseError("InvalidReference", `Couldn't resolve ${displayPath(path)}`);
}

function canonicalPath(path: string): string {
  const colon = path.lastIndexOf(":");
  const module = colon === -1 ? path : path.slice(0, colon);
  const name = colon === -1 ? "default" : path.slice(colon + 1);
  return `${module.endsWith(".js") ? module : `${module}.js`}:${name}`;
}
