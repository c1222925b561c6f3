import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { PushDocument } from "../src/database/catalogue/catalogue-documents.ts";
import { patchSystemDocument } from "../src/database/transaction/system-documents.ts";
import type { FunctionOutcome } from "../src/functions/calls.ts";
import { encodeId } from "../src/values/id.ts";
import { InThreadApp } from "./support/in-thread-app.ts";
import { ended, JOB_FUNCTIONS, job, jobs, notes, until } from "./support/scheduled-jobs.ts";

const FILES = {
  "convex/jobs.js": JOB_FUNCTIONS,
  "convex/empty.js": "export const nothing = 1;",
  "convex/dir/deep.js": `
    import { internalActionGeneric } from "convex/server";
    export default internalActionGeneric(() => "done");
  `,
  "convex/m.js": `
    import { actionGeneric as action, makeFunctionReference as ref, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
    import { v } from "convex/values";
    const note = ref("jobs:note");
    const attempt = async (run) => { try { return await run(); } catch (error) { return error.message; } };
    export const schedule = mutation((ctx, { to = "jobs:note", delay = 0, args = { text: "ran" } }) => ctx.scheduler.runAfter(delay, ref(to), args));
    export const scheduleAt = mutation((ctx, { at, text = "ran" }) => ctx.scheduler.runAt(at, note, { text }));
    export const refused = mutation((ctx, { to, delay = 0, args = {} }) => attempt(() => ctx.scheduler.runAfter(delay, ref(to), args)));
    export const scheduleAndThrow = mutation(async (ctx) => {
      await ctx.scheduler.runAfter(0, note, { text: "from failed mutation" });
      throw new Error("boom");
    });
    export const actAndThrow = action(async (ctx) => {
      await ctx.scheduler.runAfter(0, note, { text: "from failed action" });
      throw new Error("boom");
    });
    export const act = action((ctx, { to = "jobs:note", args = { text: "from action" } }) => ctx.scheduler.runAfter(0, ref(to), args));
    export const inner = mutation(async (ctx) => {
      await ctx.scheduler.runAfter(0, note, { text: "inner" });
      throw new Error("inner");
    });
    export const outer = mutation(async (ctx) => {
      await ctx.scheduler.runAfter(0, note, { text: "outer" });
      return attempt(() => ctx.runMutation(ref("m:inner"), {}));
    });
    export const counter = mutation(async (ctx) => {
      const found = await ctx.db.query("counters").first();
      if (found === null) await ctx.db.insert("counters", { count: 1 });
      else await ctx.db.patch(found._id, { count: found.count + 1 });
      return ctx.scheduler.runAfter(60_000, note, { text: "counted" });
    });
    export const failing = mutation(async (ctx) => {
      await ctx.db.insert("notes", { text: "of failing" });
      await ctx.scheduler.runAfter(0, note, { text: "by failing" });
      throw new Error("boom");
    });
    export const strict = mutation({ args: { n: v.number() }, handler: () => null });
    export const ask = query(() => null);
    export const cancel = mutation((ctx, { id }) => ctx.scheduler.cancel(id));
    export const cancelRefused = mutation((ctx, { id }) => attempt(() => ctx.scheduler.cancel(id)));
    export const cancelFromAction = action((ctx, { id }) => ctx.scheduler.cancel(id));
    export const cancelAndThrow = mutation(async (ctx, { id }) => { await ctx.scheduler.cancel(id); throw new Error("boom"); });
    export const scheduleAndCancel = mutation(async (ctx) => {
      const id = await ctx.scheduler.runAfter(0, note, { text: "cancelled at once" });
      await ctx.scheduler.cancel(id);
      return id;
    });
    export const many = mutation(async (ctx, { count }) => {
      for (let i = 0; i < count; i++) await ctx.scheduler.runAfter(60_000, note, { text: "many" });
    });
    export const large = mutation(async (ctx, { count, length }) => {
      for (let i = 0; i < count; i++) await ctx.scheduler.runAfter(60_000, note, { text: "x".repeat(length) });
    });
    export const commitTs = mutation((ctx) => attempt(() => ctx.scheduler.runAfter(0, note, { text: ctx.db.vars.commitTs })));
    export const metrics = mutation(async (ctx) => {
      await ctx.scheduler.runAfter(60_000, note, { text: "abcd" });
      const { functionsScheduled, scheduledFunctionArgsBytes, documentsWritten, databaseQueries } = await ctx.meta.getTransactionMetrics();
      return [functionsScheduled.used, scheduledFunctionArgsBytes.used, documentsWritten.used, databaseQueries.used];
    });
    export const who = mutation(async (ctx) => {
      const { scheduledFunctionId } = await ctx.meta.getRequestMetadata();
      const own = scheduledFunctionId === null ? null : await ctx.db.system.get(scheduledFunctionId);
      await ctx.db.insert("seen", { identity: await ctx.auth.getUserIdentity(), scheduledFunctionId, state: own?.state ?? null, completed: own?.completedTime ?? null });
    });
    export const seen = query((ctx) => ctx.db.query("seen").collect());
    export const whoFromAction = action(async (ctx) => {
      await ctx.runMutation(ref("m:who"), {});
      return (await ctx.meta.getRequestMetadata()).scheduledFunctionId;
    });
    export const cancelItself = mutation(async (ctx) => {
      const { scheduledFunctionId } = await ctx.meta.getRequestMetadata();
      await ctx.scheduler.cancel(scheduledFunctionId);
      await ctx.db.insert("notes", { text: "cancelled itself" });
    });
    export const gate = query(async (ctx, { name }) => (await ctx.db.query("gates").collect()).some((gate) => gate.name === name));
    export const open = mutation(async (ctx, { name }) => void (await ctx.db.insert("gates", { name })));
    export const slow = action(async (ctx, { name }) => {
      while (!(await ctx.runQuery(ref("m:gate"), { name }))) await new Promise((resolve) => setTimeout(resolve, 2));
      await ctx.scheduler.runAfter(0, note, { text: "after " + name });
      await ctx.runMutation(ref("m:schedule"), { args: { text: "by mutation after " + name } });
      await ctx.runMutation(ref("jobs:note"), { text: "end of " + name });
    });
  `,
};

describe("scheduled functions", () => {
  let app: InThreadApp;
  before(async () => {
    app = await InThreadApp.start(FILES, { jobs: {} });
  });
  after(() => app[Symbol.asyncDispose]());

  const schedule = (args: object): Promise<unknown> => app.value("mutation", "m:schedule", args);
  const noted = (text: string): Promise<string[]> =>
    until(
      () => notes(app),
      (all) => all.includes(text),
    );
  const failure = (outcome: FunctionOutcome): string =>
    outcome.status === "error" ? outcome.error.message : "";
  const texts = async (): Promise<unknown[]> =>
    (await jobs(app)).map(({ args }) => (args[0] as { readonly text?: unknown } | undefined)?.text);

  it("run once, and say so in a document", async () => {
    const pending = await job(app, await schedule({ delay: 600_000, args: { text: "x" } }));
    const { scheduledTime, ...fields } = pending ?? assert.fail();
    const { _id, _creationTime, ...rest } = fields as typeof fields & { readonly _creationTime: number };
    assert.deepEqual(rest, { name: "jobs.js:note", args: [{ text: "x" }], state: { kind: "pending" } });
    assert.ok(scheduledTime >= _creationTime + 599_000);

    const done = await ended(app, await schedule({ args: { text: "once" } }));
    assert.deepEqual(done.state, { kind: "success" });
    assert.ok((done.completedTime as number) >= done.scheduledTime);
    assert.equal((await noted("once")).filter((text) => text === "once").length, 1);
  });

  it("have the name of the file in the folder, and of a default export", async () => {
    const done = await ended(app, await schedule({ to: "dir/deep", args: {} }));
    assert.deepEqual([done.name, done.state], ["dir/deep.js:default", { kind: "success" }]);
  });

  it("are not there when the mutation that scheduled them fails, and are when an action did", async () => {
    assert.match(failure(await app.call("mutation", "m:scheduleAndThrow")), /boom/);
    assert.match(failure(await app.call("action", "m:actAndThrow")), /boom/);
    await noted("from failed action");
    assert.equal((await texts()).includes("from failed mutation"), false);
  });

  it("of a nested mutation that fails go with it, those of its parent stay", async () => {
    assert.match(String(await app.value("mutation", "m:outer")), /inner/);
    await noted("outer");
    const all = await texts();
    assert.deepEqual([all.includes("outer"), all.includes("inner")], [true, false]);
  });

  it("exist once for a mutation that ran again", async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => app.value("mutation", "m:counter")));
    const scheduled = (await jobs(app)).filter(
      ({ args }) => (args[0] as { text?: string }).text === "counted",
    );
    assert.deepEqual(scheduled.map(({ _id }) => _id).sort(), (ids as string[]).sort());
  });

  it("that throw have failed with the text, and nothing that they wrote or scheduled stays", async () => {
    const done = await ended(app, await schedule({ to: "m:failing" }));
    assert.equal(done.state.kind, "failed");
    assert.match(done.state.kind === "failed" ? done.state.error : "", /^Uncaught Error: boom\n {4}at /);
    assert.equal(typeof done.completedTime, "number");
    assert.equal((await notes(app)).includes("of failing"), false);
    assert.equal((await texts()).includes("by failing"), false);
  });

  it("in the past run at once, and keep the time that was asked for", async () => {
    const at = Date.now() - 3_600_123;
    const done = await ended(app, await app.value("mutation", "m:scheduleAt", { at, text: "late" }));
    assert.deepEqual([done.scheduledTime, done.state.kind], [at, "success"]);
  });

  it("can't be more than five years away, before 1970, or at no time at all", async () => {
    const year = 365 * 24 * 3_600_000;
    const refused = (args: object): Promise<unknown> =>
      app.value("mutation", "m:refused", { to: "jobs:note", ...args });
    assert.match(
      String(await refused({ delay: 6 * year })),
      /^\d{4}-\S+ is more than 5 years in the future$/,
    );
    assert.equal(await refused({ delay: -1 }), "`delayMs` must be non-negative");
    assert.match(
      failure(await app.call("mutation", "m:scheduleAt", { at: 1_000 })),
      /more than 5 years in the past/,
    );
    assert.match(
      failure(await app.call("mutation", "m:scheduleAt", { at: -1_000 })),
      /Invalid arguments for `ts`: /,
    );
    assert.match(
      failure(await app.call("mutation", "m:scheduleAt", { at: { $float: "AAAAAAAA+H8=" } })),
      /`ts`/,
    );
  });

  it("must exist when they are scheduled", async () => {
    const refused = (to: string): Promise<unknown> => app.value("mutation", "m:refused", { to });
    assert.equal(
      await refused("nowhere:fn"),
      "Attempted to schedule function at nonexistent path: nowhere.js",
    );
    assert.equal(
      await refused("empty:fn"),
      "Attempted to schedule function, but no exported function fn found in the file: empty.js. Did you forget to export it?",
    );
    assert.match(
      failure(await app.call("action", "m:act", { to: "jobs:gone" })),
      /no exported function gone found in the file: jobs\.js/,
    );
  });

  it("fail when they run with arguments that they do not take, or are queries", async () => {
    const wrong = await ended(app, await schedule({ to: "m:strict", args: { n: "1" } }));
    assert.match(wrong.state.kind === "failed" ? wrong.state.error : "", /^ArgumentValidationError: /);
    const query = await ended(app, await schedule({ to: "m:ask", args: {} }));
    assert.match(query.state.kind === "failed" ? query.state.error : "", /^Unsupported function type/);
  });

  it("have limits, a thousand to a mutation and 16 MiB of arguments", async () => {
    await app.value("mutation", "m:many", { count: 1_000 });
    const before = (await jobs(app)).length;
    assert.match(
      failure(await app.call("mutation", "m:many", { count: 1_001 })),
      /Too many functions scheduled by this mutation \(limit: 1000\)/,
    );
    assert.match(
      failure(await app.call("mutation", "m:large", { count: 9, length: 2_000_000 })),
      /Too large total size of the arguments of scheduled functions from this mutation \(limit: 16777216 bytes\)/,
    );
    assert.equal((await jobs(app)).length, before);
    const large = await app.call("mutation", "m:large", { count: 1, length: 3_500_000 });
    assert.match(large.logLines.join(), /\[WARN\] Large arguments of a scheduled function/);
    assert.deepEqual(await app.value("mutation", "m:metrics"), [1, 13, 0, 0]);
    assert.match(String(await app.value("mutation", "m:commitTs")), /commitTs|commit timestamp/i);
  });

  it("know no user, and who they are; a mutation sees itself in progress", async () => {
    const identity = { tokenIdentifier: "https://i|me", issuer: "https://i", subject: "me" };
    const args = [{ to: "m:who", args: {} }];
    const options = { caller: { type: "admin", actingAs: identity, rights: "all", name: "test" } } as const;
    const outcome = await app.call("mutation", "m:schedule", args[0], options);
    const id = JSON.parse(outcome.status === "success" ? outcome.value : "") as string;
    await ended(app, id);
    const action = (await schedule({ to: "m:whoFromAction", args: {} })) as string;
    await ended(app, action);
    assert.equal(await app.value("action", "m:whoFromAction"), null);
    const seen = (await app.value("query", "m:seen")) as Record<string, unknown>[];
    assert.deepEqual(
      seen.map(({ identity: who, scheduledFunctionId, state, completed }) => [
        who,
        scheduledFunctionId,
        state,
        completed,
      ]),
      [
        [null, id, { kind: "inProgress" }, null],
        [null, action, { kind: "inProgress" }, null],
        [null, null, null, null],
      ],
    );
  });

  it("that were cancelled in time never run; cancelling again, or too late, changes nothing", async () => {
    const id = await app.value("mutation", "m:scheduleAt", { at: Date.now() + 3_600_000, text: "never" });
    await app.value("mutation", "m:cancel", { id: id as string });
    const canceled = await job(app, id);
    assert.deepEqual([canceled?.state, typeof canceled?.completedTime], [{ kind: "canceled" }, "number"]);
    await app.value("action", "m:cancelFromAction", { id: id as string });
    assert.deepEqual(await job(app, id), canceled);

    const done = await ended(app, await schedule({ args: { text: "done" } }));
    await app.value("mutation", "m:cancel", { id: done._id });
    assert.deepEqual(await job(app, done._id), done);

    const atOnce = await app.value("mutation", "m:scheduleAndCancel");
    assert.equal((await job(app, atOnce))?.state.kind, "canceled");
    assert.equal((await notes(app)).includes("cancelled at once"), false);
  });

  it("run when what cancels them fails", async () => {
    const id = await app.value("mutation", "m:scheduleAt", { at: Date.now() + 300, text: "kept" });
    assert.match(failure(await app.call("mutation", "m:cancelAndThrow", { id: id as string })), /boom/);
    assert.equal((await ended(app, id)).state.kind, "success");
  });

  it("are named by ids of their own", async () => {
    const refused = (id: string): Promise<unknown> => app.value("mutation", "m:cancelRefused", { id });
    assert.equal(
      await refused(encodeId(10_001, new Uint8Array(16))),
      "Invalid scheduled function ID. The ID must be an ID on the '_scheduled_functions' table.",
    );
    assert.match(String(await refused("nonsense")), /^Invalid argument `id` for `db\.cancel_job`: /);
    assert.equal(await refused(encodeId(539, new Uint8Array(16))), null);
  });

  it("can't cancel themselves", async () => {
    const done = await ended(app, await schedule({ to: "m:cancelItself", args: {} }));
    assert.equal(done.state.kind, "success");
    await noted("cancelled itself");
    const lines = app.events.flatMap((event) => (event.type === "end" ? event.lines : []));
    assert.ok(
      lines.some(({ text }) => text.startsWith("A scheduled mutation canceling itself is deprecated")),
    );

    const setVersion = (udfServerVersion: string): Promise<void> =>
      app.database.write("test", (transaction) => {
        const push = transaction.catalogue.activePush("");
        assert.ok(push !== null);
        patchSystemDocument<PushDocument>(transaction, "_pushes", push._id, { udfServerVersion });
      });
    await setVersion("1.50.0");
    const refused = await ended(app, await schedule({ to: "m:cancelItself", args: {} }));
    await setVersion("1.48.0");
    assert.match(
      refused.state.kind === "failed" ? refused.state.error : "",
      /^Uncaught Error: A mutation cannot cancel itself/,
    );
  });

  it("that are actions are seen in progress; cancelled then, they go on for nothing", async () => {
    const kept = await schedule({ to: "m:slow", args: { name: "kept" } });
    const dropped = await schedule({ to: "m:slow", args: { name: "dropped" } });
    for (const id of [kept, dropped])
      await until(
        () => job(app, id),
        (seen) => seen?.state.kind === "inProgress",
      );
    await app.value("mutation", "m:cancel", { id: dropped as string });
    const canceled = await job(app, dropped);
    assert.equal(canceled?.state.kind, "canceled");
    for (const name of ["kept", "dropped"]) await app.value("mutation", "m:open", { name });
    assert.deepEqual((await ended(app, kept)).state, { kind: "success" });
    await noted("by mutation after kept");
    await noted("end of dropped");
    assert.deepEqual(await job(app, dropped), canceled);
    const after = (await jobs(app)).filter(({ args }) =>
      /after dropped$/.test(String((args[0] as { text?: string }).text)),
    );
    assert.deepEqual(
      after.map(({ state, completedTime }) => [state.kind, typeof completedTime]),
      [
        ["canceled", "number"],
        ["canceled", "number"],
      ],
    );
    assert.equal(
      (await notes(app)).some((text) => /after dropped$/.test(text)),
      false,
    );
  });

  it("run the code of the time when they run", async () => {
    const at = Date.now() + 1_500;
    const gone = await app.value("mutation", "m:refused", { to: "later:gone", delay: 1_500 });
    assert.match(String(gone), /nonexistent/);
    const later = (body: string): Record<string, string> => ({
      "convex/later.js": `import { mutationGeneric as mutation } from "convex/server"; ${body}`,
    });
    const text = (what: string): string =>
      `export const changed = mutation(async (ctx) => void (await ctx.db.insert("notes", { text: "${what}" })));`;
    app.temp.write({
      ...later(`export const gone = mutation(() => null); ${text("old")}`),
      "convex/file.js": `import { mutationGeneric as mutation } from "convex/server"; export const gone = mutation(() => null);`,
    });
    await app.push();
    const delay = Math.max(0, at - Date.now());
    const [changed, removed, file] = await Promise.all(
      ["later:changed", "later:gone", "file:gone"].map((to) => schedule({ to, delay, args: {} })),
    );
    app.temp.write(later(text("new")));
    app.temp.remove("convex/file.js");
    await app.push();
    assert.equal((await ended(app, changed)).state.kind, "success");
    assert.ok((await notes(app)).includes("new"));
    const error = async (id: unknown): Promise<unknown> => {
      const { state } = await ended(app, id);
      return state.kind === "failed" ? state.error : state.kind;
    };
    assert.equal(await error(removed), `Couldn't find "gone" in module "later.js".`);
    assert.equal(
      await error(file),
      "Couldn't find JavaScript module 'file.js'. Did you forget to run `npx convex dev`?",
    );
  });
});
