import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { type CommandResult, runEpigraph } from "./support/command.ts";
import { FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("functions-api") });
after(() => app.stop());

/** A command in the app's folder. */
function epigraph(args: readonly string[], input?: string): Promise<CommandResult> {
  return runEpigraph(args, { cwd: app.folder, input });
}

describe("epigraph run", () => {
  it("prints the result as JSON", async () => {
    const { exitCode, stdout } = await epigraph(["run", "m:echo", '{"value":{"a":[1,"x"]}}']);
    assert.equal(exitCode, 0);
    assert.deepEqual(JSON.parse(stdout), { a: [1, "x"] });
  });

  it("runs internal functions, and mutations", async () => {
    assert.equal((await epigraph(["run", "m:secret"])).stdout, '"secret"\n');
    assert.equal((await epigraph(["run", "m:send", '{"text":"from the shell"}'])).exitCode, 0);
    assert.deepEqual(await new FunctionCaller(app).query("m:list"), ["from the shell"]);
  });

  for (const name of ["m", "m.ts", "convex/m.ts:default", "api.m.default"]) {
    it(`knows a function by the name ${name}`, async () =>
      assert.equal((await epigraph(["run", name])).stdout, '"default"\n'));
  }

  it("shows log lines beside the result", async () => {
    const { stdout, stderr } = await epigraph(["run", "m:logs"]);
    assert.equal(stdout, "");
    assert.match(stderr, /^\[m:logs\] \[LOG\] 'hi' 1\n/);
  });

  it("ends with 1 and the error of a function that fails", async () => {
    const { exitCode, stdout, stderr } = await epigraph(["run", "m:fails"]);
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.match(stderr, /Failed to run function "m:fails":\n.*Server Error\nUncaught Error: x\n {4}at /);
  });

  it("ends with 1 and what to do when the function is missing", async () => {
    const { exitCode, stderr } = await epigraph(["run", "m:nope"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /Could not find function for 'm:nope'/);
  });

  for (const args of ["{", "[]", "1"]) {
    it(`wants a JSON object, not ${args}`, async () => {
      const { exitCode, stderr } = await epigraph(["run", "m:list", args]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /^The arguments (?:are not JSON|must be a JSON object)/);
    });
  }

  it("says how to start a deployment where none is known", async () => {
    using other = new TempApp({ "convex/tasks.ts": "" });
    const { exitCode, stderr } = await runEpigraph(["run", "m:list", "--dir", other.folder]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^No deployment is known: run `epigraph dev` in .+ once, or set .+\.\n$/);
  });
});

describe("epigraph env", () => {
  const seen = (name: string): Promise<unknown> => new FunctionCaller(app).query("m:environment", { name });

  it("sets, shows and removes what functions see", async () => {
    assert.equal((await epigraph(["env", "set", "GREETING", "hello there"])).exitCode, 0);
    assert.equal(await seen("GREETING"), "hello there");
    assert.equal((await epigraph(["env", "get", "GREETING"])).stdout, "hello there\n");
    assert.equal((await epigraph(["env", "set", "A=b=c"])).exitCode, 0);
    assert.equal((await epigraph(["env", "list"])).stdout, "A=b=c\nGREETING=hello there\n");
    assert.equal((await epigraph(["env", "remove", "GREETING"])).exitCode, 0);
    assert.equal((await epigraph(["env", "remove", "A"])).exitCode, 0);
    assert.equal(await seen("GREETING"), null);
    assert.equal((await epigraph(["env", "list"])).stdout, "");
  });

  it("takes a value from standard input, where no shell keeps it", async () => {
    assert.equal((await epigraph(["env", "set", "SECRET"], "line one\nline two\n")).exitCode, 0);
    assert.equal(await seen("SECRET"), "line one\nline two");
  });

  it("ends with 1 for a variable that is not set", async () => {
    const { exitCode, stdout } = await epigraph(["env", "get", "NOPE"]);
    assert.deepEqual([exitCode, stdout], [1, ""]);
  });

  it("refuses the names of the server's own variables", async () => {
    const { exitCode, stderr } = await epigraph(["env", "set", "CONVEX_SITE_URL", "x"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /"CONVEX_SITE_URL" is built-in and cannot be overridden/);
  });

  it("survives a restart", async () => {
    await epigraph(["env", "set", "KEPT", "yes"]);
    await app.kill("SIGTERM");
    await app.start();
    assert.equal(await seen("KEPT"), "yes");
  });
});

describe("a command line that makes no sense", () => {
  for (const [args, message] of [
    [["fly"], /^Unknown command "fly"\./],
    [["dev", "--fast"], /^epigraph dev has no option "--fast"\./],
    [["dev", "--port", "high"], /^--port is a number from 0 to 65535, not "high"\./],
    [["run"], /^epigraph run needs the name of a function\./],
    [["env", "steal"], /^epigraph env does not know "steal": it is one of set, get, list, remove\./],
  ] as const) {
    it(`is told why, and how it goes: ${args.join(" ")}`, async () => {
      const { exitCode, stderr } = await runEpigraph(args);
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
      assert.match(stderr, /\nUsage: epigraph /);
    });
  }
});
