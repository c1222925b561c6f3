import type { Catalogue, FunctionInfo } from "../../database/catalogue/catalogue.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import { showValue } from "../../values/show.ts";
import { formatSize, valueSize } from "../../values/size.ts";
import { isPlainObject, type JSONValue, type Value } from "../../values/value.ts";
import { type CallError, plainError } from "./call-error.ts";

export const MAX_ARGS_BYTES: number = 16 * 1024 * 1024;

export type Kind = FunctionInfo["udfType"];

/** How the caller asked: decides who may call what, and how a missing function is worded. */
export interface Access {
  /** Admins and nested calls reach internal functions. */
  readonly internal: boolean;
  /** `/api/function` and `/api/run` word a missing function their own way. */
  readonly byName: boolean;
}

/** `messages.js:list` as developers write it: `messages:list`. */
export function displayPath(path: string): string {
  return path.replace(/\.js:/, ":").replace(/:default$/, "");
}

/** The function, or why the caller can't have it. */
export function resolveFunction(
  catalogue: Catalogue,
  path: string,
  kind: Kind | null,
  access: Access,
): FunctionInfo | CallError {
  const info = catalogue.push?.functions.get(path);
  if (info === undefined || (info.visibility !== "public" && !access.internal)) {
    return plainError(
      access.byName
        ? `Could not find function for '${displayPath(path)}'. Did you forget to run \`npx convex dev\`?`
        : `Could not find public function for '${displayPath(path)}'.`,
    );
  }
  if (kind !== null && info.udfType !== kind) {
    return plainError(`Trying to execute ${path} as ${kind}, but it is defined as ${info.udfType}.`);
  }
  return info;
}

/** Checks arguments against limits and validator; null when they are fine. */
export function checkArgs(
  catalogue: Catalogue,
  path: string,
  info: FunctionInfo,
  argsJson: string,
): CallError | null {
  let args: Value[];
  try {
    args = (JSON.parse(argsJson) as JSONValue[]).map((argument) => decodeValue(argument));
  } catch (error) {
    return plainError(`Invalid arguments for ${path}: ${(error as Error).message}`);
  }
  const size = args.reduce<number>((sum, argument) => sum + valueSize(argument), 2);
  if (size > MAX_ARGS_BYTES) {
    return plainError(`Arguments for ${path} are too large (actual: ${formatSize(size)}, limit: 16 MiB)`);
  }
  if (info.args === null || info.args.json.type === "any") return null;
  if (args.length > 1) {
    return plainError(
      `ArgumentValidationError: Expected to receive a single object as the function's argument. Instead received ${args.length} arguments: [${args.map(showValue).join(", ")}]`,
    );
  }
  const argument = args.length === 0 ? {} : (args[0] as Value);
  if (!isPlainObject(argument)) {
    return plainError(
      `ArgumentValidationError: Expected to receive an object as the function's argument. Instead received: ${showValue(argument)}`,
    );
  }
  const failure = info.args.check(argument as Value, catalogue);
  return failure === null ? null : plainError(`ArgumentValidationError: ${failure.text}`);
}

/** Checks a result; null when it is fine. */
export function checkResult(
  catalogue: Catalogue,
  path: string,
  info: FunctionInfo,
  resultJson: string,
): CallError | null {
  let result: Value;
  try {
    result = decodeValue(JSON.parse(resultJson) as JSONValue);
  } catch (error) {
    return plainError(`Function ${path} return value invalid: ${(error as Error).message}`);
  }
  if (resultJson.length > MAX_ARGS_BYTES / 4) {
    const size = valueSize(result);
    if (size > MAX_ARGS_BYTES) {
      return plainError(
        `Function ${path} return value is too large (actual: ${formatSize(size)}, limit: 16 MiB)`,
      );
    }
  }
  if (info.returns === null) return null;
  const failure = info.returns.check(result, catalogue);
  return failure === null ? null : plainError(`ReturnsValidationError: ${failure.text}`);
}
