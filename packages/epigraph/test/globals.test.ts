import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { InThreadApp } from "./support/in-thread-app.ts";

/** Global names that the language itself has; an engine may be ahead of or behind this list with those in brackets. */
const LANGUAGE =
  "AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError FinalizationRegistry Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array Intl Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet WebAssembly decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval globalThis isFinite isNaN parseFloat parseInt undefined unescape";
const NEWER = "AsyncDisposableStack DisposableStack Float16Array SuppressedError Temporal";
/** Global names of the platform. */
const PLATFORM =
  "AbortController AbortSignal AsyncLocalStorage AsyncResource Blob Convex Crypto CryptoKey DOMException Event EventTarget File FormData Headers Performance PerformanceEntry PerformanceMark PerformanceMeasure ReadableStream ReadableStreamBYOBReader ReadableStreamDefaultReader Request Response SubtleCrypto TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream URL URLSearchParams WritableStream WritableStreamDefaultWriter addEventListener atob btoa clearInterval clearTimeout console crypto dispatchEvent fetch performance process removeEventListener self setInterval setTimeout structuredClone";
const ABSENT =
  "Buffer require module exports __dirname __filename global setImmediate MessageChannel BroadcastChannel CustomEvent WebSocket EventSource XMLHttpRequest navigator location document window localStorage Worker CompressionStream DecompressionStream CountQueuingStrategy ByteLengthQueuingStrategy importScripts";

const FILES = {
  "convex/inventory.ts": `export function inventory() {
  return {
    names: Object.getOwnPropertyNames(globalThis),
    console: Object.getOwnPropertyNames(console),
    process: Object.getOwnPropertyNames(process),
    isSelf: self === globalThis,
    atomics: ["wait", "waitAsync"].filter((name) => name in Atomics),
    hidden: ${JSON.stringify(ABSENT.split(" "))}.filter((name) => name in globalThis),
  };
}
`,
  "convex/calls.ts": `import { action, mutation, query } from "./_generated/server";
import { inventory } from "./inventory";

export const inQuery = query({ args: {}, handler: async () => inventory() });
export const inMutation = mutation({ args: {}, handler: async () => inventory() });
export const inAction = action({ args: {}, handler: async () => inventory() });

/** What the builtins take for now, beside the clock itself. */
export const clocks = query({
  args: {},
  handler: async () => {
    const { Temporal } = globalThis as any;
    const utc = new Intl.DateTimeFormat("en", { dateStyle: "short", timeStyle: "medium", timeZone: "UTC" });
    const now = Date.now();
    const zoned = Temporal?.Now.zonedDateTimeISO();
    return {
      now,
      formatted: [utc.format(), utc.formatToParts().map(({ value }) => value).join("")],
      expected: utc.format(now),
      temporal: Temporal === undefined ? [] : [
        Temporal.Now.instant().epochMilliseconds,
        zoned.epochMilliseconds,
        Temporal.Now.plainDateTimeISO().toZonedDateTime("UTC").epochMilliseconds,
        Temporal.Now.plainDateISO().toZonedDateTime({ timeZone: "UTC", plainTime: Temporal.Now.plainTimeISO() }).epochMilliseconds,
      ],
    };
  },
});

/** Weak references and registries are there, and show nothing of the collector. */
export const weak = query({
  args: {},
  handler: async () => {
    const target = { kept: true };
    const registry = new FinalizationRegistry(() => {});
    const error = (run: () => unknown) => {
      try {
        return run();
      } catch (error) {
        return (error as Error).name;
      }
    };
    return [
      new WeakRef(target).deref()?.kept,
      registry.register(target, 1) === undefined,
      registry.unregister(target),
      error(() => new (WeakRef as any)(1)),
      error(() => new (FinalizationRegistry as any)()),
    ];
  },
});

/** What the original runtime can't do at all. */
export const proper = query({
  args: {},
  handler: async () => {
    const request = new Request("http://a/");
    const url = new URL("http://a/");
    Object.assign(url, { host: "b:1", username: "x", password: "y" });
    return [request.mode, request.credentials, request.keepalive, request.referrer, url.href];
  },
});
`,
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
import { inventory } from "./inventory";

const http = httpRouter();
http.route({ path: "/", method: "GET", handler: httpAction(async () => Response.json(inventory())) });
export default http;
`,
};

interface Inventory {
  readonly names: readonly string[];
  readonly console: readonly string[];
  readonly process: readonly string[];
  readonly isSelf: boolean;
  readonly atomics: readonly string[];
  readonly hidden: readonly string[];
}

const NOW_MS = Date.UTC(2031, 4, 6, 7, 8, 9, 10);

const app = await InThreadApp.start(FILES, { effects: { nowMs: () => NOW_MS } });
after(() => app[Symbol.asyncDispose]());

async function overHttp(): Promise<unknown> {
  const outcome = await app.http("GET", "/");
  assert.equal(outcome.type, "response");
  return outcome.type === "response" ? JSON.parse(String(outcome.body)) : null;
}

const kinds: readonly (readonly [string, () => Promise<unknown>])[] = [
  ["a query", () => app.value("query", "calls:inQuery")],
  ["a mutation", () => app.value("mutation", "calls:inMutation")],
  ["an action", () => app.value("action", "calls:inAction")],
  ["an HTTP action", overHttp],
];

for (const [kind, take] of kinds) {
  describe(`the globals of ${kind}`, () => {
    let inventory: Inventory;

    it("are those of the language and of the platform", async () => {
      inventory = (await take()) as Inventory;
      const newer = new Set(NEWER.split(" "));
      assert.deepEqual(
        inventory.names.filter((name) => !newer.has(name)).sort(),
        `${LANGUAGE} ${PLATFORM}`.split(" ").sort(),
      );
      assert.deepEqual(inventory.hidden, []);
    });

    it("have the platform's parts only", () => {
      assert.deepEqual([...inventory.console].sort(), [
        ...["debug", "error", "info", "log", "time", "timeEnd", "timeLog", "trace", "warn"],
      ]);
      assert.deepEqual([inventory.process, inventory.atomics, inventory.isSelf], [["env"], [], true]);
    });
  });
}

describe("builtins", () => {
  it("know no other time than that of the execution", async () => {
    const { now, formatted, expected, temporal } = (await app.value("query", "calls:clocks")) as {
      readonly now: number;
      readonly formatted: readonly string[];
      readonly expected: string;
      readonly temporal: readonly number[];
    };
    assert.equal(now, NOW_MS);
    assert.deepEqual(formatted, [expected, expected]);
    assert.deepEqual([...new Set(temporal)], temporal.length === 0 ? [] : [NOW_MS]);
  });

  it("that tell of garbage tell nothing", async () =>
    assert.deepEqual(await app.value("query", "calls:weak"), [true, true, false, "TypeError", "TypeError"]));

  it("and classes that the original runtime lacks parts of work whole", async () =>
    assert.deepEqual(await app.value("query", "calls:proper"), [
      ...["cors", "same-origin", false, "about:client", "http://x:y@b:1/"],
    ]));
});
