import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TempApp, TSCONFIG } from "../../src/deploy/testing/temp-app.ts";

export interface CliOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Without colours. */
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

interface Target {
  readonly api: string;
  readonly adminKey: string;
}

const LIMIT_MS = 90_000;
/** Where Node itself would keep it. */
const COMPILE_CACHE = join(tmpdir(), "node-compile-cache");
const NODE_TSCONFIG = TSCONFIG.replace('"types":[]', '"types":["node"]');
const MANIFEST = JSON.stringify({ name: "app", type: "module", dependencies: { convex: "*" } });
// biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals take colours from.
const COLOURS = /\u001b\[[0-9;]*m/g;

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** An app that is pushed with the official command line, as a process of its own. Removed when disposed of. */
export class OfficialApp implements Disposable {
  readonly #app: TempApp;
  readonly #package: string;
  target: Target;

  /** @param packageName the `convex` package whose command is used, the newest unless told: one of the names that this repository gives to versions. */
  constructor(files: Readonly<Record<string, string>>, target: Target, packageName = "convex-1-49") {
    this.#app = new TempApp(
      { "convex/tsconfig.json": NODE_TSCONFIG, "package.json": MANIFEST, ...files },
      { packages: ["typescript", "@types/node"] },
    );
    this.#package = packageFolder(packageName);
    this.#app.link("convex", this.#package);
    this.target = target;
  }

  get folder(): string {
    return this.#app.folder;
  }

  write(files: Readonly<Record<string, string>>): void {
    this.#app.write(files);
  }

  remove(path: string): void {
    this.#app.remove(path);
  }

  has(path: string): boolean {
    return existsSync(join(this.folder, path));
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), "utf8");
  }

  /** Starts `convex …`. */
  spawn(args: readonly string[], { env, input }: CliOptions = {}): ChildProcess {
    const child = spawn(process.execPath, [join(this.#package, "bin/main.js"), ...args], {
      cwd: this.folder,
      env: {
        ...cleanEnvironment(),
        CI: "1",
        NODE_NO_WARNINGS: "1",
        // The command is one file of 7 MB, of which the engine makes code at each start.
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        CONVEX_SELF_HOSTED_URL: this.target.api,
        CONVEX_SELF_HOSTED_ADMIN_KEY: this.target.adminKey,
        ...env,
      },
      stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    running.add(child);
    child.once("exit", () => running.delete(child));
    if (input !== undefined) child.stdin?.end(input);
    return child;
  }

  /** Runs `convex …` to its end. */
  async run(args: readonly string[], options: CliOptions = {}): Promise<CliOutcome> {
    const child = this.spawn(args, options);
    let [stdout, stderr] = ["", ""];
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
    clearTimeout(timer);
    return { exitCode, stdout, stderr: stderr.replace(COLOURS, "") };
  }

  /** The same for what has to succeed. @returns what was printed, standard output first. */
  async succeed(args: readonly string[], options: CliOptions = {}): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(args, options);
    if (exitCode !== 0)
      throw new Error(`convex ${args.join(" ")} ended with ${exitCode}:\n${stdout}\n${stderr}`);
    return stdout + stderr;
  }

  /** `convex deploy` without a look at the types, which takes a third of its time. @returns what was printed. */
  deploy(options: CliOptions = {}): Promise<string> {
    return this.succeed(["deploy", "--typecheck", "disable"], options);
  }

  /** The same for what has to fail with exit code 1. @returns what was printed, standard output first. */
  async fail(args: readonly string[], options: CliOptions = {}): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run(args, options);
    if (exitCode !== 1)
      throw new Error(`convex ${args.join(" ")} ended with ${exitCode}:\n${stdout}\n${stderr}`);
    return stdout + stderr;
  }

  [Symbol.dispose](): void {
    this.#app[Symbol.dispose]();
  }
}

/** What a command prints while it runs. */
export class CliOutput {
  #text = "";
  readonly #listeners = new Set<() => void>();
  readonly #exit: Promise<string>;

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#text += text.replace(COLOURS, "");
        for (const listener of this.#listeners) listener();
      });
    }
    this.#exit = new Promise((resolve) =>
      child.once("close", (code, signal) => resolve(`${signal ?? code}`)),
    );
  }

  get text(): string {
    return this.#text;
  }

  /** Resolves when what was printed since `from` matches. */
  async until(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    const look = (): void => {
      const match = pattern.exec(this.#text.slice(from));
      if (match !== null) resolve(match);
    };
    const fail = (why: string): void =>
      reject(new Error(`${why} before ${pattern} was printed:\n${this.#text}`));
    const timer = setTimeout(() => fail(`${LIMIT_MS} ms went by`), LIMIT_MS);
    void this.#exit.then((how) => fail(`The command ended (${how})`));
    this.#listeners.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(look);
    }
  }
}

function packageFolder(name: string): string {
  const manifest = findPackageJSON(name, import.meta.url);
  if (manifest === undefined) throw new Error(`This repository has no package "${name}".`);
  return dirname(manifest);
}

/** Without what would lead the command elsewhere, or tell it of this test runner. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !/^(?:CONVEX_|NODE_TEST_|FORCE_COLOR$)/.test(name)));
}
