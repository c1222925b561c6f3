import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { InThreadApp } from "./support/in-thread-app.ts";
import { ended, JOB_FUNCTIONS, notes } from "./support/scheduled-jobs.ts";

const TARGET = `import { v } from "convex/values";
import { internalMutation, internalQuery } from "./_generated/server";

export const double = internalQuery({ args: { n: v.number() }, handler: (_ctx, { n }) => 2 * n });
export const note = internalMutation({
  args: { text: v.string() },
  handler: async (ctx, { text }) => {
    await ctx.db.insert("notes", { text });
    return \`noted \${text}\`;
  },
});
`;
const FILES = {
  "convex/jobs.js": JOB_FUNCTIONS,
  "convex/target.ts": TARGET,
  "convex/m.ts": `import { createFunctionHandle, makeFunctionReference } from "convex/server";
import { action, internalAction, mutation, query } from "./_generated/server";

const ref = (name: string) => makeFunctionReference<any, any, any>(name);
const attempt = async (run: () => Promise<unknown>) => {
  try {
    return await run();
  } catch (error) {
    return (error as Error).message;
  }
};
export const inQuery = query(async (_ctx, { name }: { name: string }) => attempt(() => createFunctionHandle(ref(name))));
export const inMutation = mutation(async (_ctx, { name }: { name: string }) => createFunctionHandle(ref(name)));
export const inAction = action(async (_ctx, { name }: { name: string }) => attempt(() => createFunctionHandle(ref(name))));
export const again = mutation(async (_ctx, { handle }: { handle: any }) => createFunctionHandle(handle));
export const store = mutation(async (ctx) => {
  await ctx.db.insert("handles" as any, { handle: await createFunctionHandle(ref("target:note")) });
});
export const runStored = mutation(async (ctx) => {
  const { handle }: any = await ctx.db.query("handles" as any).first();
  return attempt(() => ctx.runMutation(handle, { text: "stored" }));
});
export const queryBy = query(async (ctx, { handle, n }: { handle: any; n: number }) => attempt(() => ctx.runQuery(handle, { n })));
export const actBy = action(async (ctx, { query, mutation, action }: any) => [
  await ctx.runQuery(query, { n: 4 }),
  await ctx.runMutation(mutation, { text: "from action" }),
  await ctx.runAction(action, {}),
]);
export const refusedAction = action(async (ctx, { handle }: any) => attempt(() => ctx.runQuery(handle, {})));
export const act = internalAction(async () => "acted");
export const schedule = mutation(async (ctx, { handle }: any) => ctx.scheduler.runAfter(0, handle, { text: "scheduled" }));
export const scheduleByAction = action(async (ctx, { handle }: any) => ctx.scheduler.runAfter(0, handle, { text: "scheduled too" }));
export const refusedSchedule = mutation(async (ctx, { handle }: any) => attempt(() => ctx.scheduler.runAfter(0, handle, {})));
`,
  "convex/n.ts": `"use node";
import { createFunctionHandle, makeFunctionReference } from "convex/server";
import { action } from "./_generated/server";

export const handle = action(async (_ctx, { name }: { name: string }) =>
  createFunctionHandle(makeFunctionReference<any, any, any>(name)),
);
`,
};

describe("function handles", () => {
  let app: InThreadApp;
  before(async () => {
    app = await InThreadApp.start(FILES, { jobs: {}, packages: ["convex", "@types/node"] });
  });
  after(() => app[Symbol.asyncDispose]());
  const handleOf = async (name: string): Promise<string> =>
    (await app.value("mutation", "m:inMutation", { name })) as string;

  it("are the same texts wherever they are made", async () => {
    const handle = await handleOf("target:note");
    assert.match(handle, /^function:\/\/[0-9a-f]{32}#target:note$/);
    assert.equal(await app.value("query", "m:inQuery", { name: "target:note" }), handle);
    assert.equal(await app.value("action", "m:inAction", { name: "target:note" }), handle);
    assert.equal(await app.value("action", "n:handle", { name: "target:note" }), handle);
    assert.equal(await app.value("mutation", "m:again", { handle }), handle);
    assert.notEqual(await handleOf("target:double"), handle);
  });

  it("call what they name, whatever is written behind their id", async () => {
    const query = await handleOf("target:double");
    assert.equal(await app.value("query", "m:queryBy", { handle: query, n: 3 }), 6);
    assert.equal(
      await app.value("query", "m:queryBy", { handle: query.replace(/#.*/, "#other:name"), n: 3 }),
      6,
    );
    assert.equal(await app.value("query", "m:queryBy", { handle: query.replace(/#.*/, ""), n: 3 }), 6);
    const [mutation, action] = [await handleOf("target:note"), await handleOf("m:act")];
    assert.deepEqual(await app.value("action", "m:actBy", { query, mutation, action }), [
      8,
      "noted from action",
      "acted",
    ]);
  });

  it("are scheduled by", async () => {
    const handle = await handleOf("target:note");
    const job = await ended(app, await app.value("mutation", "m:schedule", { handle }));
    assert.deepEqual([job.state, job.name], [{ kind: "success" }, "target.js:note"]);
    await ended(app, await app.value("action", "m:scheduleByAction", { handle }));
    assert.deepEqual((await notes(app)).slice(-2), ["scheduled", "scheduled too"]);
  });

  it("outlive pushes, are dead while there is no such function, and live again", async () => {
    await app.value("mutation", "m:store");
    await app.temp.write({ "convex/more.ts": "export const nothing = 1;\n" });
    await app.push();
    assert.equal(await app.value("mutation", "m:runStored"), "noted stored");
    app.temp.write({ "convex/target.ts": TARGET.replace("export const note", "export const renamed") });
    await app.push();
    assert.match((await app.value("mutation", "m:runStored")) as string, /Function handle not found/);
    app.temp.write({ "convex/target.ts": TARGET });
    await app.push();
    assert.equal(await app.value("mutation", "m:runStored"), "noted stored");
  });

  it("that were never made name nothing", async () => {
    for (const handle of [
      "function://0123456789abcdef0123456789abcdef",
      "function://",
      "function://target:note",
    ]) {
      const said = await app.value("query", "m:queryBy", { handle, n: 1 });
      assert.match(said as string, /Function handle not found/, handle);
      assert.match(
        (await app.value("action", "m:refusedAction", { handle })) as string,
        /Function handle not found/,
      );
      assert.match(
        (await app.value("mutation", "m:refusedSchedule", { handle })) as string,
        /Function handle not found/,
      );
    }
    for (const kind of ["query", "action"] as const) {
      const name = kind === "query" ? "m:inQuery" : "m:inAction";
      assert.match(
        (await app.value(kind, name, { name: "target:gone" })) as string,
        /Couldn't resolve target:gone/,
      );
    }
  });
});
