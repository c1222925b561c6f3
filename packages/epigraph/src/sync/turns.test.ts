import assert from "node:assert/strict";
import { it } from "node:test";
import { Turns } from "./turns.ts";

it("work is done in order, in slices between which the loop of events turns", async () => {
  let nowMs = 0;
  const turns = new Turns(() => nowMs);
  const done: string[] = [];
  for (let i = 0; i < 4; i++) {
    turns.schedule(() => {
      nowMs += 3;
      done.push(String(i));
      if (i === 0) turns.schedule(() => done.push("added"));
    });
  }
  setImmediate(() => done.push("turn"));
  while (done.length < 6) await new Promise(setImmediate);
  assert.deepEqual(done, ["0", "1", "turn", "2", "3", "added"]);
});
