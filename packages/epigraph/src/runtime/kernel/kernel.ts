import { installPlatform, type PlatformHooks } from "../platform/index.ts";
import { analyseModule } from "./analyse-module.ts";
import type { HostBridge, ResponseHead } from "./bridge.ts";
import { forbidCodeGeneration } from "./code-generation.ts";
import { makeConsole } from "./console.ts";
import { installDeterminism } from "./determinism.ts";
import { currentExecution, Execution, type ExecutionKind, enter, leave } from "./execution.ts";
import { defineModule, instantiate, type ModuleFunction } from "./modules.ts";
import { installTimers, makeConvexGlobal, settleOperation, startOperation } from "./operations.ts";
import { RandomSource } from "./random.ts";
import { pumpResponse } from "./response-pump.ts";
import { describeThrown } from "./thrown.ts";
import { wrongKind } from "./wrong-kind.ts";

/**
 * The realm's own code: evaluated once in each realm, before any app code. The host enters it through `kernel`;
 * every entry belongs to exactly one execution, named by `enter` and cleared by `leave` when the entry's microtasks
 * have drained (the host calls `leave` through `idle`, or the next entry overwrites the pointer).
 */
declare const __host: HostBridge;

const host = __host;
const executions = new Map<number, Execution>();
const global = globalThis;
const { realNowMs } = installDeterminism(global);
const startedMs = realNowMs();

const hooks: PlatformHooks = installPlatform(global, {
  fillRandom(bytes) {
    const execution = currentExecution();
    if (execution.isTransaction || execution.importing) execution.random.fill(bytes);
    else bytes.set(new Uint8Array(host.randomBytes(bytes.length)));
  },
  readBody: (body) =>
    startOperation("request body", (execution, call) => host.readBody(execution.id, call, body)),
  cancelBody: (body) => host.cancelBody(currentExecution().id, body),
  now: () => currentExecution().frozenNowMs ?? realNowMs(),
  performanceNow: () =>
    currentExecution().kind === "query" ? 0 : Math.round((realNowMs() - startedMs) * 10) / 10,
  timeOrigin: startedMs,
  setTimeout: (callback, ms) => setTimeout(callback, ms) as unknown as number,
  clearTimeout: (timer) => clearTimeout(timer),
  isTransaction: () => currentExecution().isTransaction,
  digest: (algorithm, data) =>
    new Uint8Array(
      host.digest(
        algorithm,
        data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) as ArrayBuffer,
      ),
    ),
});

installTimers(global, host);
forbidCodeGeneration(global);

const environment = new Proxy(Object.create(null) as Record<string, string>, {
  get: (_target, name) => {
    if (typeof name !== "string") return undefined;
    const answer = host.environment(name);
    if (answer === undefined) return undefined;
    if (answer.charCodeAt(0) === 86 /* V */) return answer.slice(1);
    throw new Error(answer.slice(1));
  },
  has: () => false,
  ownKeys: () => [],
  set: () => true,
});

const define = (name: string, value: unknown): void => {
  Object.defineProperty(global, name, { value, writable: true, configurable: true });
};
define("console", makeConsole(host, realNowMs));
define("process", { env: environment });
define("fetch", function fetch(): Promise<never> {
  const execution = currentExecution();
  if (execution.importing) return Promise.reject(new Error("fetch() unsupported at import time"));
  if (execution.isTransaction) return Promise.reject(new Error(wrongKind("fetch()")));
  return Promise.reject(new Error("fetch() is not in this version of Epigraph yet"));
});
define(
  "Convex",
  makeConvexGlobal(host, {
    requestFromConvexJson: () => currentExecution().request?.request,
    convexJsonFromResponse: ({ response }: { response: unknown }) => {
      if (!hooks.isResponse(response)) throw new Error("HTTP actions must return a Response");
      currentExecution().response = response;
      return {};
    },
  }),
);

function finish(execution: Execution, outcome: string): void {
  if (execution.settled) return;
  execution.settled = true;
  executions.delete(execution.id);
  host.done(execution.id, outcome);
}

function fail(execution: Execution, thrown: unknown): void {
  finish(execution, `E${JSON.stringify(describeThrown(thrown))}`);
}

function begin(id: number, kind: ExecutionKind, seed: string, frozenNowMs: number | null): Execution {
  const [a = 0, b = 0, c = 0] = seed.split(",").map(Number);
  const execution = new Execution(id, kind, new RandomSource([a, b, c]), frozenNowMs);
  executions.set(id, execution);
  enter(execution);
  return execution;
}

/** Evaluates a module for this execution; database and other effects are refused meanwhile. */
function load(path: string, execution: Execution): Record<string, unknown> {
  execution.importing = true;
  try {
    return instantiate(path, execution);
  } finally {
    execution.importing = false;
  }
}

type Invocable = Record<"invokeQuery" | "invokeMutation", (args: string) => Promise<string>> & {
  invokeAction: (requestId: string, args: string) => Promise<string>;
};

interface Router {
  readonly isRouter: unknown;
  lookup(path: string, method: string): readonly [unknown, string, string] | null;
  runRequest(args: string, path: string): Promise<string>;
}

function routerOf(module: Record<string, unknown>): Router {
  if (!("default" in module)) throw new Error(`Couldn't find default export in module "http.js".`);
  const router = module["default"] as Router | null;
  if (typeof router !== "object" || router === null || router.isRouter !== true) {
    throw new Error("The default export of `convex/http.js` is not a Router.");
  }
  return router;
}

/** The entries of a realm: everything the host can ask of it. */
export interface Kernel {
  /** Makes a module known; shared ones are evaluated once and frozen. */
  define(path: string, run: ModuleFunction, shared: boolean): void;
  /** Runs a query, mutation or action export; the outcome arrives through `host.done`. */
  call(
    id: number,
    kind: ExecutionKind,
    path: string,
    name: string,
    args: string,
    seed: string,
    now: number | null,
  ): void;
  /** Runs an HTTP action: route lookup, request, handler, response. `body` is bytes, the number of a body to pull, or null. */
  http(id: number, headJson: string, body: ArrayBuffer | number | null, path: string, seed: string): void;
  /** Answers an operation that the execution started. */
  settle(id: number, call: number, ok: boolean, value: string | ArrayBuffer | null): void;
  timer(id: number, timer: number): void;
  /** The client is gone. */
  abort(id: number): void;
  /** The window of a streamed response has room again. */
  resume(id: number): void;
  /** Forgets an execution that the host has ended; what it still had pending never settles. */
  drop(id: number): void;
  /** JSON list of the operations that an execution started and that have not settled. */
  pending(id: number): string;
  /** Facts of one module for the analysis at push. */
  analyse(id: number, path: string, seed: string, now: number): void;
}

const kernel: Kernel = {
  define: defineModule,

  call(
    id: number,
    kind: ExecutionKind,
    path: string,
    name: string,
    args: string,
    seed: string,
    now: number | null,
  ): void {
    const execution = begin(id, kind, seed, now);
    try {
      const target = load(path, execution)[name] as Invocable | undefined;
      if (target === undefined || target === null)
        throw new Error(`Couldn't find "${name}" in module "${path}".`);
      const promise =
        kind === "query"
          ? target.invokeQuery(args)
          : kind === "mutation"
            ? target.invokeMutation(args)
            : target.invokeAction("", args);
      promise.then(
        (json) => finish(execution, `V${json}`),
        (thrown: unknown) => fail(execution, thrown),
      );
    } catch (thrown) {
      fail(execution, thrown);
    }
  },

  http(id: number, headJson: string, body: ArrayBuffer | number | null, path: string, seed: string): void {
    const execution = begin(id, "http", seed, null);
    try {
      const router = routerOf(load("http.js", execution));
      const [url, method, headerPairs] = JSON.parse(headJson) as [string, string, [string, string][]];
      const route = router.lookup(path, method);
      if (route === null) {
        finish(execution, "N");
        return;
      }
      execution.request = hooks.makeRequest({
        url,
        method,
        headerPairs,
        body: body === null ? null : typeof body === "number" ? { bodyId: body } : new Uint8Array(body),
      });
      router.runRequest("{}", path).then(
        () => respond(execution, `${route[1]} ${route[2]}`),
        (thrown: unknown) => fail(execution, thrown),
      );
    } catch (thrown) {
      fail(execution, thrown);
    }
  },

  settle(id: number, call: number, ok: boolean, value: string | ArrayBuffer | null): void {
    const execution = executions.get(id);
    if (execution === undefined) return;
    enter(execution);
    settleOperation(call, ok, value instanceof ArrayBuffer ? new Uint8Array(value) : value);
  },

  timer(id: number, timer: number): void {
    const execution = executions.get(id);
    if (execution === undefined) return;
    enter(execution);
    execution.timeouts.get(timer)?.();
  },

  abort(id: number): void {
    const execution = executions.get(id);
    if (execution === undefined) return;
    enter(execution);
    execution.request?.abort();
  },

  resume(id: number): void {
    const execution = executions.get(id);
    if (execution === undefined) return;
    enter(execution);
    const resume = execution.resumeResponse;
    execution.resumeResponse = null;
    resume?.();
  },

  drop(id: number): void {
    executions.delete(id);
    leave();
  },

  pending(id: number): string {
    const execution = executions.get(id);
    return JSON.stringify(
      execution === undefined ? [] : [...execution.pending.values()].map((operation) => operation.name),
    );
  },

  analyse(id: number, path: string, seed: string, now: number): void {
    const execution = begin(id, "analysis", seed, now);
    try {
      finish(execution, `V${analyseModule(load(path, execution), path)}`);
    } catch (thrown) {
      fail(execution, thrown);
    }
  },
};

function respond(execution: Execution, route: string): void {
  const parts = hooks.splitResponse(execution.response);
  const stream = parts.body !== null && typeof parts.body === "object" && !(parts.body instanceof Uint8Array);
  const head: ResponseHead & { route: string } = {
    status: parts.status,
    headers: parts.headerPairs,
    stream,
    route,
  };
  if (!stream) {
    const { body } = parts;
    const bytes =
      body instanceof Uint8Array
        ? (body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) as ArrayBuffer)
        : ((body as string | null) ?? undefined);
    host.respond(execution.id, JSON.stringify(head), bytes);
    finish(execution, "V");
    return;
  }
  pumpResponse(execution, parts.body as ReadableStream<unknown>, host, JSON.stringify(head)).then(
    () => finish(execution, "V"),
    (thrown: unknown) => fail(execution, thrown),
  );
}

Object.defineProperty(global, "__kernel", { value: kernel, configurable: true });
