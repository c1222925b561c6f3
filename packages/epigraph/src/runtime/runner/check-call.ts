import { WARN_ABOVE } from "../../database/transaction/transaction-limits.ts";
import { CommitTsUse } from "../../values/commit-ts.ts";
import { type DecodeOptions, decodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import { textHoldsCommitTs } from "../../values/resolve-commit-ts.ts";
import { showValue } from "../../values/show.ts";
import { formatSize, valueSize } from "../../values/size.ts";
import type { ValidationContext } from "../../values/validate.ts";
import { isPlainObject, type JSONValue, type Value } from "../../values/value.ts";
import { type CallError, type CallResult, plainError } from "./call-error.ts";
import { type AdminRights, allows, refusalOf } from "./caller.ts";
import type { Code, FunctionInfo, FunctionType } from "./code.ts";
import { displayPath } from "./function-path.ts";
import { argumentsWarning, resultWarning } from "./limit-warnings.ts";
import type { SystemLine } from "./log-lines.ts";

const MAX_BYTES = 16 * 1024 * 1024;
const MAX_NODE_ARGS_BYTES = 5 * 1024 * 1024;
/** No value has more bytes than this for each character of its JSON text. */
const MAX_BYTES_PER_CHARACTER = 5;

/** How the caller asked: decides who may call what, and how a missing function is worded. */
export interface Access {
  /** Admins and nested calls reach internal functions. */
  readonly internal: boolean;
  /** `/api/function` and `/api/run` word a missing function their own way. */
  readonly byName: boolean;
  /** Of an admin, who reaches the host's own queries; null for everybody else. */
  readonly rights: AdminRights | null;
}

/** What an admin's key has to allow for functions that are not public. */
const INTERNAL_RIGHTS = {
  Query: "RunInternalQueries",
  Mutation: "RunInternalMutations",
  Action: "RunInternalActions",
} as const;

/**
 * The function, or why the caller can't have it.
 * @param type what it is run as; null: whatever it is.
 */
export function resolveFunction(
  code: Code | null,
  path: string,
  type: FunctionType | null,
  { internal, byName, rights }: Access,
): FunctionInfo | CallError {
  const info = code?.functions.get(path);
  const right = info === undefined ? null : INTERNAL_RIGHTS[info.type];
  if (info !== undefined && right !== null && rights !== null && !info.isPublic && !allows(rights, right)) {
    return plainError(refusalOf(right));
  }
  if (info === undefined || !(info.isPublic || internal)) {
    return plainError(
      byName
        ? `Could not find function for '${displayPath(path)}'. Did you forget to run \`npx convex dev\`?`
        : `Could not find public function for '${displayPath(path)}'.`,
    );
  }
  if (type !== null && info.type !== type) {
    return plainError(`Trying to execute ${path} as ${type}, but it is defined as ${info.type}.`);
  }
  return info;
}

/**
 * What is wrong with the arguments of a call, null when nothing is.
 * @param warn hears what is nearly wrong.
 * @param options what else the arguments may hold.
 */
export function checkArgs(
  path: string,
  { args: validator, isNode }: FunctionInfo,
  argsJson: string,
  context: ValidationContext,
  warn: (line: SystemLine | null) => void,
  options?: DecodeOptions,
): CallError | null {
  const parsed = JSON.parse(argsJson) as JSONValue;
  if (!Array.isArray(parsed)) return plainError("Invalid arguments provided");
  let args: Value[];
  try {
    args = parsed.map((argument) => decodeValue(argument, options));
  } catch (error) {
    return plainError(`Invalid arguments for ${path}: ${(error as Error).message}`);
  }
  const maxBytes = isNode ? MAX_NODE_ARGS_BYTES : MAX_BYTES;
  const size = sizeIfLarge(argsJson, args, maxBytes);
  warn(argumentsWarning(path, size, maxBytes));
  if (isNode && size > maxBytes) {
    return plainError(
      "Node actions arguments size is too large. The maximum size is 5 MiB. Reduce the size of the arguments or consider using Convex runtime actions instead, which have a 16 MiB limit. See https://docs.convex.dev/functions/runtimes",
    );
  }
  if (size > MAX_BYTES) {
    return plainError(`Arguments for ${path} are too large (actual: ${formatSize(size)}, limit: 16 MiB)`);
  }
  if (validator === null) return null;
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
  const failure = validator.check(argument as Value, context);
  return failure === null ? null : plainError(`ArgumentValidationError: ${failure.text}`);
}

/** What becomes of a result. */
export interface ResultUse {
  /** `sdk`: the code that called decodes the result itself, and refuses what is no value. */
  readonly reader: "client" | "sdk";
  /** What is said of a placeholder of the commit's timestamp; null where it may be. */
  readonly commitTsRefusal: string | null;
}

/**
 * A result as it goes on, or what is wrong with it.
 * @param warn hears what is nearly wrong.
 */
export function checkResult(
  path: string,
  { returns: validator }: FunctionInfo,
  resultJson: string,
  context: ValidationContext,
  warn: (line: SystemLine | null) => void,
  { reader, commitTsRefusal }: ResultUse,
): CallResult {
  const isChecked = reader === "client" || validator !== null;
  if (!isChecked && !isLarge(resultJson, MAX_BYTES) && !textHoldsCommitTs(resultJson))
    return { json: resultJson };
  const commitTs = new CommitTsUse();
  let result: Value;
  try {
    result = decodeValue(JSON.parse(resultJson) as JSONValue, { commitTs });
  } catch (error) {
    return plainError(`Function ${path} return value invalid: ${(error as Error).message}`);
  }
  if (commitTs.isUsed && commitTsRefusal !== null) {
    return plainError(`Function ${path} return value invalid: ${commitTsRefusal}`);
  }
  const size = sizeIfLarge(resultJson, result, MAX_BYTES);
  warn(resultWarning(path, size, MAX_BYTES));
  if (size > MAX_BYTES) {
    return plainError(
      `Function ${path} return value is too large (actual: ${formatSize(size)}, limit: 16 MiB)`,
    );
  }
  const failure = validator?.check(result, context) ?? null;
  if (failure !== null) return plainError(`ReturnsValidationError: ${failure.text}`);
  // Written anew, so that the placeholder has one spelling, whatever wrote the result.
  return commitTs.isUsed ? { json: encodeValueToString(result), holdsCommitTs: true } : { json: resultJson };
}

/** Size of a value whose text is long enough for it to matter; 0 otherwise. */
function sizeIfLarge(json: string, value: Value, maxBytes: number): number {
  return isLarge(json, maxBytes) ? valueSize(value) : 0;
}

function isLarge(json: string, maxBytes: number): boolean {
  return json.length * MAX_BYTES_PER_CHARACTER > maxBytes * WARN_ABOVE;
}
