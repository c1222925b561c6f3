import { answerError, type Connection, findConnection, request, type Target } from "./connection.ts";
import type { CliIo } from "./io.ts";
import { CommandError, UsageError } from "./usage-error.ts";

export interface EnvOptions {
  readonly target: Target;
  /** What stands behind `env`: `set NAME value`, `get NAME`, `list`, `remove NAME`. */
  readonly words: readonly string[];
  readonly isJson: boolean;
}

interface Change {
  readonly name: string;
  /** Null removes the variable. */
  readonly value: string | null;
}

/**
 * Reads or changes the environment variables that functions see.
 * @returns the exit code.
 * @throws UsageError, or CommandError when the deployment can't be asked or refuses.
 */
export async function runEnv({ target, words, isJson }: EnvOptions, io: CliIo): Promise<number> {
  const [action, ...rest] = words;
  const run = action === undefined || !Object.hasOwn(ACTIONS, action) ? undefined : ACTIONS[action];
  if (run === undefined) {
    throw new UsageError(
      action === undefined
        ? "epigraph env needs to know what to do: set, get, list or remove."
        : `epigraph env does not know "${action}": it is one of set, get, list, remove.`,
    );
  }
  return run(rest, { io, connect: () => findConnection(target, io), isJson });
}

interface Context {
  readonly io: CliIo;
  readonly isJson: boolean;
  /** Late, so that a wrong command line is told first. */
  readonly connect: () => Connection;
}

const ACTIONS: Readonly<Record<string, (words: readonly string[], context: Context) => Promise<number>>> = {
  list: async (words, { io, connect, isJson }) => {
    expectCount("list", "", words, 0);
    const variables = await readVariables(connect(), io);
    if (isJson) io.stdout(`${JSON.stringify(variables)}\n`);
    else for (const name of Object.keys(variables).sort()) io.stdout(`${name}=${variables[name]}\n`);
    return 0;
  },

  get: async (words, { io, connect, isJson }) => {
    const [name] = expectCount("get", " NAME", words, 1) as [string];
    const variables = await readVariables(connect(), io);
    if (!Object.hasOwn(variables, name)) {
      throw new CommandError(`Environment variable "${name}" not found`);
    }
    io.stdout(`${isJson ? JSON.stringify(variables[name]) : variables[name]}\n`);
    return 0;
  },

  set: async (words, { io, connect }) => {
    const change = await readAssignment(words, io);
    await writeVariable(connect(), change, io);
    io.stderr(`Set ${change.name}\n`);
    return 0;
  },

  remove: async (words, { io, connect }) => {
    const [name] = expectCount("remove", " NAME", words, 1) as [string];
    await writeVariable(connect(), { name, value: null }, io);
    io.stderr(`Removed ${name}\n`);
    return 0;
  },
};

function expectCount(
  action: string,
  form: string,
  words: readonly string[],
  count: number,
): readonly string[] {
  if (words.length === count) return words;
  throw new UsageError(`The form is: epigraph env ${action}${form}.`);
}

/** `NAME value`, `NAME=value`, or `NAME` with the value on standard input, where shells keep no history of it. */
async function readAssignment(words: readonly string[], io: CliIo): Promise<Change> {
  const [first, second] = words;
  const form =
    "The form is: epigraph env set NAME value, or NAME=value, or NAME with the value on standard input.";
  if (first === undefined || words.length > 2) throw new UsageError(form);
  if (second !== undefined) return { name: first, value: second };
  const equals = first.indexOf("=");
  if (equals > 0) return { name: first.slice(0, equals), value: first.slice(equals + 1) };
  const input = await io.readStdin();
  if (input === null) throw new UsageError(form);
  return { name: first, value: input.replace(/\r?\n$/, "") };
}

async function readVariables(connection: Connection, io: CliIo): Promise<Readonly<Record<string, string>>> {
  const response = await request(connection, "/api/v1/list_environment_variables", null, io.signal);
  if (response.status !== 200) throw answerError(response);
  const { environmentVariables } = JSON.parse(response.text) as {
    readonly environmentVariables?: Readonly<Record<string, string>>;
  };
  if (environmentVariables === undefined)
    throw new CommandError(`Not an Epigraph deployment: ${connection.url}`);
  return environmentVariables;
}

async function writeVariable(connection: Connection, change: Change, io: CliIo): Promise<void> {
  const body = { changes: [change] };
  const response = await request(connection, "/api/v1/update_environment_variables", body, io.signal);
  if (response.status !== 200) throw answerError(response);
}
