import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleApp } from "../../src/deploy/bundle.ts";
import { writeGenerated } from "../../src/deploy/codegen/write-generated.ts";
import { prepareModules } from "../../src/deploy/prepare-modules.ts";
import { TempApp } from "../../src/deploy/testing/temp-app.ts";
import { Deployment } from "../../src/deployment.ts";
import type { DeploymentOptions } from "../../src/deployment-options.ts";
import type { ExecutionEvent } from "../../src/functions/execution-event.ts";
import { readFolder } from "./start-app.ts";

export interface DeployedAppOptions {
  /** Files by their paths in the app; they are added to those of `copyOf`. */
  readonly files?: Readonly<Record<string, string>>;
  readonly copyOf?: string;
  readonly limits?: DeploymentOptions["limits"];
  readonly functionLimits?: DeploymentOptions["functionLimits"];
  readonly packages?: readonly string[];
  /** Whether clients learn of failures no more than the request's id. */
  readonly redactErrors?: boolean;
}

/** A deployment in this process, with an app pushed to it. It can be restarted, on the same port and data. */
export class DeployedApp implements AsyncDisposable {
  readonly temp: TempApp;
  /** What executions had to tell. */
  readonly events: ExecutionEvent[] = [];
  /** What the operator was told. */
  readonly logged: string[] = [];
  readonly #dataFolder = mkdtempSync(join(tmpdir(), "epigraph-deployed-"));
  readonly #options: DeployedAppOptions;
  #deployment: Deployment | null = null;
  #port = 0;

  private constructor(temp: TempApp, options: DeployedAppOptions) {
    this.temp = temp;
    this.#options = options;
  }

  static async start(options: DeployedAppOptions): Promise<DeployedApp> {
    const { copyOf, files = {}, packages = ["convex"] } = options;
    const temp = new TempApp({ ...(copyOf === undefined ? {} : readFolder(copyOf)), ...files }, { packages });
    const app = new DeployedApp(temp, options);
    await app.open();
    await app.push();
    return app;
  }

  get #running(): Deployment {
    if (this.#deployment === null) throw new Error("The deployment does not run");
    return this.#deployment;
  }

  /** The API origin, without a slash at the end. */
  get api(): string {
    return this.#running.apiUrl;
  }

  get adminKey(): string {
    return this.#running.adminKey;
  }

  /** Starts it; also again, after `close`. @param origins where its operator says that it is reached. */
  async open(origins?: DeploymentOptions["origins"]): Promise<void> {
    const { limits, functionLimits, redactErrors = false } = this.#options;
    this.#deployment = await Deployment.start({
      dataFolder: this.#dataFolder,
      host: "127.0.0.1",
      port: this.#port,
      sitePort: null,
      redactErrors,
      ...(limits === undefined ? {} : { limits }),
      ...(functionLimits === undefined ? {} : { functionLimits }),
      ...(origins === undefined ? {} : { origins }),
      log: (text) => void this.logged.push(text),
    });
    this.#port = Number(new URL(this.api).port);
    this.#deployment.onEvent((event) => void this.events.push(event));
  }

  async close(): Promise<void> {
    await this.#running.close();
    this.#deployment = null;
  }

  /** Pushes the files as they are now, some of them changed first. */
  async push(files: Readonly<Record<string, string>> = {}): Promise<void> {
    this.temp.write(files);
    const { app } = this.temp;
    writeGenerated(app);
    await this.#running.push(await prepareModules(await bundleApp(app)));
  }

  /** Runs a function over HTTP as an admin. @returns its value. */
  async run(kind: "query" | "mutation" | "action", path: string, args: object = {}): Promise<unknown> {
    const response = await this.post(`/api/${kind}`, { path, args, format: "json" });
    const answer = (await response.json()) as { status: string; value: unknown; errorMessage?: string };
    if (answer.status !== "success") throw new Error(answer.errorMessage);
    return answer.value;
  }

  post(path: string, body: object): Promise<Response> {
    return fetch(this.api + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Convex ${this.adminKey}` },
      body: JSON.stringify(body),
    });
  }

  /** Sets an environment variable, or removes it. */
  async setVariable(name: string, value: string | null): Promise<void> {
    const response = await this.post("/api/update_environment_variables", { changes: [{ name, value }] });
    if (!response.ok) throw new Error(await response.text());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#deployment?.close();
    rmSync(this.#dataFolder, { recursive: true, force: true });
    this.temp[Symbol.dispose]();
  }
}
