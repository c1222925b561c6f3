import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { bombs } from "./fixtures/faults-memory/convex/bombs.ts";
import { FunctionCaller, postApi } from "./support/functions-api.ts";
import { CANNOT_SEE_PROCESSES, descendantsOf, peakMemoryOf } from "./support/process-tree.ts";
import { fixture, startApp } from "./support/start-app.ts";

const OUT_OF_MEMORY = "JavaScript execution ran out of memory (maximum memory usage: 64 MB)";
const TIMED_OUT = "Function execution timed out";
/** The engine gave up with the whole process, or had to be ended from outside. */
const LOST = "The function was stopped because the process that ran it ended unexpectedly.";
/** How ways end for which another limit may come before that of memory. */
const OTHER_ENDS: Readonly<Record<string, readonly string[]>> = {
  oneLargeArray: [TIMED_OUT, LOST],
  doubledStrings: ["Uncaught RangeError: Invalid string length"],
  clones: [TIMED_OUT],
  jsonParse: [TIMED_OUT, LOST],
  jsonParseDeep: [TIMED_OUT, LOST, "Uncaught SyntaxError"],
  jsonStringify: [TIMED_OUT, LOST],
  webAssembly: [LOST, "Uncaught RangeError"],
  logLines: [TIMED_OUT],
};
/** Enough for every limit to be reached. */
const MAX_MS = 30_000;
/** Of one process, in MiB. */
const MAX_MEMORY = 1024;

const app = await startApp({ copyOf: fixture("faults-memory") });
after(() => app.stop());

const functions = new FunctionCaller(app);

function assertEnded(bomb: string, error: string): void {
  const ends = [OUT_OF_MEMORY, ...(OTHER_ENDS[bomb] ?? [])];
  assert.ok(
    ends.some((end) => error.includes(end)),
    error.slice(0, 500),
  );
}

async function assertServing(): Promise<void> {
  assert.equal(await (await fetch(`${app.site}/hi`)).text(), "hi");
  assert.deepEqual(await functions.query("memory:notes"), []);
}

describe("an HTTP action that fills memory", () => {
  for (const bomb of Object.keys(bombs)) {
    it(`with ${bomb} ends with a clear error, and the server lives on`, { timeout: MAX_MS }, async () => {
      const response = await fetch(`${app.site}/explode?${bomb}`);
      const text = await response.text();
      assert.equal(response.status, 500, text.slice(0, 500));
      assertEnded(bomb, (JSON.parse(text) as { readonly code: string }).code);
      if (CANNOT_SEE_PROCESSES === false) {
        const peaks = descendantsOf(app.pid).map(({ pid }) => peakMemoryOf(pid));
        assert.ok(Math.max(...peaks) < MAX_MEMORY, `MiB of the processes: ${peaks.map(Math.round)}`);
      }
      await assertServing();
    });
  }

  it("leaves those that wait beside it their answer, or tells them why not", async () => {
    const slow = Array.from({ length: 5 }, () => fetch(`${app.site}/slow`));
    await sleep(300);
    assert.equal((await fetch(`${app.site}/explode?arraysOfNumbers`)).status, 500);
    for (const response of await Promise.all(slow)) {
      const text = await response.text();
      if (response.status === 200) assert.equal(text, "slow");
      else assert.ok(response.status === 500 && text.includes(OUT_OF_MEMORY), text);
    }
    await assertServing();
  });
});

describe("a query that fills memory", () => {
  // Those that are sure to get there before the second is over.
  for (const bomb of ["arraysOfNumbers", "wholeNumbers", "spread", "bytes", "caughtBytes"]) {
    it(`with ${bomb} ends with a clear error, and the server lives on`, async () => {
      const error = await functions.errorOf("query", "memory:explode", { bomb });
      assert.ok(error.startsWith(OUT_OF_MEMORY), error);
      await assertServing();
    });
  }

  it("eight times at once ends eight times", async () => {
    const call = { path: "memory:explode", args: { bomb: "arraysOfNumbers" } };
    const answers = await Promise.all(Array.from({ length: 8 }, () => postApi(app, "/api/query", call)));
    for (const { json } of answers) assertEnded("arraysOfNumbers", String(json["errorMessage"]));
    await assertServing();
  });
});

describe("a mutation that fills memory", () => {
  it("stores nothing", async () => {
    const args = { bomb: "arraysOfNumbers" };
    const error = await functions.errorOf("mutation", "memory:writeAndExplode", args);
    assert.ok(error.startsWith(OUT_OF_MEMORY), error);
    await assertServing();
  });
});

describe("a function that calls itself for ever", () => {
  for (const name of ["plain", "throughGetter", "throughJson", "throughProxy"]) {
    it(`ends with a RangeError (${name})`, async () => {
      const error = await functions.errorOf("query", `recursion:${name}`);
      assert.match(error, /^Uncaught RangeError: Maximum call stack size exceeded\n/);
      await assertServing();
    });
  }

  it("can catch the RangeError", async () =>
    assert.equal(await functions.query("recursion:caught"), "RangeError"));

  it("as an HTTP action ends with a RangeError and its place", async () => {
    const response = await fetch(`${app.site}/recurse`);
    assert.equal(response.status, 500);
    const { code, trace } = (await response.json()) as { readonly code: string; readonly trace: string };
    assert.match(code, /Server Error: Uncaught RangeError: Maximum call stack size exceeded$/);
    assert.match(trace, /at recurse \(\.\.\/convex\/http\.ts:\d+:\d+\)/);
    await assertServing();
  });

  it("is not needed for a result that is nested too deeply: it fails too", async () => {
    assert.match(await functions.errorOf("query", "recursion:inResult"), /nested|call stack/);
    await assertServing();
  });
});
