// Libraries that real apps bring, unchanged: those that only read the language's objects, and those that add to them.
import assert from "node:assert/strict";
import { after, before, it } from "node:test";
import { InThreadApp } from "./support/in-thread-app.ts";

const FILES = {
  "convex/checked.ts": `import { z } from "zod";
import { action, query } from "./_generated/server";
const Person = z.object({ name: z.string().min(1), age: z.coerce.number().int(), tags: z.array(z.enum(["a", "b"])).default([]) });
// A second one with this id would be refused.
const Named = z.object({}).meta({ id: "person" });
export const register = action({ handler: async (): Promise<any> => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return [z.globalRegistry.get(Named)?.id];
} });
export const parse = query({ handler: async (_ctx, { input }: any): Promise<any> => {
  const result = Person.safeParse(input);
  return result.success ? result.data : result.error.issues.map(({ path, code }) => [path.join("."), code]);
} });
`,
  // As core-js and its like do it: what is missing is added once, what is wrong is replaced.
  "convex/polyfill.ts": `const define = (target: any, name: PropertyKey, value: unknown) => {
  if (!(name in target)) Object.defineProperty(target, name, { value, writable: true, configurable: true });
};
define(Array.prototype, "lastItem", function (this: unknown[]) { return this[this.length - 1]; });
define(globalThis, "Temporalish", class Temporalish {});
const { split } = String.prototype;
(String.prototype as any).split = function (...args: any) { return Reflect.apply(split, this, args); };
export const added = ["lastItem" in [], "Temporalish" in globalThis];
`,
  "convex/polyfilled.ts": `import { added } from "./polyfill";
import { query } from "./_generated/server";
export const use = query({ handler: async (): Promise<any> => [added, ([1, 2] as any).lastItem(), "a b".split(" ")] });
`,
  "convex/plain.ts": `import { query } from "./_generated/server";
export const look = query({ handler: async (): Promise<any> => ["lastItem" in [], "Temporalish" in globalThis, String("".split).includes("native")] });
`,
};

let app: InThreadApp;
before(async () => {
  app = await InThreadApp.start(FILES, { packages: ["convex", "zod"] });
});
after(() => app[Symbol.asyncDispose]());

it("zod works: it keeps a registry on the global object, which is that of one execution", async () => {
  for (let i = 0; i < 2; i++) {
    const good = { name: "Ada", age: "36", tags: ["a"] };
    assert.deepEqual(await app.value("query", "checked:parse", { input: good }), { ...good, age: 36 });
    assert.deepEqual(await app.value("query", "checked:parse", { input: { name: "", age: "x" } }), [
      ["name", "too_small"],
      ["age", "invalid_type"],
    ]);
  }
  const registered = Array.from({ length: 5 }, () => app.value("action", "checked:register"));
  assert.deepEqual(await Promise.all(registered), Array(5).fill(["person"]));
});

it("polyfills work in the functions that import them, and only there", async () => {
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await app.value("query", "polyfilled:use"), [[true, true], 2, ["a", "b"]]);
    assert.deepEqual(await app.value("query", "plain:look"), [false, false, true]);
  }
});
