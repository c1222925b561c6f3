import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { Cleanup } from "../cleanup.ts";
import { TestDatabase } from "../testing/test-database.ts";
import { allSystemDocuments } from "../transaction/system-documents.ts";
import { forgetSessionRequests, SESSION_REQUESTS_KEPT_MS } from "./forget-session-requests.ts";
import { beginSessionRequest } from "./session-requests.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

describe("records of session requests", () => {
  let test: TestDatabase;
  beforeEach(() => {
    test = new TestDatabase();
  });
  afterEach(() => test.close());

  const record = (session: string, count: number): Promise<void> =>
    test.database.write("test", (transaction) => {
      for (let request = 0; request < count; request++) {
        const start = beginSessionRequest(transaction, { session, request });
        assert.ok(start.type === "run");
        start.end({ type: "success", json: "null", lines: [], durationMs: 0 });
      }
    });
  const kept = (): number =>
    test.database.read((transaction) => allSystemDocuments(transaction, "_session_requests").length);

  it("go once they are old, the oldest first and a few at a time", async () => {
    await record("old", 5);
    test.nowMs += DAY_MS;
    const beforeMs = test.nowMs;
    await record("young", 3);
    assert.equal(await forgetSessionRequests(test.database, { beforeMs, limit: 4 }), false);
    assert.equal(kept(), 4);
    assert.equal(await forgetSessionRequests(test.database, { beforeMs, limit: 4 }), true);
    assert.equal(kept(), 3);
    assert.equal(await forgetSessionRequests(test.database, { beforeMs, limit: 4 }), true);
    const found = (session: string): boolean =>
      test.database.read(
        (transaction) => beginSessionRequest(transaction, { session, request: 0 }).type === "found",
      );
    assert.deepEqual([found("old"), found("young")], [false, true]);
  });

  it("are kept for two weeks; then they go in steps, with others between, until none is left", async () => {
    await record("s", 300);
    const timers: { readonly callback: () => void; readonly delayMs: number }[] = [];
    const failures: Error[] = [];
    const cleanup = new Cleanup({
      remove: (old) => forgetSessionRequests(test.database, old),
      keptMs: SESSION_REQUESTS_KEPT_MS,
      nowMs: () => test.nowMs,
      setTimer: (callback, delayMs) => {
        timers.push({ callback, delayMs });
        return () => {};
      },
      onFailure: (error) => failures.push(error),
    });
    /** Runs what waits, until something waits again; gives how long that is. */
    const next = async (): Promise<number> => {
      timers.shift()?.callback();
      while (timers.length === 0) await new Promise(setImmediate);
      return timers[0]?.delayMs as number;
    };
    test.nowMs += 13 * DAY_MS;
    const longWait = await next();
    assert.equal(kept(), 300);
    test.nowMs += 2 * DAY_MS;
    const waits: number[] = [];
    while (kept() > 0) waits.push(await next());
    assert.ok(waits.length > 2 && waits.slice(0, -1).every((delayMs) => delayMs < longWait));
    assert.equal(waits.at(-1), longWait);
    cleanup.close();
    assert.deepEqual(failures, []);
  });
});
