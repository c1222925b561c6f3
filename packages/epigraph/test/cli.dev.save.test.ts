import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { startApp } from "./support/start-app.ts";

const FUNCTIONS = {
  "convex/tasks.ts": `
import { query } from "./_generated/server";
export const list = query({ args: {}, handler: async () => ["one"] });
`,
};

describe("a save", async () => {
  const app = await startApp({ files: FUNCTIONS });
  after(() => app.stop());
  const functions = new FunctionCaller(app);

  it("is pushed, and dev says what changed and how long it took", async () => {
    const more = `${FUNCTIONS["convex/tasks.ts"]}export const more = query({ args: {}, handler: async () => "more" });\n`;
    await app.save(
      { "convex/tasks.ts": more },
      /✔ Pushed in \d+ ms: \+ function tasks:more, changed tasks\n/,
    );
    assert.equal(await functions.query("tasks:more"), "more");
  });

  it("of a new module is pushed", async () => {
    const source = FUNCTIONS["convex/tasks.ts"].replace("one", "two").replaceAll("./_", "../_");
    await app.save({ "convex/deep/other.ts": source }, /✔ Pushed in \d+ ms: \+ function deep\/other:list/);
    assert.deepEqual(await functions.query("deep/other:list"), ["two"]);
  });

  it("that removes a module removes its functions", async () => {
    const from = app.output().length;
    app.remove("convex/deep");
    await app.waitForOutput(/✔ Pushed in \d+ ms: - function deep\/other:list/, { from });
    assert.match(
      await functions.errorOf("query", "deep/other:list"),
      /^Could not find public function for 'deep\/other:list'\./,
    );
  });

  it("with a syntax error is shown with its place and the lines around it; the old code goes on", async () => {
    await app.save(
      { "convex/tasks.ts": 'import { query } from "./_generated/server";\nexport const list = query(;\n' },
      /✘ Unexpected ";"\n {2}convex\/tasks\.ts:2:27\n {4}1 │ import .*\n {2}> 2 │ export const list = query\(;\n {6}│ {27}\^\n/,
    );
    assert.deepEqual(await functions.query("tasks:list"), ["one"]);
  });

  it("that needs what is not there yet is refused, with the place", async () => {
    const search = `
import { action } from "./_generated/server";
export const find = action({ args: {}, handler: (ctx) => (ctx as any).vectorSearch("t", "i", { vector: [1] }) });
`;
    await app.save(
      { "convex/tasks.ts": search },
      /✘ not yet in this version: vector search, `ctx\.vectorSearch`\n {2}convex\/tasks\.ts:3:\d+\n/,
    );
    assert.deepEqual(await functions.query("tasks:list"), ["one"]);
  });

  it("that mends the error is pushed", async () => {
    const mended = FUNCTIONS["convex/tasks.ts"].replace("one", "mended");
    await app.save({ "convex/tasks.ts": mended });
    assert.deepEqual(await functions.query("tasks:list"), ["mended"]);
  });
});

describe("a schema that the data does not match", async () => {
  const schema = (type: string): string => `
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ tasks: defineTable({ text: ${type} }) });
`;
  const app = await startApp({
    files: {
      "convex/schema.ts": schema("v.string()"),
      "convex/tasks.ts": `
import { v } from "convex/values";
import { mutation } from "./_generated/server";
export const add = mutation({ args: { text: v.any() }, handler: (ctx, task) => ctx.db.insert("tasks", task) });
`,
    },
  });
  after(() => app.stop());
  const functions = new FunctionCaller(app);

  it("is refused with the document and the reason; the old one goes on", async () => {
    const id = await functions.mutation("tasks:add", { text: "here" });
    await app.save(
      { "convex/schema.ts": schema("v.number()") },
      new RegExp(
        `✘ Document with ID "${id}" in table "tasks" does not match the schema: Value does not match validator\\.\nPath: \\.text\n`,
      ),
    );
    await functions.mutation("tasks:add", { text: "still a text" });
    assert.match(
      await functions.errorOf("mutation", "tasks:add", { text: 1 }),
      /does not match the schema: Value does not match validator\./,
    );
  });
});
