import assert from "node:assert/strict";
import { it } from "node:test";
import { Heartbeat, newHeartbeatMemory } from "./heartbeat.ts";

function sharedPair(): readonly [Heartbeat, Heartbeat] {
  const memory = newHeartbeatMemory();
  return [new Heartbeat(memory), new Heartbeat(memory)];
}

it("the watchdog sees the slice that a thread is in, its job and its limit", () => {
  const [thread, watchdog] = sharedPair();
  assert.equal(watchdog.slice % 2, 0);
  thread.begin(7, 1000);
  const slice = watchdog.slice;
  assert.deepEqual([slice % 2, watchdog.job, watchdog.limitMs], [1, 7, 1000]);
  thread.renew();
  const renewed = watchdog.slice;
  assert.equal(renewed % 2, 1);
  thread.end();
  thread.begin(7, 1000);
  assert.equal(new Set([slice, renewed, watchdog.slice]).size, 3);
});

it("a job belongs to the first who claims it", () => {
  const [runner, watchdog] = sharedPair();
  assert.equal(watchdog.claim(3), true);
  assert.equal(runner.claim(3), false);
  assert.equal(runner.claim(4), true);
  assert.equal(watchdog.claim(4), false);
});

it("an older job of the same place is no longer to be had", () => {
  const [runner, watchdog] = sharedPair();
  assert.equal(runner.claim(5 + 4096), true);
  assert.equal(watchdog.claim(5), false);
  assert.equal(watchdog.claim(5 + 2 * 4096), true);
});

it("claims go on where the numbers of jobs wrap around", () => {
  const [runner, watchdog] = sharedPair();
  const last = 2 ** 32 - 1;
  assert.equal(runner.claim(last), true);
  assert.equal(watchdog.claim(last), false);
  // The place of the last number is used again by this one.
  assert.equal(runner.claim(4095), true);
  assert.equal(watchdog.claim(last), false);
  runner.begin(last, 1);
  assert.equal(watchdog.job, last);
});
