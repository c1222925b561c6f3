import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { extname } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { inheritedVariables } from "../node/inherited-variables.ts";
import type { FromRunner, ToRunner } from "../runner/messages.ts";
import { Channel } from "./channel.ts";
import { LineReader } from "./line-reader.ts";
import {
  CHANNEL_FD,
  type FromWatchdog,
  type RunnerInit,
  type ToWatchdog,
  WATCHDOG_FD,
} from "./runner-init.ts";

export interface RunnerProcessEvents {
  readonly onMessage: (message: FromRunner) => void;
  readonly onWatchdog: (message: FromWatchdog) => void;
  /** The process has ended. @param detail what it said last, for the operator; may be empty. */
  readonly onExit: (detail: string) => void;
}

const ENTRY = fileURLToPath(new URL(`./runner-entry${extname(import.meta.url)}`, import.meta.url));
/**
 * Garbage is made in small pieces and dies at once: 4 MiB of it are enough for one collection, where the engine would let
 * it grow to 48 in each isolate, and what outlives some of them need not double before it is looked at again (measured:
 * 40 MB less a process at the same speed). Collecting in the thread itself takes less of two processors than with help.
 */
const ENGINE_FLAGS = [
  "--max-semi-space-size=4",
  "--min-semi-space-size=4",
  "--heap-growing-percent=20",
  "--single-threaded-gc",
];
/**
 * isolated-vm makes a timer in one thread and frees it in another, thousands of times a second, for which glibc's
 * allocator is not made as it is set up: the larger lists of free pieces save 8 % of a busy runner's time. Other
 * allocators ignore this.
 */
const ALLOCATOR = "glibc.malloc.tcache_count=127:glibc.malloc.mxfast=160";
/** Of what a dying process prints: the reason comes first. */
const MAX_DETAIL_LENGTH = 2_000;

/** A runner in a process of its own. */
export class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #channel: Channel<FromRunner, ToRunner>;
  readonly #watchdog: Socket;

  constructor(init: RunnerInit, events: RunnerProcessEvents) {
    this.#child = spawn(process.execPath, [...ENGINE_FLAGS, ENTRY], {
      stdio: ["pipe", "ignore", "pipe", "pipe", "pipe"],
      // Functions run in UTC wherever the server stands.
      env: { ...inheritedVariables(), ...certificates(), TZ: "UTC", GLIBC_TUNABLES: ALLOCATOR },
    });
    const { stdio, stdin, stderr } = this.#child;
    stdin?.on("error", () => {});
    stdin?.end(JSON.stringify(init));
    this.#channel = new Channel(
      (onPiece) => (stdio[CHANNEL_FD] as Socket).on("data", onPiece),
      events.onMessage,
    );
    this.#watchdog = stdio[WATCHDOG_FD] as Socket;
    const lines = new LineReader((line) => events.onWatchdog(JSON.parse(line) as FromWatchdog));
    this.#watchdog.on("data", (piece) => lines.push(piece));
    this.#watchdog.on("error", () => {});
    const detail = firstOf(stderr as Readable);
    let hasEnded = false;
    const end = (text: string): void => {
      if (!hasEnded) events.onExit(text);
      hasEnded = true;
    };
    this.#child.once("close", () => end(detail()));
    this.#child.once("error", (error) => end(error.message));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: ToRunner): void {
    this.#channel.send(message);
  }

  /** Asks for jobs that have not been started; the watchdog answers with `taken`. */
  takeBack(jobs: readonly number[]): void {
    const request: ToWatchdog = { takeBack: jobs };
    this.#watchdog.write(`${JSON.stringify(request)}\n`);
  }

  kill(): void {
    this.#child.kill("SIGKILL");
  }
}

/** The file of the authorities that `fetch` trusts besides the usual. */
function certificates(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS } = process.env;
  return NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS };
}

/** Keeps the beginning of a text that comes, drops the rest. */
function firstOf(stream: Readable): () => string {
  let text = "";
  stream.on("data", (piece: Buffer) => {
    if (text.length < MAX_DETAIL_LENGTH) text += piece.toString();
  });
  return () => text.slice(0, MAX_DETAIL_LENGTH).trim();
}
