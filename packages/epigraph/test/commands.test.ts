import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { runEpigraph } from "./support/command.ts";
import { startApp } from "./support/start-app.ts";

const app = await startApp({
  files: {
    "convex/messages.ts": `import { v } from "convex/values";
import { action, internalMutation, mutation, query } from "./_generated/server";

export const list = query({ args: {}, handler: (ctx) => ctx.db.query("messages").collect() });
export const send = mutation({
  args: { body: v.string() },
  handler: async (ctx, { body }) => {
    console.log("sending", body);
    return ctx.db.insert("messages", { body });
  },
});
export const clear = internalMutation({
  args: {},
  handler: async (ctx) => {
    for (const { _id } of await ctx.db.query("messages").collect()) await ctx.db.delete(_id);
  },
});
export const fail = action({ args: {}, handler: async () => { throw new Error("on purpose"); } });
export const secret = query({ args: {}, handler: async () => process.env.SECRET ?? "unset" });
`,
  },
});
after(() => app.stop());

/** As a developer types it in the app's folder. */
function epigraph(...args: readonly string[]) {
  return runEpigraph(args, { cwd: app.folder });
}

describe("epigraph run", () => {
  it("prints a function's result as JSON, and its log lines beside it", async () => {
    const sent = await epigraph("run", "messages:send", '{"body": "hello"}');
    assert.equal(sent.exitCode, 0, sent.stderr);
    assert.match(sent.stdout, /^"[a-z0-9]{32}"\n$/);
    assert.match(sent.stderr, /\[messages:send\] \[LOG\] 'sending' 'hello'\n/);
    const { stdout } = await epigraph("run", "messages:list");
    const [{ body }] = JSON.parse(stdout) as [{ readonly body: string }];
    assert.equal(body, "hello");
  });

  it("runs internal functions, and prints nothing for nothing", async () => {
    const result = await epigraph("run", "messages:clear");
    assert.deepEqual(result, { exitCode: 0, stdout: "", stderr: "" });
    assert.equal((await epigraph("run", "messages:list")).stdout, "[]\n");
  });

  it("ends with 1 and the function's error when it failed", async () => {
    const { exitCode, stdout, stderr } = await epigraph("run", "messages:fail");
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.match(stderr, /^Failed to run function "messages:fail":\n.*Uncaught Error: on purpose\n/s);
    assert.match(stderr, /\.\.\/convex\/messages\.ts:\d+:\d+/);
  });

  it("ends with 1 for a function that is not there, or arguments that it can't take", async () => {
    const missing = await epigraph("run", "messages:nope");
    assert.equal(missing.exitCode, 1);
    assert.match(missing.stderr, /Could not find function for 'messages:nope'/);
    const wrong = await epigraph("run", "messages:send", '{"body": 5}');
    assert.equal(wrong.exitCode, 1);
    assert.match(wrong.stderr, /ArgumentValidationError/);
    const noJson = await epigraph("run", "messages:send", "{body: 5}");
    assert.equal(noJson.exitCode, 1);
    assert.match(noJson.stderr, /^The arguments are not JSON/);
  });
});

describe("epigraph env", () => {
  it("sets a variable that functions see at once, shows and removes it", async () => {
    const { exitCode, stderr } = await epigraph("env", "set", "SECRET", "a=b c");
    assert.deepEqual([exitCode, stderr], [0, "Set SECRET\n"]);
    assert.equal((await epigraph("run", "messages:secret")).stdout, '"a=b c"\n');
    assert.equal((await epigraph("env", "get", "SECRET")).stdout, "a=b c\n");
    assert.equal((await epigraph("env", "list")).stdout, "SECRET=a=b c\n");
    assert.equal((await epigraph("env", "remove", "SECRET")).exitCode, 0);
    assert.equal((await epigraph("run", "messages:secret")).stdout, '"unset"\n');
    assert.equal((await epigraph("env", "list")).stdout, "");
  });

  it("takes a value from standard input, where no shell keeps it", async () => {
    const options = { cwd: app.folder, input: "from a file\n" };
    assert.equal((await runEpigraph(["env", "set", "SECRET"], options)).exitCode, 0);
    assert.equal((await epigraph("env", "get", "SECRET")).stdout, "from a file\n");
    await epigraph("env", "remove", "SECRET");
  });

  it("keeps its values when the server starts again", async () => {
    await epigraph("env", "set", "SECRET", "kept");
    await app.kill("SIGKILL");
    await app.start();
    assert.equal((await epigraph("run", "messages:secret")).stdout, '"kept"\n');
    await epigraph("env", "remove", "SECRET");
  });

  it("ends with 1 for a variable that is not there, or a name that can't be one", async () => {
    const { exitCode, stdout, stderr } = await epigraph("env", "get", "NOPE");
    assert.deepEqual([exitCode, stdout, stderr], [1, "", 'Environment variable "NOPE" not found\n']);
    const forbidden = await epigraph("env", "set", "CONVEX_SITE_URL", "x");
    assert.equal(forbidden.exitCode, 1);
    assert.match(forbidden.stderr, /^EnvVarNameForbidden: /);
    const invalid = await epigraph("env", "set", "1+1", "x");
    assert.equal(invalid.exitCode, 1);
    assert.match(invalid.stderr, /^EnvironmentVariableNameInvalid: /);
  });
});

describe("a command without a deployment", () => {
  it("says what to do, in one sentence", async () => {
    using other = new TempApp({ "convex/messages.ts": "" });
    const unknown = await runEpigraph(["run", "messages:list"], { cwd: other.folder });
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stderr, /^No deployment is known: run `epigraph dev` in .*\n$/);
    other.write({
      ".env.local": "CONVEX_SELF_HOSTED_URL=http://127.0.0.1:9\nCONVEX_SELF_HOSTED_ADMIN_KEY=x|y\n",
    });
    const gone = await runEpigraph(["env", "list"], { cwd: other.folder });
    assert.equal(gone.exitCode, 1);
    assert.equal(
      gone.stderr,
      "Nothing answers at http://127.0.0.1:9: start the deployment with `epigraph dev`.\n",
    );
  });
});
