import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { LogLine } from "../src/runtime/runner/log-lines.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const MEBIBYTE = 1024 * 1024;
const FILES = {
  "convex/f.ts": `import { v } from "convex/values";
import { internal } from "./_generated/api";
import { action, internalQuery, mutation, query } from "./_generated/server";

const args = { text: v.string() };
export const take = query({ args, handler: async () => null });
export const takeInternal = internalQuery({ args, handler: async () => null });
export const takeNested = query({
  args: { length: v.number() },
  handler: (ctx, { length }): Promise<null> =>
    ctx.runQuery(internal.f.takeInternal, { text: "x".repeat(length) }),
});
export const takeInAction = action({ args, handler: async () => null });
export const give = query({
  args: { length: v.number() },
  handler: async (_ctx, { length }) => "x".repeat(length),
});
export const store = mutation({
  args,
  handler: async (ctx, { text }) => {
    await ctx.db.insert("t", { text });
  },
});
`,
};

describe("a call that comes near a limit", () => {
  let app: InThreadApp;
  before(async () => {
    app = await InThreadApp.start(FILES);
  });
  after(() => app[Symbol.asyncDispose]());

  /** The lines that a call has logged. */
  async function linesOf(
    kind: "query" | "mutation" | "action",
    path: string,
    args: object,
  ): Promise<readonly Omit<LogLine, "timeMs">[]> {
    app.events.length = 0;
    await app.value(kind, path, args);
    return app.events
      .flatMap((event) => ("lines" in event ? event.lines : []))
      .map(({ timeMs: _, ...line }) => line);
  }

  const large = "x".repeat(14 * MEBIBYTE);

  for (const [kind, path] of [
    ["query", "f:take"],
    ["action", "f:takeInAction"],
  ] as const) {
    it(`of its arguments is warned of (${kind})`, async () => {
      assert.deepEqual(await linesOf(kind, path, { text: large }), [
        {
          level: "WARN",
          text: `Arguments for ${path.replace(":", ".js:")} are large (actual: 14 MiB, limit: 16 MiB).`,
          path: null,
          code: "warning:TooLargeFunctionArguments",
        },
      ]);
      assert.deepEqual(await linesOf(kind, path, { text: large.slice(2 * MEBIBYTE) }), []);
    });
  }

  it("of a nested call's arguments is warned of under that call's name", async () => {
    const [line] = await linesOf("query", "f:takeNested", { length: 14 * MEBIBYTE });
    assert.deepEqual([line?.code, line?.path], ["warning:TooLargeFunctionArguments", "f.js:takeInternal"]);
  });

  it("of its result is warned of", async () => {
    assert.deepEqual(await linesOf("query", "f:give", { length: 14 * MEBIBYTE }), [
      {
        level: "WARN",
        text: "Function f.js:give return value is large (actual: 14 MiB, limit: 16 MiB).",
        path: null,
        code: "warning:TooLargeFunctionResult",
      },
    ]);
  });

  it("of what it stores is warned of", async () => {
    const [line] = await linesOf("mutation", "f:store", { text: "x".repeat(900_000) });
    assert.equal(line?.text, "Value is large (actual: 878.97 KiB, limit: 1 MiB).");
  });
});
