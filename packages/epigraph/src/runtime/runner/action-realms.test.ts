import assert from "node:assert/strict";
import { it } from "node:test";
import type { ActionFrame, RunningAction } from "./action-frame.ts";
import { MAX_ACTIONS_PER_REALM } from "./action-realm.ts";
import { ActionRealms } from "./action-realms.ts";
import type { Code } from "./code.ts";
import { systemEffects } from "./effects.ts";
import { ActionUsage } from "./execution-usage.ts";
import { LogLines } from "./log-lines.ts";
import { unwatched } from "./slices.ts";
import { StackMapper } from "./stack-mapper.ts";
import { DEFAULT_TIME_LIMITS } from "./time-limits.ts";
import type { TransactionRunnerParts } from "./transaction-parts.ts";

const WAITS =
  "exports.wait = { invokeAction: () => new Promise((resolve) => setTimeout(() => resolve('null'), 7)) };";

/** Timers that go off when they are told to. */
class Timers {
  readonly #waiting = new Set<{ readonly run: () => void; readonly delayMs: number }>();

  readonly set = (run: () => void, delayMs: number): (() => void) => {
    const timer = { run, delayMs };
    this.#waiting.add(timer);
    return () => void this.#waiting.delete(timer);
  };

  /** Lets all of this length that are set go off. */
  pass(delayMs: number): void {
    for (const timer of [...this.#waiting]) {
      if (timer.delayMs === delayMs && this.#waiting.delete(timer)) timer.run();
    }
  }
}

function makeCode(): Code {
  const modules = [{ path: "m.js", source: WAITS, use: "own" }];
  const code = { modules, importSeed: [1, 2, 3], importTimeMs: 0, stacks: new StackMapper(new Map()) };
  return code as unknown as Code;
}

function makeFrame(): ActionFrame {
  const frame = {
    path: "m.js:wait",
    kind: "action",
    logs: new LogLines(() => 0),
    usage: new ActionUsage(null),
    body: null,
    response: null,
  };
  return frame as unknown as ActionFrame;
}

it("realms that were needed for a while go when nothing has needed them since", async (t) => {
  const timers = new Timers();
  const realms = new ActionRealms({
    effects: { ...systemEffects, setTimer: timers.set },
    instanceName: "test",
    slices: unwatched,
    timeLimits: DEFAULT_TIME_LIMITS,
    newest: { renew: () => {} },
  } as unknown as TransactionRunnerParts);
  t.after(() => realms.dispose());
  const code = makeCode();
  const start = (): RunningAction => realms.get(code).runAction(1, makeFrame(), "[]");
  const running = Array.from({ length: MAX_ACTIONS_PER_REALM }, start);
  const second = realms.get(code);
  assert.equal(second.isIdle, true, "the first is full");
  running.push(start());
  timers.pass(30_000);
  assert.equal(second.isDisposed, false);
  timers.pass(7);
  await Promise.all(running.map(({ outcome }) => outcome));
  timers.pass(30_000);
  assert.equal(second.isDisposed, true);
  const kept = realms.get(code);
  assert.equal(kept.isDisposed, false);
  timers.pass(30_000);
  assert.equal(kept.isDisposed, false);
});
