import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { PushError } from "../deploy/pushed-code.ts";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { StoreError } from "../store/store.ts";
import { dev } from "./dev.ts";
import type { Output } from "./output.ts";
import { Remote, UsageError } from "./remote.ts";
import { packageVersion } from "./version.ts";

const HELP = `epigraph: run a Convex app on your own machine

Usage
  epigraph dev                      serve the app, push its code at each save
  epigraph run <function> [args]    call a function, e.g. epigraph run messages:list '{"n": 1}'
  epigraph env list                 show the deployment's environment variables
  epigraph env get <name>
  epigraph env set <name> <value>
  epigraph env remove <name>

Options
  --dir <folder>        the app (default: this folder)
  --port <n>            functions API (default 3210, 0 picks a free one)
  --site-port <n>       HTTP actions (default 3211, 0 picks a free one)
  --host <address>      where to listen (default 127.0.0.1)
  --data <folder>       where the data lives (default .epigraph in the app)
  --once                push, then exit with 0 or 1
  --help, --version`;

/** Runs one command. `stopped` ends a serving one. Returns the exit code. */
export async function runCli(
  args: readonly string[],
  output: Output,
  stopped: Promise<void>,
): Promise<number> {
  try {
    return await command(args, output, stopped);
  } catch (error) {
    if (
      error instanceof UsageError ||
      error instanceof PushError ||
      error instanceof StoreError ||
      error instanceof EpigraphError
    ) {
      output.error(error.message);
      return 1;
    }
    throw error;
  }
}

async function command(args: readonly string[], output: Output, stopped: Promise<void>): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.version === true) {
    output.line(packageVersion());
    return 0;
  }
  const [name, ...rest] = positionals;
  if (values.help === true || name === undefined) {
    output.line(HELP);
    return values.help === true ? 0 : 1;
  }
  const dir = resolve(values.dir ?? ".");
  switch (name) {
    case "dev":
      return dev(
        {
          dir,
          host: values.host ?? "127.0.0.1",
          port: portOf(values.port ?? "3210", "--port"),
          sitePort: portOf(values["site-port"] ?? "3211", "--site-port"),
          data: values.data ?? null,
          once: values.once === true,
        },
        output,
        stopped,
      );
    case "run":
      return run(new Remote(dir), rest, output);
    case "env":
      return environment(new Remote(dir), rest, output);
    default:
      throw new UsageError(`There is no command "${name}". epigraph --help lists them.`);
  }
}

function parse(args: readonly string[]): ReturnType<typeof parseOptions> {
  try {
    return parseOptions(args);
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]}. epigraph --help lists the options.`);
  }
}

function parseOptions(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      dir: { type: "string" },
      port: { type: "string" },
      "site-port": { type: "string" },
      host: { type: "string" },
      data: { type: "string" },
      once: { type: "boolean" },
      help: { type: "boolean" },
      version: { type: "boolean" },
    },
  });
}

function portOf(text: string, flag: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`${flag} takes a port from 0 to 65535, not "${text}".`);
  return port;
}

async function run(remote: Remote, [path, text = "{}"]: readonly string[], output: Output): Promise<number> {
  if (path === undefined) throw new UsageError("Name the function: epigraph run messages:list '{\"n\": 1}'");
  let args: unknown;
  try {
    args = JSON.parse(text);
  } catch {
    throw new UsageError(`The arguments are not JSON: ${text}`);
  }
  const answer = JSON.parse(
    await remote.request("POST", "/api/function", { path, args, format: "json" }),
  ) as {
    status: string;
    value: unknown;
    errorMessage: string;
    logLines?: string[];
  };
  for (const line of answer.logLines ?? []) output.error(line);
  if (answer.status !== "success") throw new UsageError(answer.errorMessage.trimEnd());
  output.line(JSON.stringify(answer.value, null, 2));
  return 0;
}

async function environment(
  remote: Remote,
  [verb, name, value]: readonly string[],
  output: Output,
): Promise<number> {
  const list = async (): Promise<Record<string, string>> =>
    (
      JSON.parse(await remote.request("GET", "/api/v1/list_environment_variables")) as {
        environmentVariables: Record<string, string>;
      }
    ).environmentVariables;
  const update = (change: string | null): Promise<string> =>
    remote.request("POST", "/api/v1/update_environment_variables", { changes: [{ name, value: change }] });
  switch (verb) {
    case "list":
      for (const [key, text] of Object.entries(await list())) output.line(`${key}=${text}`);
      return 0;
    case "get": {
      const found = (await list())[name ?? ""];
      if (found === undefined) throw new UsageError(`Environment variable "${name}" not found`);
      output.line(found);
      return 0;
    }
    case "set":
      if (name === undefined || value === undefined)
        throw new UsageError(
          "Name the variable and its value: epigraph env set CLIENT_ORIGIN http://localhost:3000",
        );
      await update(value);
      return 0;
    case "remove":
      if (name === undefined) throw new UsageError("Name the variable: epigraph env remove CLIENT_ORIGIN");
      await update(null);
      return 0;
    default:
      throw new UsageError("epigraph env takes list, get <name>, set <name> <value> or remove <name>.");
  }
}
