import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { AppError } from "../deploy/app-error.ts";
import { readVersion } from "../version.ts";
import type { DevOptions } from "./dev-options.ts";
import {
  ADMIN_KEY_HELP,
  DEV_HELP,
  ENV_HELP,
  HELP,
  PUSHES_HELP,
  ROLLBACK_HELP,
  RUN_HELP,
  VERIFY_HELP,
} from "./help.ts";
import type { CliIo } from "./io.ts";
import { readJobSettings } from "./job-settings.ts";
import { readLogLevel } from "./log-level.ts";
import { readServerSettings } from "./server-settings.ts";
import { CommandError, UsageError } from "./usage-error.ts";

interface Command {
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  run(flags: Flags, words: readonly string[], io: CliIo): Promise<number>;
}

type Flags = Readonly<Record<string, string | boolean | undefined>>;

const TEXT = { type: "string" } as const;
const SWITCH = { type: "boolean" } as const;

// Commands are loaded when they are asked for: `run` needs no bundler.
const COMMANDS: Readonly<Record<string, Command>> = {
  dev: {
    help: DEV_HELP,
    options: {
      dir: TEXT,
      port: TEXT,
      "site-port": TEXT,
      host: TEXT,
      "trusted-proxies": TEXT,
      "max-body": TEXT,
      crons: SWITCH,
      "parallel-jobs": TEXT,
      data: TEXT,
      once: SWITCH,
      typecheck: TEXT,
      "log-format": TEXT,
      "metrics-port": TEXT,
    },
    run: async (flags, words, io) => {
      rejectWords("dev", words);
      const options = readDevOptions(flags, io);
      const [{ runDev }, { Deployment }] = await Promise.all([
        import("./dev.ts"),
        import("../deployment.ts"),
      ]);
      return runDev(options, io, (parts) => Deployment.start(parts));
    },
  },
  run: {
    help: RUN_HELP,
    options: { dir: TEXT },
    run: async (flags, [functionName, args, ...others], io) => {
      if (functionName === undefined) throw new UsageError("epigraph run needs the name of a function.");
      if (others.length > 0) throw new UsageError("epigraph run takes one JSON object: put it in quotes.");
      const { runFunction } = await import("./run.ts");
      return runFunction({ dir: readDir(flags, io), functionName, args: args ?? null }, io);
    },
  },
  env: {
    help: ENV_HELP,
    options: { dir: TEXT },
    run: async (flags, words, io) => {
      const { runEnv } = await import("./env.ts");
      return runEnv({ dir: readDir(flags, io), words }, io);
    },
  },
  pushes: {
    help: PUSHES_HELP,
    options: { dir: TEXT, json: SWITCH },
    run: async (flags, words, io) => {
      rejectWords("pushes", words);
      const { runPushes } = await import("./pushes.ts");
      return runPushes({ dir: readDir(flags, io), json: flags["json"] === true }, io);
    },
  },
  rollback: {
    help: ROLLBACK_HELP,
    options: { dir: TEXT, json: SWITCH },
    run: async (flags, [push, ...others], io) => {
      rejectWords("rollback", others);
      const { runRollback } = await import("./pushes.ts");
      const options = { dir: readDir(flags, io), json: flags["json"] === true, push: push ?? null };
      return runRollback(options, io);
    },
  },
  "admin-key": {
    help: ADMIN_KEY_HELP,
    options: { dir: TEXT, scope: TEXT, json: SWITCH },
    run: async (flags, words, io) => {
      const { runAdminKey } = await import("./admin-key.ts");
      const scope = textOf(flags["scope"]) ?? null;
      return runAdminKey({ dir: readDir(flags, io), json: flags["json"] === true, scope, words }, io);
    },
  },
  verify: {
    help: VERIFY_HELP,
    options: { dir: TEXT, data: TEXT },
    run: async (flags, words, io) => {
      rejectWords("verify", words);
      const { runVerify } = await import("./verify.ts");
      return runVerify({ dir: readDir(flags, io), data: readData(flags, io) }, io);
    },
  },
};

/**
 * Runs a command line.
 * @param argv the words behind the program's name.
 * @returns the exit code: 0 done, 1 failed or not understood.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    io.stdout(HELP);
    return 0;
  }
  if (name === "--version" || name === "-v") {
    io.stdout(`${readVersion()}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  try {
    if (command === undefined) throw new UsageError(unknownCommand(name));
    const { values, positionals } = parse(name, command, rest);
    if (values["help"] === true) {
      io.stdout(command.help);
      return 0;
    }
    return await command.run(values, positionals, io);
  } catch (error) {
    if (error instanceof UsageError) {
      io.stderr(`${error.message}\n\n${command?.help ?? HELP}`);
      return 1;
    }
    if (error instanceof CommandError || error instanceof AppError) {
      io.stderr(`${error.message}\n`);
      return 1;
    }
    // Whoever pressed Ctrl-C knows why a request was cut off.
    if (io.signal.aborted) return 0;
    throw error;
  }
}

function unknownCommand(name: string): string {
  return name.startsWith("-")
    ? `Unknown option "${name}": a command comes first.`
    : `Unknown command "${name}".`;
}

function parse(
  name: string,
  { options }: Command,
  args: readonly string[],
): { readonly values: Flags; readonly positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    return { values: values as Flags, positionals };
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

function readDevOptions(flags: Flags, io: CliIo): DevOptions {
  const typecheck = flags["typecheck"] ?? "warn";
  if (typecheck !== "off" && typecheck !== "warn" && typecheck !== "fail") {
    throw new UsageError(`--typecheck is off, warn or fail, not "${String(typecheck)}".`);
  }
  const logFormat = flags["log-format"] ?? "text";
  if (logFormat !== "text" && logFormat !== "json") {
    throw new UsageError(`--log-format is text or json, not "${String(logFormat)}".`);
  }
  return {
    dir: readDir(flags, io),
    port: readPort("--port", flags["port"]),
    sitePort: readSitePort(flags["site-port"]),
    host: String(flags["host"] ?? "127.0.0.1"),
    server: readServerSettings(
      { trustedProxies: textOf(flags["trusted-proxies"]), maxBody: textOf(flags["max-body"]) },
      io.env,
    ),
    jobs: readJobSettings(
      { crons: flags["crons"] === true, parallelJobs: textOf(flags["parallel-jobs"]) },
      io.env,
    ),
    data: readData(flags, io),
    once: flags["once"] === true,
    typecheck,
    log: readLogLevel(io.env),
    logFormat,
    metricsPort: readPort("--metrics-port", flags["metrics-port"]),
  };
}

function readDir(flags: Flags, io: CliIo): string {
  const dir = resolve(io.cwd, String(flags["dir"] ?? "."));
  if (!existsSync(dir)) throw new CommandError(`There is no folder ${dir}: correct --dir.`);
  return dir;
}

function readData(flags: Flags, io: CliIo): string | null {
  const data = flags["data"];
  return data === undefined ? null : resolve(io.cwd, String(data));
}

function readPort(option: string, value: string | boolean | undefined, otherwise = ""): number | null {
  if (value === undefined) return null;
  const port = Number(value);
  if (/^\d+$/.test(String(value)) && port <= 65_535) return port;
  throw new UsageError(`${option} is a number from 0 to 65535${otherwise}, not "${String(value)}".`);
}

function readSitePort(value: string | boolean | undefined): number | "off" | null {
  return value === "off" ? value : readPort("--site-port", value, ", or off");
}

function textOf(value: string | boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

function rejectWords(name: string, words: readonly string[]): void {
  if (words.length > 0) throw new UsageError(`epigraph ${name} takes no "${words[0]}".`);
}
