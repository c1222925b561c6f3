import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { FunctionCaller, postApi } from "./support/functions-api.ts";
import { startApp } from "./support/start-app.ts";

const FILES = {
  "convex/made.ts": `
const facts = { isPublic: true, exportArgs: () => '{"type":"any"}', exportReturns: () => "null" };
const make = (kind: "Query" | "Mutation" | "Action", result: unknown): any =>
  Object.assign(() => {}, facts, { ["is" + kind]: true, ["invoke" + kind]: async () => result });

export const number = make("Query", 5);
export const nothing = make("Mutation", undefined);
export const object = make("Action", { a: 1 });
`,
  "convex/f.ts": `import { anyApi } from "convex/server";
import { action, mutation, query } from "./_generated/server";

export const one = query({ args: {}, handler: async () => 1 });
export const nested = mutation({
  args: {},
  handler: async (ctx): Promise<string> => {
    try {
      return String(await ctx.runQuery(anyApi.made.number));
    } catch {
      return "caught";
    }
  },
});
export const nestedInAction = action({
  args: {},
  handler: async (ctx): Promise<string[]> => {
    const texts: string[] = [];
    for (const call of [
      () => ctx.runQuery(anyApi.made.number),
      () => ctx.runMutation(anyApi.made.nothing),
      () => ctx.runAction(anyApi.made.object),
    ]) {
      await call().catch((error: Error) => texts.push(error.message));
    }
    return texts;
  },
});
`,
  "convex/node.ts": `"use node";
export const object: any = Object.assign(() => {}, {
  isAction: true,
  isPublic: true,
  invokeAction: async () => ({ a: 1 }),
  exportArgs: () => '{"type":"any"}',
  exportReturns: () => "null",
});
`,
};

const HIDDEN = "Your request couldn't be completed. Try again later.";

describe("a registration that answers with no text", async () => {
  const app = await startApp({ files: FILES });
  after(() => app.stop());
  const functions = new FunctionCaller(app);

  for (const [kind, path] of [
    ["query", "made:number"],
    ["mutation", "made:nothing"],
    ["action", "made:object"],
    ["action", "node:object"],
  ] as const) {
    it(`is a fault of the server, which the log explains (${path})`, async () => {
      const from = app.output().length;
      const { status, json } = await postApi(app, `/api/${kind}`, { path, args: {} });
      assert.deepEqual([status, json], [500, { code: "InternalServerError", message: HIDDEN }]);
      await app.waitForOutput(/A registered function did not resolve to a text/, { from });
      assert.equal(await functions.query("f:one"), 1);
    });
  }

  it("ends the transaction that called it, whatever that catches", async () => {
    const { status, json } = await postApi(app, "/api/mutation", { path: "f:nested", args: {} });
    assert.deepEqual([status, json["code"]], [500, "InternalServerError"]);
  });

  it("tells actions nothing about itself", async () => {
    assert.deepEqual(await functions.action("f:nestedInAction"), [HIDDEN, HIDDEN, HIDDEN]);
  });
});
