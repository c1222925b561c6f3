import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { StoreError, StoreWriter } from "../../store/store.ts";
import {
  diskFullFor,
  diskIsFull,
  FaultyWriter,
  slowDisk,
  syncFails,
} from "../../store/testing/faulty-writer.ts";
import { RemoteHost } from "../../store/testing/remote/remote-host.ts";
import { RemoteStore } from "../../store/testing/remote/remote-store.ts";
import { ticksFromMilliseconds } from "../../store/ticks.ts";
import type { CommitOutcome, KeyRange, TransactionWrite } from "../commit-request.ts";
import { commitRequest, INDEX, insertion, point } from "../testing/commit-requests.ts";
import { Committer } from "./committer.ts";

const START_MS = 1_800_000_000_000;
const HOUR_MS = 3_600_000;

describe("a committer whose store fails", () => {
  let folder: string;
  let nowMs: number;
  let writer: FaultyWriter;
  let committer: Committer;
  let stops: StoreError[];
  /** In the order in which they were told. */
  let outcomes: Map<string, CommitOutcome>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-faults-"));
    nowMs = START_MS;
    start(new SqliteStore(folder).openWriter());
  });
  afterEach(() => {
    committer.close();
    rmSync(folder, { recursive: true });
  });

  function start(store: StoreWriter): void {
    writer = new FaultyWriter(store);
    stops = [];
    outcomes = new Map();
    committer = new Committer(writer, { nowMs: () => nowMs, onStopped: (error) => stops.push(error) });
  }

  function restart(): void {
    committer.close();
    start(new SqliteStore(folder).openWriter());
  }

  function submit(
    key: string,
    { reads = [], writes = [insertion(key)] }: { reads?: KeyRange[]; writes?: TransactionWrite[] } = {},
  ): void {
    const request = commitRequest(writer.lastTs, reads, writes);
    committer.submit(request, (outcome) => outcomes.set(key, outcome));
  }

  function typesOf(...keys: string[]): string[] {
    return keys.map((key) => {
      const outcome = outcomes.get(key);
      return outcome?.type === "failed" ? outcome.code : (outcome?.type ?? "untold");
    });
  }

  function stored(at?: number): string[] {
    const snapshots = new SqliteStore(folder).openSnapshots();
    const snapshot = snapshots.open(at);
    const entries = snapshot.scan(INDEX, new Uint8Array(), null, "asc", 10_000);
    snapshot.close();
    snapshots.close();
    return entries.map(({ key }) => Buffer.from(key).toString());
  }

  function committedTs(key: string): number {
    const outcome = outcomes.get(key);
    assert.ok(outcome?.type === "committed", JSON.stringify(outcome));
    return outcome.ts;
  }

  it("fails only those that do not fit, and decides anew on those that they had beaten", () => {
    writer.beforeApply = diskFullFor("giant");
    const small = Array.from({ length: 60 }, (_, i) => `s${String(i).padStart(2, "0")}`);
    for (const key of small.slice(0, 20)) submit(key);
    submit("giant 1");
    submit("beaten by a big one", { reads: [point("giant 1")] });
    for (const key of small.slice(20, 40)) submit(key);
    submit("giant 2", { reads: [point("beaten by a big one")] });
    submit("beaten by a small one", { reads: [point("s07")] });
    for (const key of small.slice(40)) submit(key);
    committer.flush();

    assert.deepEqual(typesOf("giant 1", "beaten by a big one"), ["StoreFull", "committed"]);
    // What it read was written before it, now that the one before is stored alone.
    assert.deepEqual(typesOf("giant 2", "beaten by a small one"), ["conflict", "conflict"]);
    const stamps = [...small.slice(0, 20), "beaten by a big one", ...small.slice(20)].map(committedTs);
    assert.deepEqual(
      stamps,
      stamps.toSorted((a, b) => a - b),
    );
    assert.equal(new Set(stamps).size, stamps.length);
    assert.deepEqual(stored(), ["beaten by a big one", ...small]);
    assert.deepEqual(stops, []);

    submit("giant 3");
    submit("after");
    committer.flush();
    assert.deepEqual(typesOf("giant 3", "after"), ["StoreFull", "committed"]);
  });

  for (const [when, isStored] of [
    ["beforeApply", false],
    ["afterApply", true],
  ] as const) {
    it(`refuses everything after a failed sync, and finds the group whole when it starts again (${when})`, () => {
      submit("before");
      committer.flush();
      writer[when] = syncFails;
      for (const key of ["x", "y", "z"]) submit(key, { writes: [insertion(key), insertion(`${key}2`)] });
      submit("beaten", { reads: [point("y")] });
      committer.flush();
      const { calls } = writer;
      submit("later");
      committer.flush();
      for (const key of ["x", "y", "z", "beaten", "later"]) {
        const outcome = outcomes.get(key);
        assert.ok(outcome?.type === "failed" && outcome.code === "StoreBroken");
        assert.match(outcome.message, /whether the last writes are stored is unknown\. Restart/);
      }
      assert.equal(stops.length, 1);
      // Neither commits nor housekeeping touch a store of which nothing is known.
      assert.equal(writer.calls, calls);

      restart();
      const group = isStored ? ["x", "x2", "y", "y2", "z", "z2"] : [];
      assert.deepEqual(stored(), ["before", ...group]);
      submit("again");
      committer.flush();
      assert.deepEqual(typesOf("again"), ["committed"]);
      assert.deepEqual(stored(), ["again", "before", ...group]);
    });
  }

  it("goes on committing while a full disk keeps it from pruning, and prunes once there is room", () => {
    submit("a");
    committer.flush();
    const first = committedTs("a");
    writer.beforeChore = diskIsFull;
    for (const key of ["b", "c"]) {
      nowMs += 60_000;
      submit(key);
      committer.flush();
    }
    assert.deepEqual(stored(first), ["a"]);
    writer.beforeChore = () => {};
    nowMs += 60_000;
    submit("d");
    committer.flush();
    assert.throws(() => stored(first), { code: "SnapshotTooOld" });
    assert.deepEqual(stored(), ["a", "b", "c", "d"]);
    assert.deepEqual(stops, []);
  });

  it("refuses everything once the store broke beside the commits", () => {
    writer.beforeChore = syncFails;
    submit("a");
    committer.flush();
    submit("b");
    committer.flush();
    assert.deepEqual(typesOf("a", "b"), ["committed", "StoreBroken"]);
    assert.equal(stops.length, 1);
    restart();
    assert.deepEqual(stored(), ["a"]);
  });

  it("refuses everything once a remote store can't be reached", async () => {
    const host = new RemoteHost();
    committer.close();
    start(new RemoteStore(host, folder).openWriter());
    submit("before");
    committer.flush();
    await host.kill();
    submit("x");
    submit("y");
    committer.flush();
    submit("later");
    committer.flush();
    assert.deepEqual(typesOf("before", "x", "y", "later"), [
      "committed",
      "StoreBroken",
      "StoreBroken",
      "StoreBroken",
    ]);
    assert.equal(stops.length, 1);
    restart();
    assert.deepEqual(stored(), ["before"]);
  });

  it("puts what comes while a slow disk syncs into one group, and loses and reorders nothing", async () => {
    writer.afterApply = slowDisk(2);
    const clients = 64;
    const each = 8;
    const told: string[] = [];
    await Promise.all(
      Array.from({ length: clients }, async (_, client) => {
        for (let i = 0; i < each; i++) {
          const key = `${client}-${i}`;
          const outcome = await committer.commit(
            commitRequest(Number.MAX_SAFE_INTEGER, [], [insertion(key)]),
          );
          outcomes.set(key, outcome);
          told.push(key);
        }
      }),
    );
    assert.equal(committer.groups, each);
    const stamps = told.map(committedTs);
    assert.deepEqual(
      stamps,
      stamps.toSorted((a, b) => a - b),
    );
    assert.deepEqual(stored(), told.toSorted());
    // Each stamp is the instant at which its document came, and none before.
    for (const key of ["0-0", "63-3", "7-7"]) {
      assert.ok(stored(committedTs(key)).includes(key));
      assert.ok(!stored(committedTs(key) - 1).includes(key));
    }
  });

  it("goes on in time when the clock was set back an hour while it was down", () => {
    submit("a");
    submit("b");
    committer.flush();
    const newest = committedTs("b");
    nowMs -= HOUR_MS;
    restart();
    for (const key of ["c", "d"]) {
      submit(key);
      committer.flush();
    }
    assert.deepEqual([committedTs("c"), committedTs("d")], [newest + 1, newest + 2]);
    // What one of them read and the other wrote is noticed as ever.
    submit("e");
    submit("f", { reads: [point("e")] });
    committer.flush();
    assert.deepEqual(typesOf("e", "f"), ["committed", "conflict"]);
    assert.deepEqual(stored(newest), ["a", "b"]);

    nowMs += HOUR_MS + 60_000;
    restart();
    submit("g");
    committer.flush();
    assert.equal(committedTs("g"), ticksFromMilliseconds(nowMs));
    assert.deepEqual(stored(newest), ["a", "b"]);
  });
});
