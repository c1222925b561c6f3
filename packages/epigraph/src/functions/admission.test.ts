import assert from "node:assert/strict";
import { it } from "node:test";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { Admission } from "./admission.ts";

function admission(waitMs: number): Admission {
  return new Admission({
    concurrent: { query: 2, mutation: 1, action: 1 },
    waitMs: { query: waitMs, mutation: waitMs, action: waitMs },
  });
}

it("no more than the limit run at once; the others follow in order", async () => {
  const admitted = admission(60_000);
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const all = [0, 1, 2, 3].map((i) =>
    admitted.run("query", () => {
      started.push(i);
      return new Promise<void>((resolve) => ends.push(resolve));
    }),
  );
  assert.deepEqual(started, [0, 1]);
  ends[1]?.();
  await all[1];
  assert.deepEqual(started, [0, 1, 2]);
  ends[0]?.();
  await all[0];
  assert.deepEqual(started, [0, 1, 2, 3]);
  for (const end of ends) end();
  await Promise.all(all);
});

it("kinds have places of their own", async () => {
  const admitted = admission(60_000);
  const mutation = Promise.withResolvers<void>();
  const running = admitted.run("mutation", () => mutation.promise);
  assert.equal(await admitted.run("action", async () => "ran"), "ran");
  mutation.resolve();
  await running;
});

it("who waits too long is refused, and takes no place afterwards", async () => {
  const admitted = admission(1);
  const first = Promise.withResolvers<void>();
  const running = admitted.run("mutation", () => first.promise);
  await assert.rejects(
    admitted.run("mutation", async () => assert.fail("it has been refused")),
    (error) => error instanceof EpigraphError && error.code === "TooManyConcurrentRequests",
  );
  first.resolve();
  await running;
  assert.equal(await admitted.run("mutation", async () => "ran"), "ran");
});

it("who is patient waits on", async () => {
  const admitted = admission(1);
  const first = Promise.withResolvers<void>();
  const running = admitted.run("mutation", () => first.promise);
  const patient = admitted.run("mutation", async () => "ran", true);
  await assert.rejects(admitted.run("mutation", async () => assert.fail("it has been refused")));
  first.resolve();
  await running;
  assert.equal(await patient, "ran");
});

it("work that fails gives its place back", async () => {
  const admitted = admission(60_000);
  await assert.rejects(
    admitted.run("action", async () => {
      throw new Error("boom");
    }),
    /boom/,
  );
  assert.equal(await admitted.run("action", async () => "ran"), "ran");
});
