import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { TempApp } from "../../src/deploy/testing/temp-app.ts";
import { spawnEpigraph } from "./command.ts";

export interface ServeOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** More arguments of `epigraph dev`. */
  readonly args?: readonly string[];
  /** The app is there to see what becomes of one that can't be pushed. */
  readonly isBroken?: boolean;
}

const START_MS = 30_000;
const STOP_MS = 20_000;
const OUTPUT_MS = 10_000;
/** How much of an output that lacks something is worth showing. */
const SHOWN_LENGTH = 4000;
const READY = /ready in \d+ ms: functions at (\S+), HTTP actions at (\S+)/;
const PUSHED = /Pushed in \d+ ms/;

/** An app that `epigraph dev` serves. Stop it at the end, or hold it with `await using`. */
export class RunningApp implements AsyncDisposable {
  readonly #app: TempApp;
  readonly #options: ServeOptions;
  #child: ChildProcess | null = null;
  #exit: Promise<string> = Promise.resolve("not started");
  #output = "";
  #api = "";
  #site = "";
  readonly #outputListeners = new Set<() => void>();

  constructor(app: TempApp, options: ServeOptions) {
    this.#app = app;
    this.#options = options;
  }

  get folder(): string {
    return this.#app.folder;
  }

  /** The API origin, without a slash at the end. */
  get api(): string {
    return this.#api;
  }

  /** The origin of the HTTP actions, without a slash at the end. */
  get site(): string {
    return this.#site;
  }

  /** The main process. */
  get pid(): number {
    return this.#child?.pid as number;
  }

  get adminKey(): string {
    const settings = parseEnv(readFileSync(join(this.folder, ".env.local"), "utf8"));
    return settings["CONVEX_SELF_HOSTED_ADMIN_KEY"] as string;
  }

  /** What `dev` has printed since it was last started. */
  output(): string {
    return this.#output;
  }

  /** Starts `dev`: also again, after `kill`. Resolves when it serves the app. */
  async start(): Promise<void> {
    const args = ["dev", "--dir", this.folder, "--port", "0", "--site-port", "0"];
    const child = spawnEpigraph([...args, ...(this.#options.args ?? [])], { env: this.#options.env });
    this.#child = child;
    this.#output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
        for (const listener of this.#outputListeners) listener();
      });
    }
    this.#exit = new Promise((resolve) => {
      child.once("error", (error) => resolve(error.message));
      // Not "exit": the last lines may still be on their way then.
      child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    try {
      const [, api, site] = await this.waitForOutput(READY, { timeoutMs: START_MS });
      this.#api = api as string;
      this.#site = site as string;
      if (this.#options.isBroken !== true && !PUSHED.test(this.#output))
        throw new Error(`The app could not be pushed:\n${this.#output}`);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  /**
   * Waits until the output matches.
   * @param from position in the output where the search begins: `output().length` of an earlier moment.
   */
  async waitForOutput(
    pattern: RegExp,
    { from = 0, timeoutMs = OUTPUT_MS }: { readonly from?: number; readonly timeoutMs?: number } = {},
  ): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const fail = (what: string): void => {
      const seen = this.#output.slice(from).slice(-SHOWN_LENGTH);
      reject(new Error(`${what} before the output matched ${pattern}:\n${seen}`));
    };
    const look = (): void => {
      const match = pattern.exec(this.#output.slice(from));
      if (match !== null) resolve(match);
    };
    const timer = setTimeout(() => fail(`${timeoutMs} ms went by`), timeoutMs);
    this.#outputListeners.add(look);
    void this.#exit.then((how) => fail(`The process ended (${how})`));
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#outputListeners.delete(look);
    }
  }

  /** Changes a file, as an editor does. */
  write(file: string, text: string): void {
    this.#app.write({ [file]: text });
  }

  read(file: string): string {
    return readFileSync(join(this.folder, file), "utf8");
  }

  remove(file: string): void {
    this.#app.remove(file);
  }

  /** Changes files and waits for what `dev` says about it: that it pushed them, unless something else is expected. */
  async save(files: Readonly<Record<string, string>>, expected: RegExp = PUSHED): Promise<void> {
    const from = this.#output.length;
    this.#app.write(files);
    await this.waitForOutput(expected, { from });
  }

  /** Ends the process like Ctrl-C, which must succeed, and removes the app. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    try {
      if (child === null) return;
      child.kill("SIGINT");
      const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
      const how = await this.#exit;
      clearTimeout(timer);
      if (how !== "exit code 0") {
        throw new Error(`dev did not stop cleanly (${how}):\n${this.#output.slice(-SHOWN_LENGTH)}`);
      }
    } finally {
      this.#app[Symbol.dispose]();
    }
  }

  /** Ends the process by a signal; the app stays, and `start` serves it again. @returns how it ended. */
  kill(signal: NodeJS.Signals): Promise<string> {
    this.#child?.kill(signal);
    this.#child = null;
    return this.#exit;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
