import { toArrayBuffer } from "../platform/bytes.ts";
import { installPlatform, type PlatformHooks } from "../platform/index.ts";
import { watchArrayBuffers } from "./array-buffers.ts";
import { installAsyncContext } from "./async-context.ts";
import { INCOMING_EXCHANGE } from "./bridge.ts";
import { forbidCodeGeneration } from "./code-generation.ts";
import { makeConsole } from "./console.ts";
import { makeConvexGlobal } from "./convex-global.ts";
import { askCrypto, demandRandomness } from "./crypto.ts";
import { installDeterminism } from "./determinism.ts";
import { makeEnvironment } from "./environment.ts";
import { currentExecution } from "./execution.ts";
import { cancelExchange, startFetch } from "./fetch.ts";
import { host } from "./host.ts";
import { currentRandom, importTimeMs } from "./import-phase.ts";
import { startOperation } from "./operations.ts";
import { sendChunk } from "./send-chunk.ts";
import { installStackFormat } from "./stack-format.ts";
import { installTimers } from "./timers.ts";
import { installWebAssembly } from "./webassembly.ts";
import { wrongKind } from "./wrong-kind.ts";

const global = globalThis;
watchArrayBuffers(global);
const { realNowMs, nowMs } = installDeterminism(global);
const startedMs = host.elapsedMs();

/** What the host may do with the web platform's classes. Importing this module installs all globals. */
export const hooks: PlatformHooks = installPlatform(global, {
  fillRandom(bytes) {
    const execution = currentExecution();
    if (execution.isTransaction || execution.isImporting) currentRandom().fill(bytes);
    else bytes.set(new Uint8Array(host.randomBytes(bytes.length)));
  },
  readBody: (exchange) =>
    startOperation(exchange === INCOMING_EXCHANGE ? "request body" : "response body", ({ id }, call) =>
      host.readBody(id, call, exchange),
    ),
  cancelBody: (exchange) => cancelExchange(currentExecution(), exchange),
  startFetch,
  sendChunk: (exchange, chunk) => sendChunk(currentExecution(), exchange, toArrayBuffer(chunk)),
  endBody: (exchange) => host.endBody(currentExecution().id, exchange),
  now: nowMs,
  performanceNow: () =>
    currentExecution().kind === "query" ? 0 : Math.floor((host.elapsedMs() - startedMs) * 10) / 10,
  get timeOrigin(): number {
    return importTimeMs();
  },
  setTimeout: (callback, ms) => setTimeout(callback, ms) as unknown as number,
  clearTimeout: (timer) => clearTimeout(timer),
  local<T>(key: object, make: () => T): T {
    const { locals } = currentExecution();
    if (!locals.has(key)) locals.set(key, make());
    return locals.get(key) as T;
  },
  isTransaction: () => currentExecution().isTransaction,
  crypto: askCrypto,
  demandRandomness,
});

installTimers(global);
installAsyncContext(global);
installStackFormat();
forbidCodeGeneration(global);
installWebAssembly(global);
define("console", makeConsole(realNowMs));
define("process", { env: makeEnvironment() });
define("fetch", function fetch(input: unknown, init?: unknown): Promise<unknown> {
  const execution = currentExecution();
  if (execution.isImporting) return Promise.reject(new Error("fetch() unsupported at import time"));
  if (execution.isTransaction) return Promise.reject(new Error(wrongKind("fetch()")));
  return hooks.fetch(input, init);
});
define("Convex", makeConvexGlobal(hooks));

function define(name: string, value: unknown): void {
  Object.defineProperty(global, name, { value, writable: true, configurable: true });
}
