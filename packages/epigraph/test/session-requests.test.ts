import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { FunctionOutcome } from "../src/functions/calls.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const FILES = {
  "convex/notes.js": `
    import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
    export const add = mutation(async ({ db, meta }, { text }) => {
      const id = await db.insert("notes", { text });
      console.log("added", text, Math.random());
      return { id, at: db.vars.commitTs, big: 5n, text: '{"$commitTs":null}' };
    });
    export const nothing = mutation(() => "nothing");
    export const failing = mutation(async ({ db }, { fails }) => {
      await db.insert("notes", { text: "tried" });
      if ((await db.query("switches").first()) === null) throw new Error("off");
      return "done";
    });
    export const switchOn = mutation(({ db }) => db.insert("switches", {}));
    export const deep = mutation(() => {
      let value = null;
      for (let i = 0; i < 64; i++) value = [value];
      return value;
    });
    export const metrics = mutation((ctx) => ctx.meta.getTransactionMetrics());
    export const texts = query(async ({ db }) => (await db.query("notes").collect()).map(({ text }) => text));
  `,
};
const SESSION = "5d3c9f2e-0000-4000-8000-000000000000";

describe("a mutation that is sent again with the same session and request number", () => {
  let app: InThreadApp;
  beforeEach(async () => {
    app = await InThreadApp.start(FILES);
    await app.value("mutation", "notes:nothing");
  });
  afterEach(() => app[Symbol.asyncDispose]());

  const send = (
    request: number,
    path: string,
    args: object = {},
    session = SESSION,
  ): Promise<FunctionOutcome> =>
    app.call("mutation", `notes:${path}`, args, { once: { type: "session", session, request } });
  const texts = (): Promise<unknown> => app.value("query", "notes:texts");

  it("gets the answer, the lines and the commit that it had, and has no second effect", async () => {
    const first = await send(0, "add", { text: "a" });
    assert.ok(first.status === "success" && first.ts !== null);
    assert.match(first.logLines.join(), /^\[LOG\] 'added' 'a' 0\.\d+$/);
    const { at, text } = JSON.parse(first.value) as { at: object; text: string };
    assert.deepEqual([Object.keys(at), text], [["$integer"], '{"$commitTs":null}']);
    const ran = app.events.length;
    assert.deepEqual(await send(0, "add", { text: "a" }), first);
    assert.equal(app.events.length, ran);
    assert.deepEqual(await texts(), ["a"]);
  });

  it("gets them after a restart, and whatever it is called then", async () => {
    const first = await send(3, "add", { text: "a" });
    app.restart();
    assert.deepEqual(await send(3, "add", { text: "a" }), first);
    assert.deepEqual(await send(3, "gone"), first);
    assert.deepEqual(await texts(), ["a"]);
  });

  it("has one effect when both are under way at once", async () => {
    await send(0, "add", { text: "before" });
    const outcomes = await Promise.all([1, 1, 1].map((request) => send(request, "add", { text: "a" })));
    assert.deepEqual(outcomes[1], outcomes[0]);
    assert.deepEqual(outcomes[2], outcomes[0]);
    assert.deepEqual(await texts(), ["before", "a"]);
  });

  it("runs again when it failed", async () => {
    const failed = await send(0, "failing");
    assert.equal(failed.status === "error" && failed.error.message, "Uncaught Error: off");
    await app.value("mutation", "notes:switchOn");
    const second = await send(0, "failing");
    assert.equal(second.status === "success" && second.value, '"done"');
    assert.deepEqual(await send(0, "failing"), second);
    assert.deepEqual(await texts(), ["tried"]);
  });

  it("is another one in another session, or with another number", async () => {
    await send(0, "add", { text: "a" });
    await send(1, "add", { text: "b" });
    await send(0, "add", { text: "c" }, "other");
    assert.deepEqual(await texts(), ["a", "b", "c"]);
  });

  it("has a commit of its own, also where it wrote nothing", async () => {
    const outcomes = [await send(0, "nothing"), await send(1, "nothing"), await send(0, "nothing")];
    const [first, second, again] = outcomes.map((outcome) => outcome.status === "success" && outcome.ts);
    assert.ok(Number(second) > Number(first));
    assert.equal(again, first);
  });

  it("gets a result that is nested as deeply as any may be", async () => {
    const first = await send(0, "deep");
    assert.equal(first.status, "success");
    assert.deepEqual(await send(0, "deep"), first);
  });

  it("spends nothing of what functions may read and write", async () => {
    const outcome = await send(0, "metrics");
    assert.deepEqual(
      JSON.parse(outcome.status === "success" ? outcome.value : ""),
      await app.value("mutation", "notes:metrics"),
    );
  });

  it("is run each time where it has no session", async () => {
    for (let i = 0; i < 2; i++) await app.value("mutation", "notes:add", { text: "a" });
    assert.deepEqual(await texts(), ["a", "a"]);
  });
});
