import assert from "node:assert/strict";
import { it } from "node:test";
import { userTimeWarning } from "./limit-warnings.ts";
import { unwatched } from "./slices.ts";
import { TransactionTime } from "./transaction-time.ts";

/** A time whose clock stands where it is put. */
class TestTime {
  at = 0;
  renewals = 0;
  readonly time: TransactionTime = new TransactionTime(
    { elapsedMs: () => this.at },
    { ...unwatched, renew: () => void this.renewals++ },
    1_000,
  );
}

it("app code has what it has not used, and the host's time is not its own", () => {
  const test = new TestTime();
  test.at = 300;
  test.time.enterApp();
  assert.equal(test.time.entryMs, 1000);
  test.at = 900;
  test.time.leaveApp();
  assert.deepEqual([test.time.userMs, test.time.entryMs], [600, 400]);
  test.at = 5000;
  test.time.enterApp();
  test.at = 5500;
  test.time.leaveApp();
  assert.deepEqual([test.time.userMs, test.time.entryMs], [1100, 1]);
  assert.equal(test.time.exceeded()?.message, "Function execution timed out (maximum duration: 1s)");
});

it("syscalls have 15 seconds together", () => {
  const test = new TestTime();
  for (const seconds of [5, 10, 15]) {
    assert.equal(test.time.exceeded(), null);
    test.at = seconds * 1000;
    test.time.enterApp();
    test.time.leaveApp();
  }
  assert.equal(test.time.exceeded(), null);
  test.at++;
  test.time.enterApp();
  assert.match(String(test.time.exceeded()?.message), /too many system operations/);
});

it("who watches hears of progress once a second at most", () => {
  const test = new TestTime();
  for (const ms of [500, 999, 1000, 1500, 1999, 2000]) {
    test.at = ms;
    test.time.leaveApp();
  }
  assert.equal(test.renewals, 2);
});

it("a function that had more than four fifths of its time is warned of", () => {
  const limitMs = 1_000;
  assert.equal(userTimeWarning({ userMs: 800, limitMs }), null);
  assert.deepEqual(userTimeWarning({ userMs: 850.4, limitMs }), {
    code: "warning:UserTimeout",
    text: "Function execution took a long time. (maximum duration: 1s, actual duration: 850ms)",
  });
  assert.equal(userTimeWarning({ userMs: 1001, limitMs }), null);
  assert.match(userTimeWarning({ userMs: 1900, limitMs: 2_000 })?.text ?? "", /maximum duration: 2s, actual/);
});
