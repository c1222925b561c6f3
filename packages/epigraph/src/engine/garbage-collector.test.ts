import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { newCollector } from "./garbage-collector.ts";

it("what nobody holds is gone after collecting", async () => {
  const collect = newCollector();
  const garbage = new WeakRef({ some: "object" });
  // A turn that looked at it keeps it alive.
  await nextTurn();
  collect();
  assert.equal(garbage.deref(), undefined);
});

it("other contexts have no collector", () => {
  newCollector();
  assert.equal(runInNewContext("typeof gc"), "undefined");
});
