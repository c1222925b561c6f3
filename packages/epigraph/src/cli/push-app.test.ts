import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { TestDatabase } from "../database/testing/test-database.ts";
import { Pusher } from "../deploy/push.ts";
import { analyseCode } from "../deploy/testing/evaluate-code.ts";
import { CHAT_APP, TempApp, TSCONFIG } from "../deploy/testing/temp-app.ts";
import type { DevOptions } from "./dev-options.ts";
import { makePaint } from "./paint.ts";
import { AppPusher } from "./push-app.ts";
import { StatusLine } from "./status-line.ts";
import { MemoryIo } from "./testing/memory-io.ts";

const WRONG_TYPE = 'export const wrong: number = "text";\n';
const COMPILER_SAYS =
  "convex/wrong.ts(1,14): error TS2322: Type 'string' is not assignable to type 'number'.\n";

describe("pushing an app", () => {
  let test: TestDatabase;
  let temp: TempApp;
  let io: MemoryIo;

  beforeEach(() => {
    test = new TestDatabase();
    temp = new TempApp(
      { ...CHAT_APP, "convex/tsconfig.json": TSCONFIG },
      { packages: ["convex", "typescript"] },
    );
    io = new MemoryIo();
  });
  afterEach(() => {
    temp[Symbol.dispose]();
    test.close();
  });

  function makePusher(typecheck: DevOptions["typecheck"]): AppPusher {
    const pusher = new Pusher({
      database: test.database,
      analyse: analyseCode,
      authConfig: { evaluate: () => assert.fail("the app has no auth config") },
      nowMs: () => test.nowMs,
    });
    return new AppPusher({
      io,
      paint: makePaint(false),
      typecheck,
      status: new StatusLine(io),
      push: (code, onProgress) => pusher.push(code, onProgress),
    });
  }

  /** What was said since the last time, durations aside. */
  function said(): string {
    const text = io.err.replace(/in \d+ ms/g, "in N ms");
    io.err = "";
    return text;
  }

  it("says what changed; a save that changes no code is not worth a line", async () => {
    const pusher = makePusher("off");
    const { ok, inputs } = await pusher.push(temp.app);
    assert.ok(ok);
    assert.deepEqual(inputs.map((path) => path.slice(temp.folder.length + 1)).sort(), [
      "convex/helpers.ts",
      "convex/http.ts",
      "convex/messages.ts",
      "convex/schema.ts",
      "convex/sub/tasks.ts",
    ]);
    assert.match(
      said(),
      /^✔ Pushed in N ms: \+ 3 functions messages:list, messages:send, sub\/tasks, \+ route GET/,
    );
    assert.ok((await pusher.push(temp.app)).ok);
    assert.equal(said(), "");
    temp.write({
      "convex/messages.ts": `${CHAT_APP["convex/messages.ts"]}export const more = query(() => 1);\n`,
    });
    assert.ok((await pusher.push(temp.app)).ok);
    assert.equal(said(), "✔ Pushed in N ms: + function messages:more, changed messages\n");
  });

  it("says what is wrong, keeps watching the files it knows, and says so when all is well again", async () => {
    const pusher = makePusher("off");
    const { inputs } = await pusher.push(temp.app);
    said();
    temp.write({ "convex/helpers.ts": "export function shout(text) {\n  return text +;\n}\n" });
    const failed = await pusher.push(temp.app);
    assert.deepEqual([failed.ok, failed.inputs], [false, inputs]);
    assert.match(said(), /^✘ Unexpected ";"\n {2}convex\/helpers\.ts:2:16\n/);
    temp.write({ "convex/helpers.ts": CHAT_APP["convex/helpers.ts"] as string });
    assert.ok((await pusher.push(temp.app)).ok);
    assert.equal(said(), "✔ Pushed in N ms: nothing changed\n");
  });

  it("prints type errors as the compiler does, after the push", async () => {
    temp.write({ "convex/wrong.ts": WRONG_TYPE });
    const { ok, types } = await makePusher("warn").push(temp.app);
    assert.ok(ok);
    await types;
    const [pushed, ...errors] = said().split("\n");
    assert.match(pushed ?? "", /^✔ Pushed/);
    assert.equal(errors.join("\n"), COMPILER_SAYS);
  });

  it("does not push wrong types where they are to fail", async () => {
    temp.write({ "convex/wrong.ts": WRONG_TYPE });
    const pusher = makePusher("fail");
    assert.equal((await pusher.push(temp.app)).ok, false);
    assert.equal(
      said(),
      `${COMPILER_SAYS}✘ Not pushed: types are wrong, and --typecheck=fail was asked for.\n`,
    );
    temp.remove("convex/wrong.ts");
    assert.ok((await pusher.push(temp.app)).ok);
    assert.match(said(), /^✔ Pushed/);
  });

  it("says once why types are not checked", async () => {
    temp.remove("convex/tsconfig.json");
    const pusher = makePusher("warn");
    await (await pusher.push(temp.app)).types;
    await (await pusher.push(temp.app)).types;
    assert.equal(
      said().split("\n").slice(1).join("\n"),
      "Types are not checked: there is no convex/tsconfig.json.\n",
    );
  });

  it("says nothing more once it is closed", async () => {
    const pusher = makePusher("warn");
    temp.write({ "convex/helpers.ts": "export const = 1;\n" });
    const pushing = pusher.push(temp.app);
    pusher.close();
    assert.equal((await pushing).ok, false);
    assert.equal(said(), "");
  });
});
