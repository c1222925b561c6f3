import { randomFillSync } from "node:crypto";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ivm from "isolated-vm";
import { answerCrypto } from "../../runner/crypto/crypto-door.ts";
import { platformBundleOptions } from "../bundle-options.ts";

let bundled: Promise<string> | undefined;

/** The platform as one script that leaves `installPlatform` in the global `__platform`. */
export function platformScript(): Promise<string> {
  bundled ??= build({
    ...platformBundleOptions,
    entryPoints: [fileURLToPath(new URL("../index.ts", import.meta.url))],
    globalName: "__platform",
    write: false,
  }).then((result) => result.outputFiles[0]!.text);
  return bundled;
}

/**
 * Every handle of isolated-vm stays referenced: version 7.0.1 aborts the process when Node's own teardown at a natural
 * exit collects one (`IsolateEnvironment::GetCurrent` without an environment).
 */
const handles: unknown[] = [];

export interface RealmOptions {
  /** Chunks of incoming bodies by id; an Error breaks the upload at that place. */
  readonly bodies?: Readonly<Record<number, readonly (Uint8Array | Error)[]>>;
  readonly isTransaction?: boolean;
}

/** A real bare isolate with the platform and a small host. */
export interface PlatformRealm extends Disposable {
  /** Runs the body of an async function inside; its result crosses as JSON. It must settle without waiting. `hooks` are the platform's hooks. */
  run(body: string): unknown;
  /** Bodies that were cancelled. */
  readonly cancelled: number[];
}

/** Makes a realm; timers of its host fire in order of their delay, without real waiting. */
export async function openPlatformRealm(options: RealmOptions = {}): Promise<PlatformRealm> {
  const isolate = new ivm.Isolate({ memoryLimit: 256 });
  const context = isolate.createContextSync();
  const { global } = context;
  handles.push(isolate, context, global);
  const cancelled: number[] = [];
  const remaining = new Map<number, (Uint8Array | Error)[]>();
  for (const [id, chunks] of Object.entries(options.bodies ?? {})) remaining.set(Number(id), [...chunks]);
  const callbacks: Record<string, (...args: never[]) => unknown> = {
    random: (length: number) => new Uint8Array(randomFillSync(new Uint8Array(length))).buffer,
    crypto: (request: string, ...buffers: ArrayBuffer[]) => answerCrypto(request, buffers),
    chunk: (id: number) => {
      const next = remaining.get(id)?.shift();
      if (next instanceof Error) return next.message;
      return next?.slice().buffer;
    },
    cancel: (id: number) => {
      cancelled.push(id);
    },
  };
  for (const [name, callback] of Object.entries(callbacks)) {
    const handle = new ivm.Callback(callback as (...args: unknown[]) => unknown);
    handles.push(handle);
    global.setSync(`__${name}`, handle);
  }
  const script = isolate.compileScriptSync(await platformScript(), { filename: "platform.js" });
  handles.push(script);
  script.runSync(context);
  context.evalSync(`{
    const random = __random, crypto = __crypto, chunk = __chunk, cancel = __cancel, timers = new Map(), locals = new Map();
    let nextTimer = 1;
    globalThis.runTimers = () => {
      for (const [id, timer] of [...timers].sort((a, b) => a[1].ms - b[1].ms)) { timers.delete(id); timer.callback(); }
    };
    const install = __platform.installPlatform;
    for (const name of ["__random", "__crypto", "__chunk", "__cancel"]) delete globalThis[name];
    globalThis.hooks = install(globalThis, {
      fillRandom: (bytes) => bytes.set(new Uint8Array(random(bytes.length))),
      readBody: async (id) => {
        const next = chunk(id);
        if (typeof next === "string") throw new Error(next);
        return next === undefined ? null : new Uint8Array(next);
      },
      cancelBody: cancel,
      now: Date.now,
      performanceNow: () => 12.5,
      timeOrigin: 1000,
      setTimeout: (callback, ms) => { timers.set(nextTimer, { callback, ms }); return nextTimer++; },
      clearTimeout: (id) => timers.delete(id),
      crypto: (request, buffers) => {
        const answer = crypto(JSON.stringify(request), ...buffers.map((bytes) => bytes.slice().buffer));
        return typeof answer === "string" ? answer : new Uint8Array(answer);
      },
      demandRandomness: () => {},
      local: (key, make) => locals.get(key) ?? locals.set(key, make()).get(key),
      isTransaction: () => ${options.isTransaction === true},
    });
  }`);
  return {
    cancelled,
    run(body) {
      // Synchronous entries drain the microtasks they leave, as the product's realms do.
      context.evalSync(`globalThis.outcome = undefined;
        (async () => { ${body} })().then(
          (value) => { outcome = JSON.stringify({ value }); },
          (error) => { outcome = JSON.stringify({ error: String(error) + "\\n" + String(error?.stack) }); });
        0`);
      const json: unknown = context.evalSync("globalThis.outcome");
      if (typeof json !== "string") throw new Error("The code inside never settled");
      const outcome = JSON.parse(json) as { value?: unknown; error?: string };
      if (outcome.error !== undefined) throw new Error(outcome.error);
      return outcome.value;
    },
    [Symbol.dispose]() {
      isolate.dispose();
    },
  };
}
