import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import type { FunctionCall, FunctionError } from "../src/functions/calls.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const FUNCTIONS = `import { ConvexError, v } from "convex/values";
import { api } from "./_generated/api";
import { action, mutation, query } from "./_generated/server";

class Thing {
  constructor(isBad: boolean) {
    if (isBad) throw new RangeError("in a constructor");
  }
  method(): void {
    throw new Error("in a method");
  }
}
async function later(): Promise<never> {
  await null;
  throw new Error("later");
}

export const inMethod = query(async () => {
  const other = { alias: new Thing(false).method };
  other.alias();
});
export const inConstructor = query(async () => void new Thing(true));
export const inAll = query(async () => void (await Promise.all([null, later()])));
export const inAllOfAction = action(async () => void (await Promise.all([null, later()])));
export const lost = query(async () => {
  void Promise.reject(new Error("lost"));
  await null;
});
export const lostInAction = action(async () => {
  void later();
  await new Promise((resolve) => setTimeout(resolve, 1));
});

export const emptyMessage = query(async () => {
  throw new TypeError("");
});
export const emptyName = query(async () => {
  throw Object.assign(new Error("only the message"), { name: "" });
});
export const long = query(async () => {
  throw new Error("x".repeat(100_000));
});

const throwsData = async (_ctx: unknown, { data }: { data?: any }): Promise<null> => {
  throw new ConvexError(data);
};
const args = { data: v.optional(v.any()) };
export const dataOfQuery = query({ args, handler: throwsData });
export const dataOfMutation = mutation({ args, handler: throwsData });
export const dataOfAction = action({ args, handler: throwsData });
export const dataOfNested = mutation({ args, handler: (ctx, args): Promise<null> => ctx.runMutation(api.f.dataOfMutation, args) });
export const dataThroughAction = action({ args, handler: (ctx, args): Promise<null> => ctx.runMutation(api.f.dataOfNested, args) });

export const takes = query({ args: { text: v.string() }, handler: async () => null });
export const takesNothing = query({ args: {}, handler: async () => null });
export const takesInAction = action({ args: { text: v.string() }, handler: async () => null });
export const gives = query(async () => "x".repeat(17 * 1024 * 1024));
export const givesInAction = action(async () => "x".repeat(17 * 1024 * 1024));
export const noJson = Object.assign(query(async () => 1), { invokeQuery: async () => "nope" });
export const noValue = Object.assign(query(async () => 1), { invokeQuery: async () => '{"$x":1}' });

export const callsDirectly = query(async (ctx) => (takesNothing as any)(ctx, {}));
`;

const app = await InThreadApp.start({ "convex/f.ts": FUNCTIONS });
after(() => app[Symbol.asyncDispose]());

async function errorOf(kind: FunctionCall["kind"], name: string, args: object = {}): Promise<FunctionError> {
  const outcome = await app.call(kind, `f:${name}`, args);
  if (outcome.status !== "error") return assert.fail(`${name} did not fail`);
  return outcome.error;
}

/** Frames without their lines and columns. */
const framesOf = ({ frames }: FunctionError): readonly string[] =>
  frames
    .trimEnd()
    .split("\n")
    .map((frame) => frame.replace(/:\d+:\d+\)$/, ")"));

describe("a frame", () => {
  const at = (name: string): string => `    at ${name} (../convex/f.ts)`;

  it("of a method has both its names", async () =>
    assert.deepEqual(framesOf(await errorOf("query", "inMethod")), [
      at("Object.method [as alias]"),
      at("<anonymous>"),
    ]));

  it("of a constructor says new", async () =>
    assert.deepEqual(framesOf(await errorOf("query", "inConstructor")), [
      at("new Thing"),
      at("<anonymous>"),
    ]));

  for (const [kind, name] of [
    ["query", "inAll"],
    ["action", "inAllOfAction"],
  ] as const) {
    it(`that an await goes back to is kept, also of several promises (${kind})`, async () =>
      assert.deepEqual(framesOf(await errorOf(kind, name)), [
        at("later"),
        "    at async Promise.all (index 1)",
        at("async <anonymous>"),
      ]));
  }

  for (const [kind, name, first] of [
    ["query", "lost", "<anonymous>"],
    ["action", "lostInAction", "later"],
  ] as const) {
    it(`is there for a rejection that nobody handled (${kind})`, async () => {
      const error = await errorOf(kind, name);
      assert.match(error.message, /^Uncaught Error: (?:lost|later)$/);
      assert.equal(framesOf(error)[0], at(first));
    });
  }
});

describe("the text of an error", () => {
  it("is its name alone where it has no message, and its message alone where it has no name", async () => {
    assert.equal((await errorOf("query", "emptyMessage")).message, "Uncaught TypeError");
    assert.equal((await errorOf("query", "emptyName")).message, "Uncaught only the message");
  });

  it("is cut at 64 KiB", async () =>
    assert.equal((await errorOf("query", "long")).message.length, 64 * 1024));

  it("tells what is wrong with what the SDK's own code resolved to", async () => {
    assert.match((await errorOf("query", "noJson")).message, /^Function f\.js:noJson return value invalid: /);
    assert.match(
      (await errorOf("query", "noValue")).message,
      /^Function f\.js:noValue return value invalid: /,
    );
  });
});

describe("the data of a ConvexError", () => {
  const calls = [
    ["query", "dataOfQuery"],
    ["mutation", "dataOfMutation"],
    ["action", "dataOfAction"],
    ["mutation", "dataOfNested"],
    ["action", "dataThroughAction"],
  ] as const;
  for (const [kind, name] of calls) {
    it(`reaches the caller of ${name}, null for undefined`, async () => {
      const data = { code: 1, many: { $integer: "BQAAAAAAAAA=" } };
      assert.deepEqual(JSON.parse((await errorOf(kind, name, { data })).data as string), data);
      assert.equal((await errorOf(kind, name, { data: "text" })).data, '"text"');
      assert.equal((await errorOf(kind, name)).data, "null");
    });
  }

  it("is the text of the error as well", async () => {
    assert.equal((await errorOf("query", "dataOfQuery", { data: "no" })).message, "Uncaught ConvexError: no");
    const { message } = await errorOf("action", "dataOfAction", { data: { code: 1 } });
    assert.equal(message, 'Uncaught ConvexError: {"code":1}');
  });
});

describe("arguments and results", () => {
  const text = "x".repeat(17 * 1024 * 1024);

  it("have 16 MiB at most", async () => {
    for (const [kind, name] of [
      ["query", "takes"],
      ["action", "takesInAction"],
    ] as const) {
      assert.equal(
        (await errorOf(kind, name, { text })).message,
        `Arguments for f.js:${name} are too large (actual: 17 MiB, limit: 16 MiB)`,
      );
    }
    for (const [kind, name] of [
      ["query", "gives"],
      ["action", "givesInAction"],
    ] as const) {
      assert.equal(
        (await errorOf(kind, name)).message,
        `Function f.js:${name} return value is too large (actual: 17 MiB, limit: 16 MiB)`,
      );
    }
  });

  it("are one object, where a validator says so", async () => {
    const refusal = async (argsJson: string): Promise<string> => {
      const outcome = await app.call("query", "f:takes", {}, { argsJson });
      return outcome.status === "error" ? outcome.error.message : "";
    };
    assert.equal(
      await refusal('["text"]'),
      `ArgumentValidationError: Expected to receive an object as the function's argument. Instead received: "text"`,
    );
    assert.equal(
      await refusal('[{"text":"a"},2]'),
      `ArgumentValidationError: Expected to receive a single object as the function's argument. Instead received 2 arguments: [{text: "a"}, 2.0]`,
    );
    assert.match(await refusal('[{"$x":1}]'), /^Invalid arguments for f\.js:takes: /);
  });
});

describe("a function that calls another one as if it was none", () => {
  it("is warned", async () => {
    const { logLines } = await app.call("query", "f:callsDirectly");
    assert.match(
      logLines[0] ?? "",
      /^\[WARN\] 'Convex functions should not directly call other Convex functions\. Consider calling a helper function instead\. e\.g\. `export const foo = query\(\.\.\.\); await foo\(ctx\);` is not supported\. See /,
    );
  });
});
