import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestDatabase } from "../../database/testing/test-database.ts";
import { Pusher } from "../../deploy/push.ts";
import { NodePackages } from "../../deploy/remote/node-packages.ts";
import { RemotePushes } from "../../deploy/remote/remote-pushes.ts";
import { TestQueries } from "../../deploy/test-queries.ts";
import { analyseCode } from "../../deploy/testing/evaluate-code.ts";
import { FileStorage } from "../../files/file-storage.ts";
import { LocalFileStore } from "../../files/local/local-file-store.ts";
import { UploadTokens } from "../../files/upload-tokens.ts";
import type {
  FunctionCall,
  FunctionOutcome,
  Functions,
  HttpActionCall,
  HttpActionOutcome,
} from "../../functions/calls.ts";
import { Queries } from "../../functions/queries/queries.ts";
import type { AuthProvider } from "../../services/auth/auth-provider.ts";
import { Authenticator } from "../../services/auth/authenticator.ts";
import { CronControl } from "../../services/crons/cron-control.ts";
import { OneTimeLinks } from "../../services/dashboard/one-time-links.ts";
import { EnvironmentVariables } from "../../services/environment/environment-variables.ts";
import { Exports } from "../../services/export/exports.ts";
import { Imports } from "../../services/import/imports.ts";
import { Uploads } from "../../services/import/uploads.ts";
import { AdminKeys } from "../../services/keys/admin-keys.ts";
import { AuditLog } from "../../services/keys/audit-log.ts";
import { StoredKeys } from "../../services/keys/stored-keys.ts";
import { LogFollowers } from "../../services/logs/log-followers.ts";
import { LogHistory } from "../../services/logs/log-history.ts";
import { PauseControl } from "../../services/pause/pause-control.ts";
import { JobControl } from "../../services/scheduler/job-control.ts";
import { TransferThread } from "../../services/transfer/transfer-thread.ts";
import type { Ticks } from "../../store/ticks.ts";
import { DashboardAssets } from "../dashboard/dashboard-assets.ts";
import { DEFAULT_SERVER_LIMITS, type ServerLimits, type ServerParts } from "../server-parts.ts";
import { type RunningServer, startServer } from "../start-server.ts";
import { LOOPBACK, TrustedProxies } from "../trusted-proxies.ts";

const IDLE = { running: 0, waiting: 0 } as const;

const NO_AUTH_CONFIG = {
  evaluate: (): never => {
    throw new Error("No code was pushed");
  },
};

type InvokeFunction = (call: FunctionCall) => FunctionOutcome | Promise<FunctionOutcome>;
type RunHttpAction = (call: HttpActionCall) => HttpActionOutcome | Promise<HttpActionOutcome>;

export const LATEST_TS: Ticks = 1_753_000_000_000_000;

/** Functions that a test writes as two small ones, and that remember what the door handed in. */
export class TestFunctions implements Functions {
  readonly calls: FunctionCall[] = [];
  readonly httpCalls: HttpActionCall[] = [];
  invokeFunction: InvokeFunction = () => ({ status: "success", value: "null", logLines: [], ts: null });
  runHttpAction: RunHttpAction = () => ({ type: "notEnabled" });

  async invoke(call: FunctionCall): Promise<FunctionOutcome> {
    this.calls.push(call);
    return this.invokeFunction(call);
  }

  async httpAction(call: HttpActionCall): Promise<HttpActionOutcome> {
    this.httpCalls.push(call);
    return this.runHttpAction(call);
  }

  latestTs(): Ticks {
    return LATEST_TS;
  }

  async close(): Promise<void> {}
}

export interface TestServerOptions {
  /** Who vouches for users; nobody when left out. */
  readonly providers?: readonly AuthProvider[];
  readonly parts?: Partial<ServerParts>;
  readonly limits?: Partial<ServerLimits>;
  readonly sitePort?: number | null;
  /** Where the built dashboard is; none when left out. */
  readonly dashboardFolder?: string;
}

/** A running door on free ports. Close it with `await using`. */
export class TestServer implements AsyncDisposable {
  readonly functions: TestFunctions = new TestFunctions();
  readonly database: TestDatabase = new TestDatabase();
  readonly storedKeys: StoredKeys = new StoredKeys({
    database: this.database.database,
    instanceName: "happy-otter-1",
    nowMs: Date.now,
    random: randomBytes,
  });
  readonly keys: AdminKeys = new AdminKeys({
    instanceName: "happy-otter-1",
    secret: randomBytes(32),
    stored: this.storedKeys,
  });
  readonly links: OneTimeLinks = new OneTimeLinks({
    nowMs: Date.now,
    newToken: () => randomBytes(16).toString("hex"),
  });
  readonly logs: LogHistory = new LogHistory({ nowMs: Date.now });
  /** Messages of what the server reported as its own fault. */
  readonly faults: string[] = [];
  readonly tokens: UploadTokens = new UploadTokens(randomBytes(32));
  #server: RunningServer | null = null;

  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const test = new TestServer();
    const folder = join(tmpdir(), "epigraph-nothing");
    const newToken = (): string => randomBytes(16).toString("hex");
    const uploads = new Uploads(join(folder, "imports"), newToken);
    const transfers = {
      database: test.database.database,
      transfers: new TransferThread(
        { dataFolder: folder, committer: { path: "", token: "" }, files: { type: "local", folder } },
        async () => {},
      ),
      nowMs: Date.now,
      report: () => {},
    };
    test.#server = await startServer(
      {
        functions: test.functions,
        queries: new Queries({
          run: async (call) => ({ outcome: await test.functions.invoke(call), trace: null, lines: [] }),
          onEvent: () => {},
          watch: () => {},
          unwatch: () => {},
          setTimer: () => () => {},
          nowMs: Date.now,
          random: Math.random,
          newRequestId: () => "0123456789abcdef",
        }),
        environment: new EnvironmentVariables({
          database: test.database.database,
          authConfig: NO_AUTH_CONFIG,
          onChange: () => {},
        }),
        authenticator: new Authenticator({
          readProviders: () => JSON.stringify(options.providers ?? []),
          nowMs: Date.now,
          isRedacted: options.parts?.redactErrors ?? false,
        }),
        logs: test.logs,
        logFollowers: new LogFollowers({ setTimer: () => () => {}, onChange: () => {} }),
        exports: new Exports({ ...transfers, folder: join(folder, "exports") }),
        uploads,
        imports: new Imports({ ...transfers, uploads, onRemoved: () => {} }),
        testQueries: new TestQueries({
          database: test.database.database,
          analyse: analyseCode,
          run: (call) => test.functions.invoke(call),
        }),
        pushes: new RemotePushes({
          database: test.database.database,
          pusher: new Pusher({
            database: test.database.database,
            analyse: analyseCode,
            authConfig: NO_AUTH_CONFIG,
          }),
          packages: new NodePackages(join(tmpdir(), "epigraph-no-packages")),
          newId: () => randomBytes(16).toString("hex"),
          elapsedMs: () => performance.now(),
          onChange: () => {},
        }),
        jobs: new JobControl(test.database.database),
        crons: new CronControl(test.database.database),
        pause: new PauseControl(test.database.database),
        keys: test.keys,
        storedKeys: test.storedKeys,
        audit: new AuditLog(test.database.database),
        requests: null,
        dashboard: {
          assets: new DashboardAssets(options.dashboardFolder ?? join(folder, "dashboard")),
          links: test.links,
          adminKey: () => test.keys.create(),
          functionsState: () => ({
            pool: { runners: [], waitingJobs: 0, deaths: 0 },
            query: IDLE,
            mutation: IDLE,
            action: IDLE,
          }),
        },
        files: {
          storage: new FileStorage({
            database: test.database.database,
            openStore: async () => new LocalFileStore(join(test.database.folder, "files")),
          }),
          tokens: test.tokens,
          nowMs: () => test.database.nowMs,
        },
        instanceName: "happy-otter-1",
        version: "1.2.3",
        openBackup: () => Promise.reject(new Error("These tests have no backups")),
        isWorking: () => true,
        redactErrors: false,
        origins: { api: null, site: null },
        proxies: new TrustedProxies(LOOPBACK),
        limits: { ...DEFAULT_SERVER_LIMITS, closeGraceMs: 50, ...options.limits },
        reportFault: (fault) => void test.faults.push(fault.message),
        ...options.parts,
      },
      { host: "127.0.0.1", port: 0, sitePort: options.sitePort === undefined ? 0 : options.sitePort },
    );
    return test;
  }

  get api(): string {
    return this.#running.apiUrl;
  }

  get site(): string {
    return this.#running.siteUrl;
  }

  get adminHeader(): string {
    return `Convex ${this.keys.create()}`;
  }

  close(): Promise<void> {
    return this.#running.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    this.database.close();
  }

  get #running(): RunningServer {
    if (this.#server === null) throw new Error("The server is not running");
    return this.#server;
  }

  /** Posts JSON to the API origin. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.api + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  }
}

/** Answers every HTTP action with text. */
export function respondText(text: string): RunHttpAction {
  return () => ({ type: "response", status: 200, headers: [], body: text });
}

/** Sends bytes as they are and resolves to all that came back, once the server has closed the connection. */
export function sendRaw(
  url: string,
  text: string,
  options: { readonly end?: boolean } = {},
): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let received = "";
    const socket = connect(Number(port), hostname, () => {
      if (options.end === true) socket.end(text, "latin1");
      else socket.write(text, "latin1");
    });
    socket.setEncoding("latin1");
    socket.on("data", (chunk: string) => {
      received += chunk;
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(received));
  });
}
