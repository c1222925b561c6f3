import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const BINARY = fileURLToPath(new URL("../../bin/epigraph.js", import.meta.url));
const BUILD = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Standard input; none when left out. */
  readonly input?: string | undefined;
  /** Whether it leads a process group of its own, like what is typed into a terminal. */
  readonly leadsGroup?: boolean | undefined;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();
// Whatever ends a test file, a deployment that it started must not stay behind.
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** Starts the command line as a user does: in a process of its own, with this Node. */
export function spawnEpigraph(args: readonly string[], options: CommandOptions = {}): ChildProcess {
  if (!existsSync(BUILD)) throw new Error(`${BUILD} is missing: run "npm run build" before these tests.`);
  const child = spawn(process.execPath, [BINARY, ...args], {
    cwd: options.cwd,
    detached: options.leadsGroup === true,
    env: { ...cleanEnvironment(), ...options.env },
    stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  if (options.input !== undefined) child.stdin?.end(options.input);
  return child;
}

/** What a command has printed beside its results when it has printed the text. Goes on reading: a full pipe stops a command. */
export function printedUntil(child: ChildProcess, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    child.stderr?.setEncoding("utf8").on("data", (piece: string) => {
      printed += piece;
      if (printed.includes(text)) resolve(printed);
    });
    child.once("exit", () => reject(new Error(`The command ended before it printed "${text}":\n${printed}`)));
  });
}

/** Runs a command to its end. */
export async function runEpigraph(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawnEpigraph(args, options);
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream as never),
    text(child.stderr as NodeJS.ReadableStream as never),
    new Promise<number | null>((resolve, reject) => {
      child.once("exit", resolve);
      child.once("error", reject);
    }),
  ]);
  return { exitCode, stdout, stderr };
}

/** This process's environment without what would point a command at another deployment, or at this test runner. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !/^(?:CONVEX_|NODE_TEST_|FORCE_COLOR$)/.test(name)));
}
