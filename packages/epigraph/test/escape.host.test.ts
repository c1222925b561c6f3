// Attempts of app code to reach the host: its objects, its files, its process, and what else it runs.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createContext, runInContext } from "node:vm";
import { JUDGE } from "./support/escape-judge.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

type Attempt = readonly [name: string, body: string];

/**
 * Bodies of async functions. `keep` hands over what was got hold of; `tries` collects what the functions give or throw;
 * `Maker` makes code where that is possible. They are the same in a query, an action and an HTTP action.
 */
const ATTEMPTS: readonly Attempt[] = [
  // Objects that the host has installed.
  [
    "constructors of globals",
    `for (const key of Reflect.ownKeys(g)) { try { keep(g[key]); } catch (e) { keep(e); } }`,
  ],
  [
    "constructors of Convex",
    `for (const key of Reflect.ownKeys(g.Convex)) keep(g.Convex[key], g.Convex[key].constructor, g.Convex[key].prototype);`,
  ],
  ["the context of the function", `keep(ctx, ...Object.values(ctx));`],
  ["constructors of ctx.db", `keep(ctx.db?.get, ctx.db?.constructor, ctx.db?.query("messages"));`],
  [
    "the environment's proxy",
    `keep(g.process.env, Object.getPrototypeOf(g.process.env)); for (const k of ["constructor", "__proto__", "toString"]) keep(...tries(() => g.process.env[k]));`,
  ],
  [
    "names in the environment",
    `keep(...tries(() => g.process.env["../../etc/passwd"]), ...tries(() => g.process.env["\\0"]), ...tries(() => g.process.env["x".repeat(1e6)]));`,
  ],
  [
    "PATH and HOME",
    `for (const k of ["PATH", "HOME", "NODE_OPTIONS", "PWD"]) if (g.process.env[k] !== undefined) return [k];`,
  ],
  [
    "process.binding and its kin",
    `keep(g.process.binding, g.process.getBuiltinModule, g.process.mainModule, g.process.constructor);`,
  ],
  ["process by prototype", `keep(Object.getPrototypeOf(g.process), g.process.constructor.constructor);`],
  [
    "the references of isolated-vm",
    `for (const key of ["ivm", "isolate", "Reference", "ExternalCopy", "Callback", "_ivm", "$0", "global"]) if (key in g) return [key];`,
  ],
  [
    "console and its methods",
    `keep(console, console.log, console.log.constructor); for (const k of Object.keys(console)) keep((console as any)[k]);`,
  ],
  ["timers", `keep(setTimeout, clearTimeout, setTimeout.constructor);`],
  [
    "crypto",
    `keep(crypto, crypto.subtle, crypto.getRandomValues(new Uint8Array(4)), crypto.getRandomValues(new Uint8Array(4)).buffer);`,
  ],
  [
    "bytes that the host made",
    `const b = await crypto.subtle.digest("SHA-256", new Uint8Array(3)); keep(b, b.constructor, Object.getPrototypeOf(b));`,
  ],
  ["performance and events", `keep(performance, new Event("x"), new AbortController().signal);`],
  ["the request", `keep(request, request?.headers, request?.body, request?.signal);`],
  [
    "caller and callee",
    `const f: any = function () { return [f.caller, (f as any).arguments]; }; keep(...tries(() => f())); keep(...tries(() => (setTimeout as any).caller), ...tries(() => (g.Convex.syscall as any).arguments));`,
  ],

  // Errors.
  [
    "errors of host callbacks",
    `keep(...tries(() => g.Convex.syscall("no/such", "{}")), ...tries(() => g.Convex.syscall("1.0/get", "not json")));`,
  ],
  [
    "errors of asynchronous host calls",
    `keep(await g.Convex.asyncSyscall("no/such", "{}").catch((e: any) => e), await g.Convex.asyncSyscall("1.0/actions/query", "[").catch((e: any) => e));`,
  ],
  [
    "errors of calls with symbols",
    `keep(...tries(() => g.Convex.syscall(Symbol("x"), "{}")), ...tries(() => g.Convex.syscall("x", Symbol("x"))), ...tries(() => g.Convex.jsSyscall(Symbol.iterator, null)));`,
  ],
  [
    "errors of jsSyscall",
    `keep(...tries(() => g.Convex.jsSyscall("constructor", {})), ...tries(() => g.Convex.jsSyscall("__proto__", {})), ...tries(() => g.Convex.jsSyscall("convexJsonFromResponse", { response: {} })));`,
  ],
  [
    "errors of digests",
    `keep(await crypto.subtle.digest("MD5", new Uint8Array(1)).catch((e) => e), await (crypto.subtle as any).digest({ name: { toString: () => "x" } }, null).catch((e: any) => e));`,
  ],
  [
    "stack overflow inside host callbacks",
    `const got: any[] = []; const f = (): any => { try { f(); } catch (e) { got.push(e); try { console.log("x"); g.process.env.X; g.Convex.syscall("no", "{}"); } catch (e2) { got.push(e2); } } }; f(); keep(...got.slice(0, 50), ...got.slice(-50));`,
  ],
  [
    "stack overflow in a getter that the host asks for",
    `const o = { get x(): any { return this.x; }, toString(): string { return String(o); } }; keep(...tries(() => console.log(o)), ...tries(() => g.Convex.syscall(o, o)));`,
  ],
  [
    "Error.prepareStackTrace",
    `const E: any = Error; let frames: any[] = []; E.prepareStackTrace = (_e: any, f: any[]) => { frames = f; return ""; };
    const see = () => { new Error("x").stack; for (const f of frames) for (const k of Object.getOwnPropertyNames(Object.getPrototypeOf(f))) { try { const v = f[k](); if (k === "getThis" || k === "getFunction") found.push(v); keep(v); } catch (e) { keep(e); } } };
    const found: any[] = []; see(); [1].map(see); JSON.stringify({ toJSON: see }); await null; see(); console.log({ get x() { see(); return 1; } }); g.Convex.syscall({ toString() { see(); return "no"; } }, "{}");
    return found.filter((v) => v !== undefined && v !== g && !String(v).includes("see")).map((v) => "frame gives " + String(v));`,
  ],
  [
    "Error.captureStackTrace",
    `const o: any = {}; Error.captureStackTrace(o); keep(o, o.stack); const E: any = Error; E.stackTraceLimit = Infinity; E.prepareStackTrace = (_e: any, f: any) => f; Error.captureStackTrace(o); keep(o.stack, ...o.stack.map((f: any) => f.getFunction?.()), ...o.stack.map((f: any) => f.getThis?.()));`,
  ],
  [
    "paths in stacks",
    `const { stack } = new Error("x"); const bad = /node_modules|node:|\\/dist\\/|file:|isolated/.exec(String(stack)); if (bad) return [bad[0]];`,
  ],
  [
    "an error's cause",
    `try { g.Convex.syscall("no", "{}"); } catch (e: any) { keep(e, e.cause, e.constructor); }`,
  ],

  // Code from text.
  ["eval", `keep(...tries(() => g.eval("this")), ...tries(() => (0, eval)("this")));`],
  [
    "Function",
    `keep(...tries(() => new g.Function("return this")()), ...tries(() => g.Function("return this")()));`,
  ],
  [
    "the constructor of functions",
    `keep(...tries(() => (() => {}).constructor("return this")()), ...tries(() => Reflect.construct((() => {}).constructor, ["return this"])));`,
  ],
  [
    "the constructor of async functions",
    `keep(...tries(() => (async () => {}).constructor("return this")()));`,
  ],
  [
    "the constructor of generators",
    `keep(...tries(() => (function* () {}).constructor("yield this")().next().value));`,
  ],
  [
    "the constructor of async generators",
    `keep(...tries(() => (async function* () {}).constructor("yield this")().next()));`,
  ],
  [
    "a subclass of Function",
    `keep(...tries(() => { class F extends g.Function {} return new F("return this"); }), ...tries(() => Reflect.construct(Object, ["return 1"], g.Function)));`,
  ],
  [
    "a bound and a proxied Function",
    `const F = new Proxy(g.Function, {}); keep(...tries(() => F("return this")()), ...tries(() => g.Function.bind(null, "return this")()()), ...tries(() => g.Function.call(null, "return this")()), ...tries(() => Reflect.apply(g.Function, null, ["return this"])()));`,
  ],
  [
    "Function's own constructor",
    `keep(...tries(() => g.Function.constructor("return this")()), ...tries(() => g.Function.__proto__.constructor("return this")()), ...tries(() => Object.getPrototypeOf(g.Function).constructor("return this")()));`,
  ],
  [
    "the constructors put back",
    `const P = Function.prototype; keep(...tries(() => Object.defineProperty(P, "constructor", { value: 1 })), ...tries(() => { delete (P as any).constructor; return (() => {}).constructor("return this")(); }));`,
  ],
  [
    "string timers",
    `keep(...tries(() => (setTimeout as any)("globalThis.made = 1", 0)), ...tries(() => (setInterval as any)("1", 0)), g.made);`,
  ],
  [
    "import() of Node's modules",
    `for (const name of ["node:fs", "fs", "/etc/passwd", "data:text/javascript,export default 1", "file:///etc/passwd", "../../../../etc/passwd"]) keep(await import(/* @vite-ignore */ name).catch((e) => e));`,
  ],
  [
    "require",
    `keep(typeof require === "undefined" ? null : require, typeof module === "undefined" ? null : module, typeof exports === "undefined" ? null : exports);`,
  ],
  [
    "arguments of the module's wrapper",
    `keep(...tries(() => (function () { return arguments; })().callee), typeof arguments === "undefined" ? null : arguments);`,
  ],
  [
    "AsyncFunction by await",
    `const A = Object.getPrototypeOf(async () => {}).constructor; keep(A, ...tries(() => new A("return import('node:fs')")()));`,
  ],

  // What the host asks of values.
  [
    "getters on arguments of host calls",
    `const o = { get toString() { keep(this); return () => "x"; } }; keep(...tries(() => g.Convex.syscall(o, o)));`,
  ],
  [
    "proxies as arguments of host calls",
    `const p: any = new Proxy(() => {}, { get(t, k, r) { keep(r); return k === Symbol.toPrimitive ? () => "x" : undefined; }, apply(_t, self, args) { keep(self, ...args); } }); keep(...tries(() => g.Convex.syscall(p, p)), ...tries(() => console.log(p)), ...tries(() => crypto.getRandomValues(p)));`,
  ],
  [
    "thenables",
    `const t = { then(resolve: any, reject: any) { keep(resolve, reject, resolve.constructor); resolve(1); } }; await t; await Promise.resolve(t); await Promise.all([t]);`,
  ],
  [
    "promises of host calls",
    `const p = g.Convex.asyncSyscall("no", "{}"); keep(p, p.constructor, p.then); p.catch(() => {}); const S = class extends Promise<any> {}; keep(await S.resolve(p).catch((e: any) => e));`,
  ],
  [
    "a promise species",
    `const P: any = Promise; Object.defineProperty(P, Symbol.species, { configurable: true, get() { return function (run: any) { keep(run); run((v: any) => keep(v), (e: any) => keep(e)); }; } }); g.Convex.asyncSyscall("no", "{}").then(() => 1, (e: any) => keep(e)); await null; await null;`,
  ],
  [
    "Object.prototype.toJSON",
    `(Object.prototype as any).toJSON = function () { keep(this); return 1; }; keep(...tries(() => g.Convex.syscall("1.0/get", JSON.stringify({ id: "x" })))); delete (Object.prototype as any).toJSON;`,
  ],
  [
    "Object.prototype.then",
    `Object.defineProperty(Object.prototype, "then", { configurable: true, get() { keep(this); return undefined; } }); keep(await g.Convex.asyncSyscall("no", "{}").catch((e: any) => e));`,
  ],
  [
    "Object.prototype.get and set",
    `(Object.prototype as any).get = (...a: any) => keep(...a); keep(...tries(() => g.URL), ...tries(() => new URL("http://a/")), ...tries(() => new Response("x").headers)); delete (Object.prototype as any).get;`,
  ],
  [
    "setters on Object.prototype",
    `for (const k of ["message", "data", "0", "path", "random", "name", "id", "resolve", "current", "value"]) Object.defineProperty(Object.prototype, k, { configurable: true, set(v) { keep(this, v); }, get() { return undefined; } }); keep(...tries(() => g.Convex.syscall("no", "{}")), ...tries(() => console.log(1)), await g.Convex.asyncSyscall("no", "{}").catch((e: any) => e)); for (const k of ["message", "data", "0", "path", "random", "name", "id", "resolve", "current", "value"]) delete (Object.prototype as any)[k];`,
  ],
  [
    "Array.prototype[Symbol.iterator]",
    `const it = (Array.prototype as any)[Symbol.iterator]; (Array.prototype as any)[Symbol.iterator] = function () { keep(this); return Reflect.apply(it, this, []); }; console.log(1); keep(...tries(() => g.Convex.syscall("no", "{}"))); (Array.prototype as any)[Symbol.iterator] = it;`,
  ],
  [
    "Function.prototype.call, apply and bind",
    `for (const k of ["call", "apply", "bind"]) { const native = (Function.prototype as any)[k]; (Function.prototype as any)[k] = function (...a: any) { keep(this, ...a); return Reflect.apply(native, this, a); }; } console.log({ a: 1 }); keep(...tries(() => g.Convex.syscall("no", "{}")), await crypto.subtle.digest("SHA-1", new Uint8Array(2)), new Uint8Array(4));`,
  ],
  [
    "Reflect.apply and construct",
    `const { apply, construct } = Reflect; (Reflect as any).apply = (...a: any) => { keep(...a); return (apply as any)(...a); }; (Reflect as any).construct = (...a: any) => { keep(...a); return (construct as any)(...a); }; new (class extends Uint8Array {})(4); new Date(); new Uint8Array([2, 1]).toSorted();`,
  ],
  [
    "String.prototype and RegExp.prototype",
    `for (const [P, k] of [[String.prototype, "split"], [String.prototype, "charCodeAt"], [String.prototype, "slice"], [RegExp.prototype, "exec"], [RegExp.prototype, "test"]] as any) { const native = P[k]; P[k] = function (...a: any) { keep(this, ...a); return Reflect.apply(native, this, a); }; } keep(...tries(() => g.Convex.syscall("no", "{}")), g.process.env.X); new Error("x").stack;`,
  ],
  [
    "every method of Map, Set and WeakMap",
    `for (const type of [Map, Set, WeakMap, WeakSet] as any) for (const k of Object.getOwnPropertyNames(type.prototype)) { const native = type.prototype[k]; if (typeof Object.getOwnPropertyDescriptor(type.prototype, k)?.value !== "function" || k === "constructor") continue; type.prototype[k] = function (...a: any) { keep(this, ...a); return Reflect.apply(native, this, a); }; } console.log(1); keep(await g.Convex.asyncSyscall("no", "{}").catch((e: any) => e));`,
  ],

  // Values.
  [
    "JSON with __proto__",
    `const o = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'); keep(o, structuredClone(o)); if (({} as any).polluted) return ["polluted"];`,
  ],
  [
    "__proto__ in arguments of the SDK",
    `const o: any = JSON.parse('{"__proto__": {"polluted": 1}}'); keep(await ctx.runQuery?.("x", o).catch((e: any) => e)); if (({} as any).polluted) return ["polluted"];`,
  ],
  [
    "symbol keys",
    `const o: any = { [Symbol.toPrimitive]: () => "x", [Symbol.toStringTag]: "process", [Symbol.hasInstance]: () => true, [Symbol.for("nodejs.util.inspect.custom")]: (...a: any) => { keep(...a); return "x"; } }; console.log(o); keep(...tries(() => structuredClone(o)));`,
  ],
  [
    "inspecting functions of the console",
    `const o: any = { inspect: (...a: any) => { keep(...a); return "x"; } }; console.log(o); console.log(new Proxy({}, { ownKeys() { throw g; } }));`,
  ],
  [
    "huge strings into host calls",
    `const s = "x".repeat(5_000_000); console.log(s); keep(...tries(() => g.Convex.syscall(s, s)), ...tries(() => g.Convex.syscall("1.0/get", s)));`,
  ],
  [
    "lone surrogates and zeros into host calls",
    `for (const s of ["\\ud800", "\\0", "\\uffff", "__proto__", "constructor"]) keep(...tries(() => g.Convex.syscall(s, "{}")), ...tries(() => console.log(s)), ...tries(() => g.Convex.syscall("1.0/get", JSON.stringify({ id: s }))));`,
  ],
  [
    "structuredClone of functions and errors",
    `keep(...tries(() => structuredClone(() => {})), structuredClone(new Error("x")), structuredClone(new Map([[{}, new Date()]])));`,
  ],

  // Memory and the engine.
  [
    "WebAssembly with imports",
    `const W = g.WebAssembly; if (W) { const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 109, 1, 102, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 103, 0, 1, 10, 6, 1, 4, 0, 16, 0, 11]); const m = new W.Module(bytes); const i = new W.Instance(m, { m: { f() { keep(this); } } }); i.exports.g(); keep(m, i, i.exports, i.exports.g.constructor); }`,
  ],
  [
    "WebAssembly memory",
    `const W = g.WebAssembly; if (W) { keep(...tries(() => { const m = new W.Memory({ initial: 1, maximum: 65536, shared: true }); return m.buffer; }), ...tries(() => new W.Memory({ initial: 65536 })), ...tries(() => new W.Table({ initial: 1, element: "anyfunc" }))); }`,
  ],
  [
    "WebAssembly traps",
    `keep(...tries(() => new g.WebAssembly.Module(new Uint8Array(1))), ...tries(() => new g.WebAssembly.Instance({})));`,
  ],
  [
    "SharedArrayBuffer",
    `const S = g.SharedArrayBuffer; if (S) { const b = new S(8); keep(b, b.constructor, ...tries(() => structuredClone(b)), ...tries(() => crypto.getRandomValues(new Uint8Array(b)))); }`,
  ],
  [
    "Atomics.wait",
    `const start = performance.now(); keep(...tries(() => g.Atomics?.wait(new Int32Array(new g.SharedArrayBuffer(4)), 0, 0, 50)), g.Atomics?.waitAsync);`,
  ],
  [
    "resizable buffers into host calls",
    `const b: any = new ArrayBuffer(8, { maxByteLength: 16 } as any); const v = new Uint8Array(b); keep(await crypto.subtle.digest("SHA-256", v).catch((e) => e)); b.resize(2); keep(await crypto.subtle.digest("SHA-256", v).catch((e) => e), ...tries(() => crypto.getRandomValues(v)));`,
  ],
  [
    "detached buffers into host calls",
    `const b: any = new ArrayBuffer(8); const v = new Uint8Array(b); b.transfer(); keep(await crypto.subtle.digest("SHA-256", v).catch((e) => e), ...tries(() => crypto.getRandomValues(v)), ...tries(() => new Response(v)));`,
  ],
  [
    "messages to other threads",
    `for (const k of ["postMessage", "MessageChannel", "Worker", "SharedWorker", "BroadcastChannel", "importScripts", "WebSocket", "XMLHttpRequest", "onmessage"]) if (k in g) return [k];`,
  ],
  [
    "the collector",
    `for (const k of ["gc", "%DebugPrint", "d8", "print", "read", "load", "quit", "readline", "Realm", "inspector"]) if (k in g) return [k];`,
  ],
  [
    "ShadowRealm and its kin",
    `for (const k of ["ShadowRealm", "Compartment", "Debugger"]) if (k in g) keep(...tries(() => new g[k]().evaluate("globalThis")));`,
  ],
  [
    "WeakRef and the garbage of others",
    `keep(new WeakRef({}), ...tries(() => new FinalizationRegistry(() => {}).register({}, 1)));`,
  ],
  [
    "symbols of the host",
    `for (const name of ["nodejs.util.inspect.custom", "nodejs.rejection", "nodejs.util.promisify.custom"]) keep(g[Symbol.for(name)], g.process[Symbol.for(name)], (console as any)[Symbol.for(name)]);`,
  ],
  [
    "iterators of the host",
    `const f = new FormData(); f.append("a", new Blob(["x"])); keep(new Headers({ a: "b" }).entries(), new URLSearchParams("a=b").entries(), f.entries(), f.get("a"), ...tries(() => new ReadableStream().getReader()));`,
  ],
  [
    "global getters and setters",
    `for (const key of Reflect.ownKeys(g)) { const d: any = Object.getOwnPropertyDescriptor(g, key); keep(d.get, d.set, d.value?.prototype?.constructor); }`,
  ],
  [
    "the prototype of the global object",
    `keep(Object.getPrototypeOf(g), ...tries(() => Object.setPrototypeOf(g, new Proxy({}, { get(_t, k) { keep(k); return undefined; } }))), ...tries(() => g.surely_not_there));`,
  ],
  [
    "a getter on the global object for what the kernel reads",
    `for (const k of ["__host", "__kernel", "host", "kernel"]) Object.defineProperty(g, k, { configurable: true, get() { keep(this); }, set(v) { keep(v); } }); console.log(1); for (const k of ["__host", "__kernel", "host", "kernel"]) delete g[k];`,
  ],
  [
    "fetch of files",
    `keep(await g.fetch("file:///etc/passwd").then((r: any) => r.text().then((t: string) => { throw new Error("read " + t); }), (e: any) => e)); `,
  ],
];

const SOURCE = (name: string, body: string): string => `import { action, query } from "../_generated/server";
import { judge } from "../judge";
export async function attempt(ctx: any, request: any): Promise<any> {
  const g: any = globalThis;
  // A list, which no method and no index that an attempt might have replaced is needed for.
  let kept: any = null;
  let count = 0;
  let isKeeping = false;
  const keep = (...values: unknown[]) => {
    if (isKeeping) return;
    isKeeping = true;
    for (let i = 0; i < values.length && count++ < 2000; i++) kept = { before: kept, it: values[i] };
    isKeeping = false;
  };
  const tries = (run: () => unknown): unknown[] => { try { return [run()]; } catch (error) { return [error]; } };
  let reached: any;
  try { reached = await (async () => { ${body} })(); } catch (error) { keep(error); }
  void tries; void request; // ${name}
  const values: unknown[] = [];
  for (let at = kept; at !== null; at = at.before) values[values.length] = at.it;
  return [...(reached ?? []), ...judge(values)];
}
export const inQuery = query({ handler: (ctx) => attempt(ctx, null) });
export const inAction = action({ handler: (ctx) => attempt(ctx, null) });
`;

const FILES: Record<string, string> = {
  "convex/judge.ts":
    `export const judge: (values: unknown[]) => string[] = ${JUDGE.replace("(values)", "(values: any)")};`.replace(
      "export",
      "// @ts-nocheck\nexport",
    ),
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
${ATTEMPTS.map((_, i) => `import { attempt as a${i} } from "./attempts/a${i}";`).join("\n")}
const all = [${ATTEMPTS.map((_, i) => `a${i}`).join(", ")}];
const http = httpRouter();
http.route({ pathPrefix: "/", method: "GET", handler: httpAction(async (ctx, request) => {
  const number = Number(request.url.split("/").at(-1));
  const { stringify } = JSON;
  return new Response(stringify(await all[number]!(ctx, request)));
}) });
export default http;
`,
};
for (const [i, [name, body]] of ATTEMPTS.entries()) FILES[`convex/attempts/a${i}.ts`] = SOURCE(name, body);

it("what the attempts are judged by knows the host when it sees it", () => {
  const judge = runInContext(`(${JUDGE})`, createContext({ process: undefined })) as (
    v: unknown[],
  ) => string[];
  assert.deepEqual([...judge([])], []);
  assert.notDeepEqual([...judge([process.env])], []);
  assert.notDeepEqual([...judge([new Error("of the host")])], []);
  assert.notDeepEqual([...judge([() => {}])], []);
});

describe("the host is out of reach for", () => {
  let app: InThreadApp;
  before(async () => {
    app = await InThreadApp.start(FILES);
  });
  after(() => app[Symbol.asyncDispose]());

  it(`${ATTEMPTS.length} attempts`, () => assert.ok(ATTEMPTS.length >= 60));

  for (const [i, [name]] of ATTEMPTS.entries()) {
    it(name, async () => {
      for (const [kind, fn] of [
        ["query", "inQuery"],
        ["action", "inAction"],
      ] as const) {
        const outcome = await app.call(kind, `attempts/a${i}:${fn}`);
        if (outcome.status === "success") assert.deepEqual(JSON.parse(outcome.value), [], kind);
        // What nobody can catch.
        else assert.match(outcome.error.message, /Can't use setTimeout in queries and mutations/);
      }
      const answer = await app.http("GET", `/${i}`);
      assert.equal(answer.type === "response" ? answer.body : answer.type, "[]", "HTTP");
    });
  }
});
