import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UPDATE_STEPS, type UpdateEvent, type UpdateState } from "./update-state.ts";

describe("the state of updates", () => {
  it("runs one at a time, and none is forgotten, whatever comes in which order", () => {
    const events: readonly UpdateEvent[] = ["call", "room", "ended"];
    const walk = (state: UpdateState, isRunning: boolean, isOwed: boolean, depth: number): void => {
      if (depth === 0) return;
      for (const event of events) {
        // Only what is running can end.
        if (event === "ended" && !isRunning) continue;
        const { next, begins } = UPDATE_STEPS[state][event];
        assert.ok(!(begins && isRunning), `${state} ${event}`);
        const isRunningNext = begins || (isRunning && event !== "ended");
        const isOwedNext = !begins && (isOwed || event === "call");
        assert.equal(next === "updating" || next === "updatingDue", isRunningNext, `${state} ${event}`);
        assert.equal(next === "due" || next === "updatingDue", isOwedNext, `${state} ${event}`);
        walk(next, isRunningNext, isOwedNext, depth - 1);
      }
    };
    walk("idle", false, false, 8);
  });
});
