// Attempts of one execution to see, or to disturb, another one that runs at the same time in the same realm.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setTimeout } from "node:timers/promises";
import { InThreadApp } from "./support/in-thread-app.ts";
import { realmScriptWith } from "./support/realm-script-with.ts";

const SECRET = "secret-of-the-victim";

type Attempt = readonly [name: string, body: string];

/** Wraps a method of an object so that it tells what it is called on, called with, and gives. */
const SPY = `const spy = (o: any, k: any) => {
  const native = o[k];
  o[k] = function (...args: any) { const result = new.target ? Reflect.construct(native, args) : Reflect.apply(native, this, args); see(this, args, result); return result; };
};`;

/** Bodies of async functions that run before the victim goes on; \`see\` keeps what they see until it is over. */
const ATTEMPTS: readonly Attempt[] = [
  ["spies on JSON", `spy(JSON, "parse"); spy(JSON, "stringify");`],
  [
    "spies on promises",
    `spy(Promise.prototype, "then"); spy(Promise.prototype, "catch"); spy(Promise.prototype, "finally");`,
  ],
  [
    "spies on all methods of collections",
    `for (const type of [Map, Set, WeakMap, WeakSet, Array] as any) for (const k of ["get", "set", "has", "add", "push", "join", "map", "delete"]) if (type.prototype[k]) spy(type.prototype, k);`,
  ],
  [
    "spies on iterators",
    `spy(Array.prototype, Symbol.iterator); spy(Object.getPrototypeOf(new Map().values()), "next");`,
  ],
  [
    "spies on strings",
    `for (const k of ["toLowerCase", "slice", "split", "startsWith", "charCodeAt", "replace"]) spy(String.prototype, k);`,
  ],
  [
    "spies on functions",
    `for (const k of ["call", "apply"]) { const native = (Function.prototype as any)[k]; (Function.prototype as any)[k] = function (...args: any) { see(this, args); return Reflect.apply(native, this, args); }; }`,
  ],
  [
    "spies on Object and Reflect",
    `for (const k of ["assign", "entries", "keys", "defineProperty", "fromEntries", "freeze"]) spy(Object, k); for (const k of ["apply", "construct", "ownKeys"]) { const native = (Reflect as any)[k]; (Reflect as any)[k] = (...args: any) => { see(args); return native(...args); }; }`,
  ],
  [
    "spies on requests",
    `for (const k of ["text", "json", "arrayBuffer", "clone"]) spy(Request.prototype, k); const d: any = Object.getOwnPropertyDescriptor(Request.prototype, "headers"); Object.defineProperty(Request.prototype, "headers", { configurable: true, get() { const h = d.get.call(this); see(h, [...h]); return h; } });`,
  ],
  ["spies on headers", `for (const k of ["get", "has", "entries", "forEach"]) spy(Headers.prototype, k);`],
  [
    "its own Request and Headers",
    `const R = Request; g.Request = class extends R { constructor(...a: any) { super(...(a as [any])); see(this, a); } }; g.Headers = class { constructor(...a: any) { see(a); } get() { return "forged"; } };`,
  ],
  ["spies on responses", `spy(g, "Response"); spy(Response, "json"); spy(Response.prototype, "text");`],
  ["spies on streams", `spy(ReadableStream.prototype, "getReader"); spy(g, "ReadableStream");`],
  ["spies on codecs", `spy(TextDecoder.prototype, "decode"); spy(TextEncoder.prototype, "encode");`],
  [
    "spies on URLs",
    `spy(g, "URL"); const d: any = Object.getOwnPropertyDescriptor(URL.prototype, "href"); Object.defineProperty(URL.prototype, "href", { ...d, get() { const v = d.get.call(this); see(v); return v; } });`,
  ],
  [
    "its own Convex global",
    `const C = g.Convex; g.Convex = new Proxy(C, { get(t, k) { const f = Reflect.get(t, k); return (...a: any) => { const r = f(...a); see(a, r); return r; }; } });`,
  ],
  ["spies on Convex", `for (const k of ["syscall", "asyncSyscall", "jsSyscall"]) spy(g.Convex, k);`],
  ["spies on the console", `for (const k of Object.keys(console)) spy(console, k);`],
  ["spies on timers", `spy(g, "setTimeout");`],
  [
    "spies on crypto",
    `spy(crypto, "getRandomValues"); spy(crypto, "randomUUID"); spy(crypto.subtle, "digest");`,
  ],
  [
    "setters on Object.prototype",
    `for (const k of ["request", "headers", "body", "data", "message", "url", "value"]) Object.defineProperty(Object.prototype, k, { configurable: true, get() { return undefined; }, set(v) { see(this, v); Object.defineProperty(this, k, { value: v, writable: true, configurable: true, enumerable: true }); } });`,
  ],
  [
    "toJSON and then on Object.prototype",
    `Object.defineProperty(Object.prototype, "toJSON", { configurable: true, get() { see(this); return undefined; } }); Object.defineProperty(Object.prototype, "then", { configurable: true, get() { see(this); return undefined; } });`,
  ],
  [
    "a proxy in every prototype chain",
    `Object.setPrototypeOf(Array.prototype, new Proxy(Object.prototype, { get(t, k, r) { see(r); return Reflect.get(t, k, r); } })); Object.setPrototypeOf(Request.prototype, new Proxy(Object.prototype, { get(t, k, r) { see(r); return Reflect.get(t, k, r); } }));`,
  ],
  [
    "Error.prepareStackTrace",
    `(Error as any).prepareStackTrace = (e: any, f: any[]) => { see(e, e.message); for (const x of f) see(x.getThis?.(), x.getFunction?.()); return ""; };`,
  ],
  [
    "Symbol.hasInstance",
    `Object.defineProperty(Response, Symbol.hasInstance, { configurable: true, value: (v: any) => { see(v); return true; } });`,
  ],
  [
    "Symbol.species",
    `Object.defineProperty(Promise, Symbol.species, { configurable: true, get() { see(this); return this; } });`,
  ],
  [
    "listeners on the global object",
    `for (const k of ["message", "error", "unhandledrejection", "fetch", "victim"]) g.addEventListener(k, (e: any) => see(e, e.detail));`,
  ],
  [
    "listeners on performance",
    `(performance as any).addEventListener("victim", (e: any) => see(e)); performance.mark("victim");`,
  ],
  [
    "properties of the global object",
    `for (const k of ["leak", "victim", "__state"]) Object.defineProperty(g, k, { configurable: true, get() { return undefined; }, set(v) { see(v); } });`,
  ],
  [
    "a map on the global object",
    `(g.__cache ??= new Map()).set("mine", 1); later(() => see([...g.__cache.entries()]));`,
  ],
  [
    "what shared modules export",
    `for (const run of [() => { (shared as any).handlers.push(see); }, () => { (shared.settings as any).spy = see; }, () => { (shared.helper as any).spy = see; }, () => { Object.setPrototypeOf(shared.settings, { spy: see }); }]) { try { run(); } catch (e) { see(e); } }`,
  ],
  [
    "the SDK",
    `for (const [o, k] of [[server, "httpActionGeneric"], [values, "convexToJson"], [values, "jsonToConvex"], [(values as any).ConvexError.prototype, "message"], [values.v, "string"]] as any) { try { spy(o, k); } catch (e) { see(e); } }`,
  ],
  [
    "the objects of the SDK that all functions have",
    `for (const o of [ctx, ...Object.values(ctx), Object.getPrototypeOf(ctx.auth)] as any) for (const k of Reflect.ownKeys(o ?? {})) { try { spy(o, k); } catch (e) { see(e); } }`,
  ],
  ["the request of somebody else", `later(() => { see(g.Convex.jsSyscall("requestFromConvexJson", {})); });`],
  [
    "answers meant for somebody else",
    `for (let i = 0; i < 20; i++) g.Convex.asyncSyscall("1.0/getUserIdentity", "{}").then((v: any) => see(v));`,
  ],
  [
    "the last match",
    `later(() => see(RegExp["$1" as never], (RegExp as any).lastMatch, (RegExp as any).input, (RegExp as any)["$'"], (RegExp as any)["$\`"]));`,
  ],
  [
    "a stack trace limit without end",
    `(Error as any).stackTraceLimit = Infinity; later(() => see(new Error("x").stack));`,
  ],
  [
    "a clock of its own",
    `(Date as any).now = () => { see(new Error().stack); return 5; }; Math.random = () => 0.5;`,
  ],
  [
    "environment variables",
    `spy(g, "process"); try { Object.defineProperty(process.env, "TOKEN", { get() { see(this); return "forged"; } }); } catch (e) { see(e); } later(() => see(process.env["SECRET"]));`,
  ],
  [
    "frozen prototypes",
    `for (const type of [Array, Promise, Request, Headers, Map] as any) Object.freeze(type.prototype);`,
  ],
];

const FILES: Record<string, string> = {
  "convex/shared.ts": `export const settings = { a: 1 };
export const handlers = ["a"];
export function helper(text: string) { for (const handler of handlers) if (handler === text) return settings.a; return 0; }
`,
  "convex/victim.ts": `import { query } from "./_generated/server";
export const secret = query({ handler: async (_ctx, { text }: any): Promise<any> => ({ text, echo: JSON.parse(JSON.stringify({ text })) }) });
`,
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { api } from "./_generated/api";
import { httpAction } from "./_generated/server";
import { helper } from "./shared";
const http = httpRouter();
http.route({ path: "/victim", method: "POST", handler: httpAction(async (ctx, request) => {
  const secret = request.headers.get("authorization") ?? "";
  const seen: unknown[] = [];
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setTimeout(resolve, 4));
    const { text } = await ctx.runQuery((api as any).victim.secret, { text: secret });
    const copy = new Request("http://x/", { method: "POST", body: text, headers: { authorization: text } });
    seen.push(text === secret, /^(s).*/.test(text), await copy.text(), [...new Headers(copy.headers)].length, helper(text), new Map([[text, text]]).get(text));
    console.log(text);
    self.dispatchEvent(new Event("victim"));
    void new Error(text).stack;
  }
  seen.push(await request.text(), new URL(request.url).pathname, typeof crypto.randomUUID());
  return Response.json(seen);
}) });
export default http;
`,
};
for (const [i, [name, body]] of ATTEMPTS.entries()) {
  FILES[`convex/attempts/a${i}.ts`] = `// ${name}
import * as server from "convex/server";
import * as values from "convex/values";
import * as shared from "../shared";
import { action } from "../_generated/server";
export const attempt = action({ handler: async (ctx: any): Promise<any> => {
  const g: any = globalThis;
  const { apply, ownKeys, getOwnPropertyDescriptor } = Reflect;
  const { includes } = String.prototype;
  const wait = setTimeout;
  const P = Promise;
  let kept: any = null;
  let isSeeing = false;
  const see = (...args: unknown[]) => { if (isSeeing) return; isSeeing = true; kept = { before: kept, it: args }; isSeeing = false; };
  ${SPY}
  const laters: any = { run: null };
  const later = (run: () => void) => { laters.run = run; };
  void [spy, later, server, values, shared];
  ${body}
  for (let i = 0; i < 6; i++) { await new P((resolve) => { wait(resolve as any, 4); }); laters.run?.(); }
  isSeeing = true;
  // What was seen, and what can be reached from it.
  const found = new Set();
  const visited = new WeakSet();
  const visit = (value: any, depth: number) => {
    if (typeof value === "string") { if (apply(includes, value, ["${SECRET}"])) found.add(value); return; }
    if ((typeof value !== "object" && typeof value !== "function") || value === null || depth === 0 || visited.has(value)) return;
    visited.add(value);
    for (const key of ownKeys(value)) {
      if (key === "nextCall") found.add("an execution");
      visit(key, depth - 1);
      visit(getOwnPropertyDescriptor(value, key)?.value, depth - 1);
    }
  };
  for (let at = kept; at !== null; at = at.before) visit(at.it, 4);
  return [found.size === 0 ? "nothing" : "the secret"];
} });
`;
}

async function callVictim(app: InThreadApp): Promise<unknown> {
  const answer = await app.http("POST", "/victim", {
    headers: [["authorization", SECRET]],
    body: new TextEncoder().encode(SECRET),
  });
  return answer.type === "response" ? answer.body : answer.type;
}

/** Runs an attempt with a victim that is there already and one that comes later; gives what all three answer. */
async function make(attempt: number, app: InThreadApp): Promise<readonly unknown[]> {
  const early = callVictim(app);
  const found = app.call("action", `attempts/a${attempt}:attempt`);
  const late = callVictim(app);
  const outcome = await found;
  // An attempt may have made the way out for its own result unusable.
  return [outcome.status === "success" ? outcome.value : NOTHING, await early, await late];
}

const NOTHING = `["nothing"]`;
const STEP = [true, true, SECRET, 2, 0, SECRET];
const ANSWER = JSON.stringify([...STEP, ...STEP, ...STEP, ...STEP, SECRET, "/victim", "string"]);

describe("nothing is seen of another execution by", () => {
  let app: InThreadApp;
  before(async () => {
    app = await InThreadApp.start(FILES);
  });
  after(() => app[Symbol.asyncDispose]());

  for (const [i, [name]] of ATTEMPTS.entries()) {
    it(name, async () => assert.deepEqual(await make(i, app), [NOTHING, ANSWER, ANSWER]));
  }
});

it("attempts would be found out if executions did not have their changes each for itself", async () => {
  const realmScript = await realmScriptWith("intrinsics.ts", "if (owner === execution) return;", "return;");
  await using app = await InThreadApp.start(FILES, { realmScript });
  const spies = ["spies on JSON", "spies on requests"];
  for (const [i, [name]] of ATTEMPTS.entries()) {
    if (!spies.includes(name)) continue;
    // What the victims are confused by may also keep them from answering.
    const outcome = await Promise.race([make(i, app), setTimeout(5_000, null, { ref: false })]);
    assert.notDeepEqual(outcome, [NOTHING, ANSWER, ANSWER], name);
  }
});
