import { parseArgs } from "node:util";
import { AppError } from "../deploy/app-error.ts";
import { readVersion } from "../version.ts";
import type { Command, Given } from "./command.ts";
import { COMMANDS } from "./commands/command-table.ts";
import { commandHelp, overview } from "./help.ts";
import type { CliIo } from "./io.ts";
import { CommandError, UsageError } from "./usage-error.ts";

/**
 * Runs a command line.
 * @param argv the words behind the program's name.
 * @returns the exit code: 0 done, 1 failed or not understood.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    io.stdout(overview(COMMANDS));
    return 0;
  }
  if (name === "--version" || name === "-v") {
    io.stdout(`${readVersion()}\n`);
    return 0;
  }
  const command = COMMANDS.find((each) => each.name === name);
  const isJson = rest.includes("--json");
  try {
    if (command === undefined) throw new UsageError(unknownCommand(name));
    const given = parse(command, rest);
    if (given.flags["help"] === true) {
      io.stdout(commandHelp(command));
      return 0;
    }
    return await command.run(given, io);
  } catch (error) {
    if (error instanceof UsageError || error instanceof CommandError || error instanceof AppError) {
      io.stderr(isJson ? `${JSON.stringify({ error: error.message })}\n` : explain(error, command));
      return 1;
    }
    // Whoever pressed Ctrl-C knows why a request was cut off.
    if (io.signal.aborted) return 0;
    throw error;
  }
}

function explain(error: Error, command: Command | undefined): string {
  if (!(error instanceof UsageError)) return `${error.message}\n`;
  return `${error.message}\n\n${command === undefined ? overview(COMMANDS) : commandHelp(command)}`;
}

function unknownCommand(name: string): string {
  return name.startsWith("-")
    ? `Unknown option "${name}": a command comes first.`
    : `Unknown command "${name}".`;
}

function parse({ name, options }: Command, args: readonly string[]): Given {
  const types = options.map((each) => [
    each.name,
    { type: each.value === null ? ("boolean" as const) : ("string" as const) },
  ]);
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...Object.fromEntries(types), help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    return { flags: values as Given["flags"], words: positionals };
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
      const option = /'([^']+)'/.exec(message)?.[1] ?? "?";
      throw new UsageError(`epigraph ${name} has no option "${option}".`);
    }
    if (code?.startsWith("ERR_PARSE_ARGS") === true) throw new UsageError(message.split("\n")[0] as string);
    throw error;
  }
}
