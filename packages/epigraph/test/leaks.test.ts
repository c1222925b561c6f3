// What one execution does to its surroundings must not be there for the next one.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { bundleApp } from "../src/deploy/bundle.ts";
import { prepareModules } from "../src/deploy/prepare-modules.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

interface Leak {
  readonly name: string;
  /** Body of a function that leaves something behind. */
  readonly leave: string;
  /** Expression that says what is there. */
  readonly look: string;
  /** What it says where nothing was left behind. */
  readonly clean: unknown;
  /** At the top level of the module that leaves it. */
  readonly top?: string;
  /** Why the router, which imports all of these modules, can't tell. */
  readonly notOverHttp?: string;
}

const LEAKS: readonly Leak[] = [
  { name: "globalProperty", leave: `g.left = 1;`, look: `typeof g.left`, clean: "undefined" },
  {
    name: "globalForEver",
    leave: `Object.defineProperty(globalThis, "stays", { value: 1 });`,
    look: `typeof g.stays`,
    clean: "undefined",
  },
  {
    name: "atTopLevel",
    notOverHttp: "evaluated with the router",
    top: `g.atTop = 1;`,
    leave: ``,
    look: `typeof g.atTop`,
    clean: "undefined",
  },
  {
    name: "prototypeProperty",
    leave: `(Array.prototype as any).left = 1;`,
    look: `([] as any).left ?? 0`,
    clean: 0,
  },
  {
    name: "prototypeForEver",
    leave: `Object.defineProperty(Array.prototype, "stays", { value: 1 });`,
    look: `([] as any).stays ?? 0`,
    clean: 0,
  },
  {
    name: "objectPrototype",
    leave: `(Object.prototype as any).value = 1;`,
    look: `({} as any).value ?? 0`,
    clean: 0,
  },
  {
    name: "objectPrototypeGet",
    leave: `(Object.prototype as any).get = () => 1;`,
    look: `typeof ({} as any).get`,
    clean: "undefined",
  },
  {
    name: "objectPrototypeThen",
    leave: `Object.defineProperty(Object.prototype, "then", { value: undefined, configurable: true, writable: true });`,
    look: `"then" in {}`,
    clean: false,
  },
  {
    name: "patchedMethod",
    leave: `(Array.prototype as any).map = () => "patched";`,
    look: `[1].map((n) => n + 1)`,
    clean: [2],
  },
  {
    name: "methodWithProperty",
    leave: `(Array.prototype as any).map.left = 1;`,
    look: `([].map as any).left ?? 0`,
    clean: 0,
  },
  {
    name: "removedMethod",
    leave: `delete (Array.prototype as any).at;`,
    look: `typeof [].at`,
    clean: "function",
  },
  {
    name: "iterator",
    leave: `(Array.prototype as any)[Symbol.iterator] = function* () { yield 7; };`,
    look: `[...[1, 2]]`,
    clean: [1, 2],
  },
  {
    name: "iteratorPrototype",
    leave: `Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true, value: 0 });`,
    look: `Array.from([1, 2])`,
    clean: [1, 2],
  },
  {
    name: "asyncFunctionPrototype",
    leave: `Object.getPrototypeOf(async () => {}).left = 1;`,
    look: `((async () => {}) as any).left ?? 0`,
    clean: 0,
  },
  {
    name: "frozenIntrinsic",
    leave: `Object.freeze(Array.prototype);`,
    look: `Object.isFrozen(Array.prototype)`,
    clean: false,
  },
  {
    name: "stackTraceLimit",
    leave: `(Error as any).stackTraceLimit = 0;`,
    look: `(Error as any).stackTraceLimit`,
    clean: 10,
  },
  {
    name: "prepareStackTrace",
    leave: `(Error as any).prepareStackTrace = () => "prepared";`,
    look: `new Error("x").stack === "prepared"`,
    clean: false,
  },
  { name: "date", leave: `(Date as any).now = () => 5;`, look: `Date.now() > 5`, clean: true },
  {
    name: "dateItself",
    leave: `g.Date = class { getTime() { return 5; } };`,
    look: `new Date().getTime() > 5`,
    clean: true,
  },
  { name: "math", leave: `Math.random = () => 5;`, look: `Math.random() < 1`, clean: true },
  { name: "json", leave: `JSON.stringify = () => '"patched"';`, look: `JSON.stringify(1)`, clean: "1" },
  {
    name: "intl",
    leave: `(Intl as any).DateTimeFormat = class { resolvedOptions() { return { timeZone: "Left/Behind" }; } };`,
    look: `new Intl.DateTimeFormat().resolvedOptions().timeZone`,
    clean: "UTC",
  },
  {
    name: "proxyInPrototypeChain",
    leave: `Object.setPrototypeOf(Array.prototype, new Proxy(Object.prototype, { get: (t, k) => k === "left" ? 1 : Reflect.get(t, k) }));`,
    look: `([] as any).left ?? 0`,
    clean: 0,
  },
  {
    name: "promiseThen",
    leave: `const then = (Promise.prototype as any).then; (Promise.prototype as any).then = function (...a: any) { g.seen = 1; return then.apply(this, a); };`,
    look: `String(Promise.prototype.then).includes("seen")`,
    clean: false,
  },
  { name: "console", leave: `console.log = () => {};`, look: `console.log.name`, clean: "" },
  {
    name: "request",
    leave: `(Request.prototype as any).left = 1;`,
    look: `"left" in Request.prototype`,
    clean: false,
  },
  {
    name: "response",
    leave: `(Response.prototype as any).text = async () => "patched";`,
    look: `String(Response.prototype.text).includes("patched")`,
    clean: false,
  },
  {
    name: "headers",
    leave: `(Headers.prototype as any).get = () => "patched";`,
    look: `new Headers({ a: "b" }).get("a")`,
    clean: "b",
  },
  {
    name: "url",
    leave: `(URL.prototype as any).toString = () => "patched";`,
    look: `String(new URL("http://a.b/"))`,
    clean: "http://a.b/",
  },
  {
    name: "streams",
    leave: `(ReadableStream.prototype as any).left = 1;`,
    look: `"left" in ReadableStream.prototype`,
    clean: false,
  },
  {
    name: "typedArray",
    leave: `Object.getPrototypeOf(Uint8Array.prototype).left = 1;`,
    look: `"left" in Uint8Array.prototype`,
    clean: false,
  },
  {
    name: "weakRef",
    leave: `(WeakRef.prototype as any).deref = () => 5;`,
    look: `new WeakRef(Object).deref() === (Object as any)`,
    clean: true,
  },
  {
    name: "environment",
    leave: `(process.env as any).LEFT = "1"; Object.defineProperty(process.env, "LEFT", { value: 1, configurable: true });`,
    look: `typeof process.env.LEFT`,
    clean: "undefined",
  },
  {
    name: "environmentPrototype",
    leave: `Reflect.setPrototypeOf(process.env, { left: 1 });`,
    look: `Object.getPrototypeOf(process.env)`,
    clean: null,
  },
  {
    name: "process",
    leave: `g.process = { env: { LEFT: 1 } };`,
    look: `typeof (process.env as any).LEFT`,
    clean: "undefined",
  },
  {
    name: "convexGlobal",
    leave: `g.Convex = { ...g.Convex, left: 1 };`,
    look: `"left" in g.Convex`,
    clean: false,
  },
  {
    name: "convexSyscall",
    leave: `const { syscall } = g.Convex; g.Convex.syscall = Object.assign((...a: any) => syscall(...a), { left: 1 });`,
    look: `"left" in g.Convex.syscall`,
    clean: false,
  },
  {
    name: "functionCall",
    leave: `const call = Function.prototype.call; Function.prototype.call = function (...a: any) { return Reflect.apply(call, this, a); };`,
    look: `String(Function.prototype.call).includes("native")`,
    clean: true,
  },
  {
    name: "regExpStatics",
    notOverHttp: "the platform matches too",
    leave: `/left/.exec("left");`,
    look: `(RegExp as any).lastMatch`,
    clean: "",
  },
  {
    name: "performanceMark",
    leave: `performance.mark("left");`,
    look: `(() => { try { performance.measure("m", "left"); return true; } catch { return false; } })()`,
    clean: false,
  },
  {
    name: "performanceProperty",
    leave: `(performance as any).left = 1;`,
    look: `"left" in performance`,
    clean: false,
  },
  {
    name: "listener",
    leave: `(self as any).addEventListener("left", () => { heard = 1; });`,
    top: `let heard = 0;`,
    look: `(() => { let heard = false; const event = new Event("left"); Object.defineProperty(event, "type", { get: () => { heard = true; return "left"; } }); (self as any).dispatchEvent(event); return false; })()`,
    clean: false,
  },
  {
    name: "moduleState",
    top: `let count = 0; export const counter = () => count;`,
    leave: `count++; if (count > 1) g.counted = count;`,
    look: `typeof g.counted`,
    clean: "undefined",
  },
  {
    name: "asyncLocalStorage",
    leave: `const A = g.AsyncLocalStorage; if (A) { g.storage = new A(); g.storage.enterWith("left"); }`,
    look: `g.storage?.getStore() ?? 0`,
    clean: 0,
  },
];

const OVER_HTTP = LEAKS.filter(({ notOverHttp }) => notOverHttp === undefined);

const FILES: Record<string, string> = {
  "convex/look.ts": `import { action, mutation, query } from "./_generated/server";
const g: any = globalThis;
export const looks: Record<string, () => unknown> = {
${LEAKS.map(({ name, look }) => `  ${name}: () => ${look},`).join("\n")}
};
const handler = async (_ctx: unknown, { name }: any): Promise<any> => looks[name]!();
export const inQuery = query({ handler });
export const inMutation = mutation({ handler });
export const inAction = action({ handler });
`,
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { httpAction } from "./_generated/server";
import { looks } from "./look";
${OVER_HTTP.map(({ name }) => `import { leave as ${name} } from "./leave/${name}";`).join("\n")}
const leaves: any = { ${OVER_HTTP.map(({ name }) => name).join(", ")} };
const http = httpRouter();
http.route({ pathPrefix: "/", method: "GET", handler: httpAction(async (_ctx, request) => {
  const [, what, name] = new URL(request.url).pathname.split("/") as any;
  if (what === "leave") leaves[name]();
  const found = looks[name]!();
  const text = String(found === undefined ? "undefined" : typeof found === "object" && found !== null ? \`[\${found}]\` : found);
  return new Response(text);
}) });
export default http;
`,
};
FILES["convex/slow.ts"] = `import { action } from "./_generated/server";
const g: any = globalThis;
export const patch = action({ handler: async (_ctx, { text }: any): Promise<any> => {
  (Array.prototype as any).flatMap = () => text;
  g.mine = text;
  delete (Array.prototype as any).at;
  const seen: any[] = [];
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    seen.push([[].flatMap((n) => n), g.mine, [].at === undefined]);
  }
  return seen;
} });
`;
FILES["convex/ended.ts"] = `import { action } from "./_generated/server";
const g: any = globalThis;
export const leave = action({ handler: async (ctx): Promise<any> => {
  const act = () => { g.left = 1; console.log("still there"); };
  setTimeout(act, 5);
  setInterval(act, 5);
  void ctx.auth.getUserIdentity().then(act);
  return null;
} });
export const wait = action({ handler: async (): Promise<any> => {
  await new Promise((resolve) => setTimeout(resolve, 40));
  return g.left ?? "nothing";
} });
`;
for (const { name, leave, top = "" } of LEAKS) {
  FILES[`convex/leave/${name}.ts`] = `import { action, mutation, query } from "../_generated/server";
const g: any = globalThis;
${top}
export function leave() { ${leave} }
const handler = async (): Promise<any> => { leave(); return null; };
export const inQuery = query({ handler });
export const inMutation = mutation({ handler });
export const inAction = action({ handler });
`;
}

describe("nothing is left behind", () => {
  let app: InThreadApp;
  before(async () => {
    app = await InThreadApp.start(FILES);
  });
  after(() => app[Symbol.asyncDispose]());

  const kinds = [
    ["query", "inQuery"],
    ["mutation", "inMutation"],
    ["action", "inAction"],
  ] as const;

  for (const { name, clean, notOverHttp } of LEAKS) {
    it(name, async () => {
      for (const [kind, fn] of kinds) {
        await app.call(kind, `leave/${name}:${fn}`);
        assert.deepEqual(await app.value(kind, `look:${fn}`, { name }), clean, kind);
      }
      if (notOverHttp !== undefined) return;
      await app.http("GET", `/leave/${name}`);
      const answer = await app.http("GET", `/look/${name}`);
      const expected = typeof clean === "object" && clean !== null ? `[${clean}]` : String(clean);
      assert.equal(answer.type === "response" ? answer.body : JSON.stringify(answer), expected, "HTTP");
    });
  }

  it("while many actions go on in one realm, each has what it changed, and nobody else", async () => {
    const patching = Array.from({ length: 20 }, (_, i) =>
      app.value("action", "slow:patch", { text: `patch ${i}` }),
    );
    const looking = Array.from({ length: 5 }, () =>
      app.value("action", "look:inAction", { name: "removedMethod" }),
    );
    assert.deepEqual(await Promise.all(looking), Array(5).fill("function"));
    assert.deepEqual(
      await Promise.all(patching),
      Array.from({ length: 20 }, (_, i) => Array(3).fill([`patch ${i}`, `patch ${i}`, true])),
    );
    assert.deepEqual(await app.value("action", "look:inAction", { name: "removedMethod" }), "function");
  });

  it("timers and promises of an action that has ended do nothing", async () => {
    const from = app.events.length;
    await app.value("action", "ended:leave");
    assert.equal(await app.value("action", "ended:wait"), "nothing");
    assert.doesNotMatch(JSON.stringify(app.events.slice(from)), /still there/);
  });

  it("and a module that only looks is not taken for one that might", async () => {
    const { modules } = await prepareModules(await bundleApp(app.temp.app));
    assert.equal(modules.find(({ path }) => path === "look.js")?.isPatching, false);
  });
});
