import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { CommitOutcome, CommitRequest, Retry } from "../commit-request.ts";
import { bytes, commitRequest, insertion, point } from "../testing/commit-requests.ts";
import { Committer } from "./committer.ts";

/** Groups are decided when a test says so; nothing else writes. */
describe("who has lost twice", () => {
  let folder: string;
  let committer: Committer;
  let told: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-turns-"));
    committer = new Committer(new SqliteStore(folder).openWriter(), { nowMs: Date.now });
    told = [];
  });
  afterEach(() => {
    committer.close();
    rmSync(folder, { recursive: true });
  });

  /** Its outcome shows in `told` as soon as it is there. */
  function submit(name: string, request: CommitRequest): Promise<CommitOutcome> {
    return new Promise((resolve) =>
      committer.submit(request, (outcome) => {
        told.push(`${name} ${outcome.type}`);
        resolve(outcome);
      }),
    );
  }

  /** Reads everything from `a` on, at a snapshot from before anything was written or at the newest one. */
  const counts = (snapshotTs: number, key: string, retry: Retry | null = null): CommitRequest =>
    commitRequest(snapshotTs, [{ start: bytes("a"), end: null }], [insertion(key)], { retry });

  /** @returns the turn that somebody has, and the timestamp that it must have seen. */
  async function loseTwice(key: string): Promise<{ readonly turn: number; readonly after: number }> {
    const winner = submit("winner", commitRequest(0, [], [insertion(`m ${key}`)]));
    const loser = submit("loser", counts(0, key, { losses: 1, turn: null }));
    committer.flush();
    await winner;
    const outcome = await loser;
    assert.equal(outcome.type, "conflict");
    const { turn, after } = outcome as Extract<CommitOutcome, { type: "conflict" }>;
    assert.notEqual(turn, null);
    return { turn: turn as number, after };
  }

  it("commits next: what would make it lose again is held until then", async () => {
    const { turn, after } = await loseTwice("k");
    const newcomer = submit("newcomer", commitRequest(after, [point("n")], [insertion("n")]));
    const elsewhere = submit("elsewhere", commitRequest(after, [], [insertion("A")]));
    committer.flush();
    await elsewhere;
    const again = submit("again", counts(after, "k", { losses: 2, turn }));
    committer.flush();
    assert.equal((await again).type, "committed");
    assert.equal((await newcomer).type, "committed");
    assert.deepEqual(told.slice(2), ["elsewhere committed", "again committed", "newcomer committed"]);
  });

  it("waits where somebody else has the turn", async () => {
    const { turn, after } = await loseTwice("k");
    const second = submit("second", counts(0, "l", { losses: 1, turn: null }));
    // It touches what the first one reads, so it is not even decided.
    committer.flush();
    const again = submit("again", counts(after, "k", { losses: 2, turn }));
    committer.flush();
    await again;
    const outcome = await second;
    assert.equal(outcome.type, "conflict");
    assert.ok((outcome as { turn: number | null }).turn !== turn);
    assert.deepEqual(told.slice(2), ["again committed", "second conflict"]);
  });

  it("holds nobody up who touches nothing that it reads, and who loses for the first time is told at once", async () => {
    const { after } = await loseTwice("k");
    const other = commitRequest(0, [point("m k")], [insertion("B")]);
    const first = submit("first", other);
    const blind = submit("blind", commitRequest(after, [], [insertion("C")]));
    committer.flush();
    assert.equal(((await first) as { turn: number | null }).turn, null);
    assert.equal((await blind).type, "committed");
  });

  it("holds the others up for a while only when it never comes", async () => {
    const { after } = await loseTwice("k");
    assert.equal((await submit("newcomer", counts(after, "n"))).type, "committed");
  });

  it("is answered when the committer closes, and so is who was held", async () => {
    const { after } = await loseTwice("k");
    const held = submit("held", counts(after, "n"));
    committer.flush();
    assert.equal(told.includes("held committed"), false);
    const queued = submit("queued", counts(0, "o", { losses: 1, turn: null }));
    committer.close();
    assert.equal((await held).type, "committed");
    assert.equal((await queued).type, "conflict");
    committer = new Committer(new SqliteStore(folder).openWriter(), { nowMs: Date.now });
  });
});
