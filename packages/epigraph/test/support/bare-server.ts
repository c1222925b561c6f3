import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("./bare-server-entry.ts", import.meta.url));

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface BareServerOptions {
  readonly env?: Readonly<Record<string, string>>;
}

/** A deployment without an app, in a process of its own and a temporary folder: for whoever pushes from elsewhere. */
export class BareServer implements AsyncDisposable {
  readonly dataFolder: string = mkdtempSync(join(tmpdir(), "epigraph-bare-"));
  readonly #options: BareServerOptions;
  #child: ChildProcess | null = null;
  #addresses: { readonly api: string; readonly site: string; readonly adminKey: string } | null = null;
  /** What it has told its operator. */
  log = "";

  constructor(options: BareServerOptions = {}) {
    this.#options = options;
  }

  static async start(options?: BareServerOptions): Promise<BareServer> {
    const server = new BareServer(options);
    await server.start();
    return server;
  }

  get api(): string {
    return this.#known.api;
  }

  get site(): string {
    return this.#known.site;
  }

  get adminKey(): string {
    return this.#known.adminKey;
  }

  /** Also again, on the same port, after `kill` or `stop`. */
  async start(): Promise<void> {
    const port = this.#addresses === null ? "0" : new URL(this.#addresses.api).port;
    const child = spawn(process.execPath, [ENTRY, this.dataFolder, port], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...this.#options.env },
    });
    running.add(child);
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
    });
    const lines = createInterface({ input: child.stdout });
    const [line] = (await Promise.race([
      once(lines, "line"),
      once(child, "exit").then(() => {
        throw new Error(`The server did not start:\n${this.log}`);
      }),
    ])) as [string];
    this.#addresses = JSON.parse(line) as { api: string; site: string; adminKey: string };
  }

  /** Ends it and waits for that. */
  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    running.delete(child);
  }

  /** Sends a request with the admin key. */
  request(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    return fetch(this.api + path, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        Authorization: `Convex ${this.adminKey}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? null : isRaw ? (body as string) : JSON.stringify(body),
    });
  }

  /** Runs a function, of whatever kind, as an admin; answers with what the endpoint says. */
  async run(
    path: string,
    args: object = {},
  ): Promise<{ status: string; value?: unknown; errorMessage?: string }> {
    const response = await this.request("/api/function", { path, args, format: "json" });
    return (await response.json()) as { status: string };
  }

  /** The value of a query, mutation or action that succeeds. */
  async value(path: string, args: object = {}): Promise<unknown> {
    const answer = await this.run(path, args);
    if (answer.status !== "success") throw new Error(answer.errorMessage);
    return answer.value;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
    rmSync(this.dataFolder, { recursive: true, force: true });
  }

  get #known(): { readonly api: string; readonly site: string; readonly adminKey: string } {
    if (this.#addresses === null) throw new Error("The server has not started");
    return this.#addresses;
  }
}
