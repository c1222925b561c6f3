import assert from "node:assert/strict";
import { it } from "node:test";
import { plainError } from "../runtime/runner/call-error.ts";
import { NO_USAGE } from "../runtime/runner/execution-usage.ts";
import type { FromRunner } from "../runtime/runner/messages.ts";
import type { Job } from "./job.ts";
import { Suspects } from "./suspects.ts";

const END: FromRunner = {
  type: "httpEnd",
  job: 1,
  end: { type: "done" },
  report: { durationMs: 0, usage: NO_USAGE },
};

/** A job that ends with its first message and counts how it ended. */
class OneMessageJob implements Job {
  readonly mayWrite = true;
  readonly canMove = true;
  readonly canRepeat = true;
  readonly ends: string[] = [];
  start(): void {}
  receive(): boolean {
    this.ends.push("received");
    return true;
  }
  committed(): void {
    this.ends.push("committed");
  }
  fail(): void {
    this.ends.push("failed");
  }
}

it("suspects run one at a time, each once the one before has ended in whatever way", () => {
  const running: Job[] = [];
  const suspects = new Suspects((job) => running.push(job));
  const jobs = [new OneMessageJob(), new OneMessageJob(), new OneMessageJob()];
  for (const job of jobs) suspects.add(job);
  assert.equal(running.length, 1);
  running[0]?.receive(END);
  assert.equal(running.length, 2);
  running[1]?.fail(plainError("died"));
  assert.equal(running.length, 3);
  running[2]?.committed("", 0);
  assert.deepEqual(
    jobs.map(({ ends }) => ends),
    [["received"], ["failed"], ["committed"]],
  );
  suspects.add(new OneMessageJob());
  assert.equal(running.length, 4);
});

it("a suspect does not get a third chance", () => {
  const running: Job[] = [];
  new Suspects((job) => running.push(job)).add(new OneMessageJob());
  assert.deepEqual(
    running.map(({ canRepeat, canMove, mayWrite }) => ({ canRepeat, canMove, mayWrite })),
    [{ canRepeat: false, canMove: true, mayWrite: true }],
  );
});

it("those that wait can be taken away", () => {
  const running: Job[] = [];
  const suspects = new Suspects((job) => running.push(job));
  const jobs = [new OneMessageJob(), new OneMessageJob()];
  for (const job of jobs) suspects.add(job);
  assert.deepEqual(suspects.takeWaiting(), [jobs[1]]);
  running[0]?.receive(END);
  assert.equal(running.length, 1);
});
