import { answerError, findConnection, request, type Target } from "./connection.ts";
import type { CliIo } from "./io.ts";
import { CommandError, UsageError } from "./usage-error.ts";

export interface RunOptions {
  readonly target: Target;
  readonly functionName: string;
  /** JSON text of an object; null for no arguments. */
  readonly args: string | null;
  /** The result on one line, and null too. */
  readonly isJson: boolean;
}

/** What `/api/function` answers. */
type Answer =
  | { readonly status: "success"; readonly value: unknown; readonly logLines?: readonly string[] }
  | { readonly status: "error"; readonly errorMessage: string; readonly logLines?: readonly string[] };

/** A function that failed still is an answer, under a status of its own. */
const FUNCTION_FAILED = 560;

/**
 * Calls a function of any kind, internal ones included, and prints its result as JSON.
 * @returns the exit code: 1 when the function failed.
 * @throws CommandError when the deployment can't be asked.
 */
export async function runFunction(options: RunOptions, io: CliIo): Promise<number> {
  const args = parseArgs(options.args);
  const path = normalizeFunctionName(options.functionName);
  const connection = findConnection(options.target, io);
  const body = { path, format: "convex_encoded_json", args };
  const response = await request(connection, "/api/function", body, io.signal);
  if (response.status !== 200 && response.status !== FUNCTION_FAILED) throw answerError(response);
  const answer = JSON.parse(response.text) as Answer;
  const { isJson } = options;
  for (const line of answer.logLines ?? []) io.stderr(`[${path}] ${line}\n`);
  if (answer.status === "error") {
    if (isJson) throw new CommandError(answer.errorMessage.trimEnd());
    io.stderr(`Failed to run function "${path}":\n${answer.errorMessage.trimEnd()}\n`);
    return 1;
  }
  if (isJson) io.stdout(`${JSON.stringify(answer.value)}\n`);
  else if (answer.value !== null) io.stdout(`${JSON.stringify(answer.value, null, 2)}\n`);
  return 0;
}

/**
 * All spellings of a function's name: `messages:list`, `messages.js:list`, `convex/messages.ts:list`,
 * `api.messages.list`, and `tasks` for a default export.
 */
export function normalizeFunctionName(name: string): string {
  const reference = /^(?:api|internal)\.(.+)$/.exec(name)?.[1];
  if (reference !== undefined && !name.includes(":")) {
    const steps = reference.split(".");
    const exported = steps.length > 1 ? steps.pop() : "default";
    return `${steps.join("/")}:${exported}`;
  }
  const colon = name.lastIndexOf(":");
  const [module, exported] = colon < 0 ? [name, "default"] : [name.slice(0, colon), name.slice(colon + 1)];
  const path = module
    .replace(/^(?:\.\/)?(?:(?:src\/)?convex\/)?/, "")
    .replace(/\.(?:[mc]?[jt]s|[jt]sx)$/, "");
  return `${path}:${exported}`;
}

function parseArgs(text: string | null): Record<string, unknown> {
  if (text === null) return {};
  let args: unknown;
  try {
    args = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`The arguments are not JSON (${(error as Error).message}).`);
  }
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    throw new UsageError(`The arguments must be a JSON object such as '{"name": "value"}'.`);
  }
  return args as Record<string, unknown>;
}
