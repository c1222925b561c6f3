import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommitOutcome, CommitRequest } from "../../packages/epigraph/src/database/commit-request.ts";
import { commitAtRate, commitInLoops } from "./commit-load.ts";

const REQUEST = {} as CommitRequest;
const COMMITTED: CommitOutcome = { type: "committed", ts: 1 };
const CONFLICT: CommitOutcome = {
  ...{ type: "conflict", after: 1, table: null, documentId: null, source: null },
  contention: "x",
  turn: null,
};

test("a steady rate sends everything that was due, and begins each latency then", async () => {
  let made = 0;
  // The first commit holds up all others: open load does not wait for it.
  const first = Promise.withResolvers<CommitOutcome>();
  setTimeout(() => first.resolve(COMMITTED), 50);
  const latencies = await commitAtRate(
    { commit: async () => (made === 1 ? first.promise : COMMITTED) },
    () => {
      made++;
      return REQUEST;
    },
    { perSecond: 1000, seconds: 0.1 },
  );
  assert.equal(made, 100);
  assert.equal(latencies.length, 100);
  assert.ok(Math.max(...latencies) >= 45);
});

test("a conflict is made again, a failure ends the load", async () => {
  const outcomes = [CONFLICT, CONFLICT, COMMITTED];
  const options = { perSecond: 1, seconds: 1 };
  const latencies = await commitAtRate({ commit: async () => outcomes.shift()! }, () => REQUEST, options);
  assert.deepEqual([latencies.length, outcomes.length], [1, 0]);
  const failed: CommitOutcome = { type: "failed", code: "StoreFull", message: "The disk is full." };
  await assert.rejects(
    commitInLoops({ commit: async () => failed }, () => REQUEST, { writers: 2, seconds: 1 }),
    /The disk is full/,
  );
});

test("loops have as many commits under way as there are writers", async () => {
  let running = 0;
  let most = 0;
  const commit = async (): Promise<CommitOutcome> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running--;
    return COMMITTED;
  };
  await commitInLoops({ commit }, () => REQUEST, { writers: 7, seconds: 0.03 });
  assert.equal(most, 7);
});
