import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { extname } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { inheritedVariables } from "./inherited-variables.ts";
import { CHANNEL_FD, type FromNode, OUT_OF_MEMORY_NOTICE, type ToNode, WATCHDOG_FD } from "./messages.ts";
import { NodeChannel } from "./node-channel.ts";

export interface NodeProcessOptions {
  readonly memoryMb: number;
  readonly onMessage: (message: FromNode) => void;
  /**
   * The process has ended.
   * @param reason a sentence for whoever waits for its action.
   * @param detail what it printed last, for the operator; may be empty.
   */
  readonly onExit: (reason: string, detail: string) => void;
}

const ENTRY = fileURLToPath(new URL(`./executor/entry${extname(import.meta.url)}`, import.meta.url));
/** Of what a dying process prints: the reason comes first. */
const MAX_DETAIL_LENGTH = 4_000;
/** How long what it said last may be on its way. */
const PIPES_CLOSE_MS = 1_000;
const HAS_GROUPS = process.platform !== "win32";

/** A process of its own that runs Node code, and whatever processes that starts. */
export class NodeProcess {
  readonly #child: ChildProcess;
  readonly #channel: NodeChannel<FromNode, ToNode>;
  readonly #memoryMb: number;
  #detail = "";
  #isOutOfMemory = false;

  constructor({ memoryMb, onMessage, onExit }: NodeProcessOptions) {
    this.#memoryMb = memoryMb;
    const cwd = tmpdir();
    this.#child = spawn(process.execPath, [`--max-old-space-size=${memoryMb}`, ENTRY, String(memoryMb)], {
      cwd,
      // Functions run in UTC wherever the server stands.
      env: { ...inheritedVariables(), PWD: cwd, TZ: "UTC" },
      stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"],
      // Leader of a group: Ctrl-C in a terminal does not reach it, and its own children end with it.
      detached: HAS_GROUPS,
      windowsHide: true,
    });
    const { stdio, stderr } = this.#child;
    (stderr as Readable).on("data", (piece: Buffer) => {
      if (this.#detail.length < MAX_DETAIL_LENGTH) this.#detail += piece.toString();
    });
    const watchdog = stdio[WATCHDOG_FD] as Socket;
    watchdog.on("data", (piece: Buffer) => {
      if (piece.toString() === OUT_OF_MEMORY_NOTICE) this.#isOutOfMemory = true;
    });
    watchdog.on("error", () => {});
    const socket = stdio[CHANNEL_FD] as Socket;
    this.#channel = new NodeChannel(socket, onMessage);
    // It has ended, or says what can't be understood.
    socket.once("close", () => this.kill());
    let hasEnded = false;
    const end = (reason: string): void => {
      if (!hasEnded) onExit(reason, this.#isOutOfMemory ? "" : this.#detail.trim());
      hasEnded = true;
    };
    // At its exit what it said last may still be on its way; what it has started may hold its pipes open for ever.
    this.#child.once("exit", (code, signal) => {
      this.kill();
      setTimeout(() => end(this.#describe(code, signal)), PIPES_CLOSE_MS).unref();
    });
    this.#child.once("close", (code, signal) => end(this.#describe(code, signal)));
    this.#child.once("error", (error) =>
      end(`The Node.js process for the function could not be started: ${error.message}`),
    );
  }

  send(message: ToNode): void {
    this.#channel.send(message);
  }

  /** Ends it and all that it has started, at once. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(HAS_GROUPS ? -pid : pid, "SIGKILL");
    } catch {
      // It has gone, and so has all that it started.
    }
  }

  #describe(code: number | null, signal: NodeJS.Signals | null): string {
    this.#isOutOfMemory ||= /JavaScript heap out of memory|Reached heap limit/.test(this.#detail);
    if (this.#isOutOfMemory) {
      return `JavaScript execution ran out of memory (maximum memory usage: ${this.#memoryMb} MB)`;
    }
    if (signal !== null) {
      return `The Node.js process that ran the function was ended by ${signal}. Most often a package's native code crashed, or the system had no memory left.`;
    }
    return `The Node.js process that ran the function exited with code ${code}. Most often the function, or a package that it uses, called process.exit().`;
  }
}
