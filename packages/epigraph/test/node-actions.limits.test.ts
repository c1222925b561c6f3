import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FunctionOutcome } from "../src/functions/calls.ts";
import type { NodeLimits } from "../src/runtime/node/node-limits.ts";
import { InThreadApp } from "./support/in-thread-app.ts";
import { INSTALLED_PACKAGE } from "./support/node-package.ts";
import { fixture, readFolder } from "./support/start-app.ts";

function start(node: Partial<NodeLimits>): Promise<InThreadApp> {
  return InThreadApp.start({ ...readFolder(fixture("node-actions")), ...INSTALLED_PACKAGE }, { node });
}

async function errorOf(outcome: Promise<FunctionOutcome>): Promise<string> {
  const ended = await outcome;
  assert.equal(ended.status, "error", JSON.stringify(ended));
  return ended.error.message;
}

describe("a Node action beyond its time", () => {
  it("that waits is told so, and its process ends", async () => {
    await using app = await start({ timeMs: 1000, graceMs: 5000 });
    assert.equal(await app.value("action", "node:counted"), 1);
    assert.equal(
      await errorOf(app.call("action", "node:wait", { ms: 60_000 })),
      "Action `wait` execution timed out (maximum duration 1s)",
    );
    assert.equal(await app.value("action", "node:counted"), 1);
  });

  it("that loops is ended", async () => {
    await using app = await start({ timeMs: 1000, graceMs: 1000 });
    assert.equal(
      await errorOf(app.call("action", "node:loop")),
      "Function execution unexpectedly timed out. Check your function for infinite loops or other long-running operations.",
    );
    assert.equal(await app.value("action", "node:echo", { text: "x" }), 1);
  });
});

describe("a Node action beyond its memory", () => {
  for (const name of ["fill", "fillOutside"]) {
    it(`ends with a text that says so (${name})`, async () => {
      await using app = await start({ memoryMb: 64 });
      assert.equal(
        await errorOf(app.call("action", `node:${name}`)),
        "JavaScript execution ran out of memory (maximum memory usage: 64 MB)",
      );
      assert.equal(await app.value("action", "node:echo", { text: "x" }), 1);
    });
  }
});

describe("more Node actions than processes", () => {
  it("wait for one, in order", async () => {
    await using app = await start({ processes: 1 });
    const counts = Array.from({ length: 3 }, () => app.value("action", "node:counted"));
    assert.deepEqual(await Promise.all(counts), [1, 2, 3]);
  });

  it("get one also when the one before them ends its process", async () => {
    await using app = await start({ processes: 1 });
    const exiting = errorOf(app.call("action", "node:exit"));
    assert.equal(await app.value("action", "node:counted"), 1);
    assert.match(await exiting, /exited with code 3/);
  });

  it("are refused in the end", async () => {
    await using app = await start({ processes: 1, waitMs: 100 });
    const first = app.value("action", "node:wait", { ms: 1000 });
    await assert.rejects(app.call("action", "node:counted"), {
      code: "TooManyConcurrentRequests",
      message:
        "Too many concurrent requests. Your backend is limited to 1 concurrent Node actions. Call again later.",
    });
    assert.equal(await first, "waited");
  });

  it("get one also when the code has changed meanwhile, each its own", async () => {
    await using app = await start({ processes: 1 });
    const first = app.value("action", "node:wait", { ms: 300 });
    const second = app.value("action", "node:counted");
    app.temp.write({ "convex/version.ts": '"use node";\nexport const version = 2;\n' });
    await app.push();
    const third = app.value("action", "node:counted");
    assert.deepEqual(await Promise.all([first, second, third]), ["waited", 1, 1]);
  });

  it("run at once where there are enough", async () => {
    await using app = await start({});
    const counts = Array.from({ length: 3 }, () => app.value("action", "node:counted"));
    assert.deepEqual(await Promise.all(counts), [1, 1, 1]);
  });
});

describe("a deployment that ends", () => {
  it("tells Node actions why they do not go on, those that wait among them", async () => {
    const app = await start({ processes: 1 });
    const outcomes = [app.call("action", "node:loop"), app.call("action", "node:counted")];
    await app[Symbol.asyncDispose]();
    for (const outcome of outcomes) {
      assert.equal(await errorOf(outcome), "The function was stopped because the deployment shut down.");
    }
  });
});

describe("what a Node process says", () => {
  it("ends the process where nobody could have said it", async () => {
    await using app = await start({});
    const error = await errorOf(app.call("action", "node:forge"));
    assert.match(error, /^The Node\.js process that ran the function was ended by SIGKILL\./);
    assert.equal(await app.value("action", "node:echo", { text: "x" }), 1);
  });
});

describe("an operation of a Node action", () => {
  it("is refused beyond 1000 at once", async () => {
    await using app = await start({});
    assert.equal(
      await app.value("action", "node:manyOperations"),
      "Too many concurrent operations. See https://docs.convex.dev/functions/actions#limits for more information.",
    );
  });

  it("is none of the database", async () => {
    await using app = await start({});
    const answers = (await app.value("action", "node:syscalls")) as string[];
    assert.match(
      answers[0] as string,
      /^The Convex database object is being used outside of a Convex query or mutation\./,
    );
    assert.equal(answers[1], "Unknown async operation 1.0/get");
    assert.equal(answers[2], "Unknown JS syscall: nothing");
  });
});
