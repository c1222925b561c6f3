import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";

export interface ServerCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** The base URL, once what the process has printed names it. */
  readonly findUrl: (printed: string) => string | null;
  /** Where functions are called by name, where that is another base URL. */
  readonly findFunctionsUrl?: (printed: string) => string | null;
}

/** A server under test, a process or a tree of them. */
export interface ServerProcess {
  /** The root of the tree. */
  readonly pid: number;
  /** Where it answers the workloads, without a slash at the end. */
  readonly url: string;
  /** Where functions are called by name. */
  readonly functionsUrl: string;
  /** From the start of the process to the line that says where it listens. */
  readonly readyMs: number;
  /** Aborts when the process ends though nobody stopped it; the reason is an error with what it printed last. */
  readonly lost: AbortSignal;
  /** Resolves when the process is gone. */
  stop(): Promise<void>;
}

const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;
/** As much of the output as an error message shows. */
const TAIL_LENGTH = 4000;

/**
 * Starts a server and waits until it says where it listens, on its output, its error output or a pipe with the
 * descriptor 3.
 * @throws when it ends first or says nothing in time, with what it printed.
 */
export async function startServerProcess(command: ServerCommand): Promise<ServerProcess> {
  const { file, args, findUrl, findFunctionsUrl } = command;
  const startMs = performance.now();
  // The input stays open: servers of the benchmark end when it closes.
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe", "pipe"] });
  const gone = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("exit", () => resolve());
  });
  const kill = (): void => {
    child.kill("SIGTERM");
  };
  // However the benchmark ends, its servers end too.
  process.once("exit", kill);
  gone.then(() => process.off("exit", kill));
  const printed = new Tail(child);
  const url = await waitForUrl(child, gone, printed, findUrl).catch(async (error: unknown) => {
    await stop(child, gone);
    throw error;
  });
  const readyMs = performance.now() - startMs;
  const lost = new AbortController();
  let stopped = false;
  gone.then(() => {
    if (stopped) return;
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    lost.abort(new Error(`${child.spawnargs.join(" ")} ended with ${how}:\n${printed.text}`));
  });
  return {
    pid: child.pid!,
    url,
    functionsUrl: findFunctionsUrl?.(printed.text) ?? url,
    readyMs,
    lost: lost.signal,
    stop: () => {
      stopped = true;
      return stop(child, gone);
    },
  };
}

/** The end of what a process prints, on whatever stream: read to the end, as a full pipe would stop it. */
class Tail {
  text = "";
  /** Called when there is more. */
  onText: () => void = () => {};

  constructor(child: ChildProcess) {
    for (const stream of child.stdio.slice(1)) {
      (stream as Readable).setEncoding("utf8").on("data", (text: string) => {
        this.text = (this.text + text).slice(-TAIL_LENGTH);
        this.onText();
      });
    }
  }
}

async function waitForUrl(
  child: ChildProcess,
  gone: Promise<void>,
  printed: Tail,
  findUrl: ServerCommand["findUrl"],
): Promise<string> {
  const ready = Promise.withResolvers<string>();
  printed.onText = () => {
    const url = findUrl(printed.text);
    if (url !== null) ready.resolve(url);
  };
  const fail = (what: string): void =>
    ready.reject(new Error(`${child.spawnargs.join(" ")} ${what}:\n${printed.text}`));
  child.once("error", (error) => fail(`can't be started: ${error.message}`));
  gone.then(() => fail("ended before it was ready"));
  const timer = setTimeout(() => fail(`was not ready in ${START_LIMIT_MS / 1000} s`), START_LIMIT_MS);
  return ready.promise.finally(() => {
    clearTimeout(timer);
    printed.onText = () => {};
  });
}

async function stop(child: ChildProcess, gone: Promise<void>): Promise<void> {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
  await gone;
  clearTimeout(timer);
}
