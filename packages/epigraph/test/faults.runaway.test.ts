import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FunctionCaller } from "./support/functions-api.ts";
import { CANNOT_SEE_PROCESSES, descendantsOf } from "./support/process-tree.ts";
import { fixture, startApp } from "./support/start-app.ts";

/** How long a loop lasts is between its limit and this much more: the machine may be busy. */
const SLACK_MS = 4000;
/** An answer that takes less did not wait for a loop elsewhere, which lasts 5 seconds. */
const PROMPT_MS = 3000;
const MAX_EXTRA_RUNNERS = 4;
const TIMED_OUT = "Function execution timed out";

const app = await startApp({ copyOf: fixture("faults-runaway") });
after(() => app.stop());

const functions = new FunctionCaller(app);

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const startMs = performance.now();
  const result = await work();
  return { result, ms: Math.round(performance.now() - startMs) };
}

function assertLasted(ms: number, limitMs: number): void {
  // A timer of the system may be a little early.
  assert.ok(ms > limitMs - 100 && ms < limitMs + SLACK_MS, `it lasted ${ms} ms`);
}

async function assertPrompt(path: string, expected: string): Promise<void> {
  const { result, ms } = await timed(async () => (await fetch(app.site + path)).text());
  assert.equal(result, expected);
  assert.ok(ms < PROMPT_MS, `${path} took ${ms} ms`);
}

describe("a query that never ends", () => {
  for (const name of ["plain", "overPromises", "caught", "inRegExp", "inSort", "inGetter"]) {
    it(`is ended after a second (${name})`, async () => {
      const { result, ms } = await timed(() => functions.errorOf("query", `loops:${name}`));
      assert.equal(result.split("\n")[0], `${TIMED_OUT} (maximum duration: 1s)`);
      assertLasted(ms, 1000);
    });
  }
});

describe("a query whose time limit can't end it", () => {
  it("is told of that limit when its process has been ended instead, and the server goes on", async () => {
    const { result, ms } = await timed(() => functions.errorOf("query", "loops:inSearch"));
    assert.equal(result.split("\n")[0], `${TIMED_OUT} (maximum duration: 1s)`);
    // Three seconds after its limit, at once and not a second time.
    assertLasted(ms, 4000);
    await assertPrompt("/notes", "[]");
  });
});

describe("a mutation that never ends", () => {
  for (const name of ["write", "writeNested"]) {
    it(`is ended after a second and stores nothing (${name})`, async () => {
      const { result, ms } = await timed(() => functions.errorOf("mutation", `loops:${name}`));
      assert.equal(result.split("\n")[0], `${TIMED_OUT} (maximum duration: 1s)`);
      assertLasted(ms, 1000);
      assert.deepEqual(await functions.query("loops:notes"), []);
    });
  }
});

describe("an action that never ends", () => {
  it("is ended after five seconds in one piece", async () => {
    const { result, ms } = await timed(() => functions.errorOf("action", "loops:act"));
    assert.equal(result.split("\n")[0], `${TIMED_OUT} (maximum duration: 5s)`);
    assertLasted(ms, 5000);
  });
});

describe("an HTTP action that never ends", () => {
  for (const path of ["/loop", "/loop-over-promises", "/loop-later"]) {
    it(`is ended after five seconds, and others are answered meanwhile (${path})`, async () => {
      let isOver = false;
      const loop = timed(async () => {
        const response = await fetch(app.site + path);
        isOver = true;
        return { status: response.status, ...((await response.json()) as { readonly code: string }) };
      });
      // Once before anybody can have noticed the loop, and again when it is known.
      for (const waitMs of [0, 300, 300]) {
        await sleep(waitMs);
        await assertPrompt("/hi", "hi");
        await assertPrompt("/notes", "[]");
      }
      assert.equal(isOver, false);
      const { result, ms } = await loop;
      assert.equal(result.status, 500);
      assert.match(result.code, /Server Error: Function execution timed out \(maximum duration: 5s\)/);
      assertLasted(ms, 5000);
    });
  }

  it("in its response's stream ends the body early", async () => {
    const response = await fetch(`${app.site}/loop-in-stream`);
    assert.equal(response.status, 200);
    const { result, ms } = await timed(() => response.text());
    assert.equal(result, "begun");
    assertLasted(ms, 5000);
    await assertPrompt("/hi", "hi");
  });

  it("twice at once holds nobody else up", async () => {
    const loops = [fetch(`${app.site}/loop`), fetch(`${app.site}/loop`)];
    await sleep(300);
    await assertPrompt("/hi", "hi");
    await assertPrompt("/notes", "[]");
    for (const loop of loops) assert.equal((await loop).status, 500);
    await assertPrompt("/hi", "hi");
  });

  it("again and again costs the server nothing", { skip: CANNOT_SEE_PROCESSES }, async () => {
    for (let i = 0; i < 12; i++) {
      const loops = [functions.errorOf("query", "loops:plain"), functions.errorOf("query", "loops:caught")];
      for (const text of await Promise.all(loops)) assert.match(text, /^Function execution timed out/);
    }
    await assertPrompt("/notes", "[]");
    // Main, two runners, and no more of those that take over than may be there at once.
    assert.ok(descendantsOf(app.pid).length <= 2 + MAX_EXTRA_RUNNERS);
  });

  it("leaves those to others that were waiting behind it", async () => {
    const loop = fetch(`${app.site}/loop`);
    const others = Array.from({ length: 20 }, () => assertPrompt("/notes", "[]"));
    await Promise.all(others);
    assert.equal((await loop).status, 500);
  });
});

describe("an HTTP action that waits for what never comes", () => {
  it("is told so", async () => {
    const response = await fetch(`${app.site}/never`, { signal: AbortSignal.timeout(10_000) });
    assert.equal(response.status, 500);
    const { code } = (await response.json()) as { readonly code: string };
    assert.match(code, /Server Error: Returned promise will never resolve/);
  });
});
