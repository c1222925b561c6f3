import assert from "node:assert/strict";
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type CommandResult, runEpigraph } from "./support/command.ts";
import { FunctionCaller } from "./support/functions-api.ts";
import type { RunningApp } from "./support/running-app.ts";
import { startApp } from "./support/start-app.ts";

const APP = {
  "convex/notes.ts": `import { actionGeneric as action, mutationGeneric as mutation, queryGeneric as query } from "convex/server";
export const add = mutation({ handler: (ctx, { text }) => ctx.db.insert("notes", { text }) });
export const list = query({ handler: async (ctx) => (await ctx.db.query("notes").collect()).map(({ text }) => text) });
export const keep = action({ handler: (ctx, { text }) => ctx.storage.store(new Blob([text])) });
export const read = action({ handler: async (ctx, { id }) => (await ctx.storage.get(id)).text() });
`,
};

let app: RunningApp;
let functions: FunctionCaller;
let file: string;
before(async () => {
  app = await startApp({ files: APP, sdk: "own" });
  functions = new FunctionCaller(app);
});
after(() => app.stop());

const epigraph = (args: readonly string[]): Promise<CommandResult> => runEpigraph(args, { cwd: app.folder });

describe("epigraph backup and restore", () => {
  let stored: string;

  it("copies a deployment that goes on writing into one verified file", async () => {
    await functions.mutation("notes:add", { text: "before" });
    stored = (await functions.action("notes:keep", { text: "bytes of a file" })) as string;
    const writing = new AbortController();
    const writes = (async () => {
      for (let i = 0; !writing.signal.aborted; i++) await functions.mutation("notes:add", { text: `${i}` });
    })();
    const { exitCode, stdout, stderr } = await epigraph(["backup", "--json"]);
    writing.abort();
    await writes;
    assert.equal(exitCode, 0, stderr);
    const told = JSON.parse(stdout) as { path: string; files: number; bytes: number; verified: boolean };
    assert.deepEqual([told.files, told.verified, told.bytes], [1, true, statSync(told.path).size]);
    file = told.path;
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.ok(!existsSync(join(app.folder, ".epigraph/drafts")));
    assert.ok(!existsSync(`${file}.partial`));
  });

  it("does not write over another backup", async () => {
    const { exitCode, stderr } = await epigraph(["backup", "--path", file]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /is there already: choose another --path, or replace it with --force\.\n$/);
  });

  it("is for keys that allow everything", async () => {
    const { stdout } = await epigraph(["admin-key", "create", "ci", "--scope", "deploy"]);
    const { exitCode, stderr } = await epigraph([
      "backup",
      "--path",
      "x.zip",
      "--url",
      app.api,
      "--admin-key",
      stdout.trim(),
    ]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /OperationNotPermitted: You do not have permission to perform this operation/);
  });

  it("leaves the data of a deployment that runs alone", async () => {
    const { exitCode, stderr } = await epigraph(["restore", file, "--force"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^The data folder \S+ is in use by another process/);
  });

  it("refuses to replace data, and replaces it where that was asked for, with the clock ahead of all that was", async () => {
    await functions.mutation("notes:add", { text: "after" });
    await app.kill("SIGTERM");
    const refused = await epigraph(["restore", file]);
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /^There is data in \S+: nothing was changed\. .* --force\.\n$/);
    const done = await epigraph(["restore", file, "--force"]);
    assert.equal(done.exitCode, 0, done.stderr);
    assert.match(
      done.stderr,
      /^Restored \S+ as it was at \S+Z\.\nWhat was there before is in \S+replaced-\d+: /,
    );
    await app.start();
    functions = new FunctionCaller(app);
    const texts = (await functions.query("notes:list")) as string[];
    assert.ok(texts.includes("before") && !texts.includes("after"), texts.join());
    assert.equal(await functions.action("notes:read", { id: stored }), "bytes of a file");
    assert.equal((await epigraph(["env", "list"])).exitCode, 0, "the key is the same");
  });

  it("checks all of a backup before it touches anything", async () => {
    const bytes = readFileSync(file);
    const damaged = join(app.folder, "damaged.zip");
    const data = join(app.folder, "elsewhere");
    // In the middle of the compressed database, at the end that a copy lost, and what is no backup at all.
    const flipped = Buffer.from(bytes);
    flipped.writeUInt8(flipped.readUInt8(2000) ^ 0xff, 2000);
    for (const content of [flipped, bytes.subarray(0, bytes.length - 100), Buffer.from("no backup")]) {
      writeFileSync(damaged, content);
      const { exitCode, stderr } = await epigraph(["restore", damaged, "--data", data]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /(?:is damaged|is not a backup).*Nothing was changed\.\n$/);
      assert.deepEqual(
        readdirSync(data).filter((name) => name !== "lock.db"),
        [],
      );
    }
    copyFileSync(file, damaged);
    assert.equal((await epigraph(["restore", damaged, "--data", data])).exitCode, 0);
    assert.equal((await epigraph(["verify", "--data", data])).exitCode, 0);
  });
});
