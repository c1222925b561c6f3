import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { Worker } from "node:worker_threads";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import { StoreError } from "../../store/store.ts";
import { nanosecondsFromTicks } from "../../store/ticks.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import { encodeKey } from "../../values/index-key.ts";
import type { CommitOutcome, CommitRequest } from "../commit-request.ts";
import { commitRequest, INDEX, insertion, point, stampedInsertion } from "../testing/commit-requests.ts";
import { writeRequest } from "./commit-codec.ts";
import { CommitterClient } from "./committer-client.ts";
import type { CommitterNotice, NotifiedCommit } from "./committer-notice.ts";
import { GREETING } from "./committer-protocol.ts";
import { CommitterThread } from "./committer-thread.ts";
import { FrameWriter } from "./frame-writer.ts";

const PAGE_BYTES = 4096;

describe("the committer's thread", () => {
  let dataFolder: string;
  let notices: CommitterNotice[];
  let stops: StoreError[];
  let onNotice: (notice: CommitterNotice) => void;
  let thread: CommitterThread | null = null;

  beforeEach(() => {
    dataFolder = mkdtempSync(join(tmpdir(), "epigraph-thread-"));
    notices = [];
    stops = [];
    onNotice = () => {};
  });
  afterEach(async () => {
    await thread?.close();
    thread = null;
    rmSync(dataFolder, { recursive: true });
  });

  async function start(): Promise<CommitterThread> {
    thread = await CommitterThread.start({
      dataFolder,
      onNotice: (notice) => {
        notices.push(notice);
        onNotice(notice);
      },
      onStopped: (error) => stops.push(error),
    });
    return thread;
  }

  async function connectFour(): Promise<readonly CommitterClient[]> {
    const { address } = await start();
    return Promise.all(
      ["a", "b", "c", "d"].map((name) => CommitterClient.connect(address.path, address.token, name)),
    );
  }

  /** What a new snapshot holds: its timestamp and the keys of all documents. */
  function stored(): { readonly ts: number; readonly keys: readonly string[] } {
    const snapshots = new SqliteStore(dataFolder).openSnapshots();
    const snapshot = snapshots.open();
    const entries = snapshot.scan(INDEX, new Uint8Array(), null, "asc", 100_000);
    snapshot.close();
    snapshots.close();
    return { ts: snapshot.ts, keys: entries.map(({ key }) => Buffer.from(key).toString()) };
  }

  function insert(key: string, overrides: Partial<CommitRequest> = {}): CommitRequest {
    return commitRequest(stored().ts, [], [insertion(key)], overrides);
  }

  function closing(connection: string): Promise<void> {
    return new Promise((resolve) => {
      onNotice = (notice) => {
        if (notice.type === "closed" && notice.connection === connection) resolve();
      };
    });
  }

  function notified(): readonly NotifiedCommit[] {
    return notices.flatMap((notice) => (notice.type === "group" ? notice.commits : []));
  }

  function committedTs(outcome: CommitOutcome): number {
    assert.equal(outcome.type, "committed");
    return (outcome as { readonly ts: number }).ts;
  }

  it("commits what four connections send at once, durable when acknowledged, in the order of each", async () => {
    const clients = await connectFour();
    const stamps = await Promise.all(
      clients.map((client, c) =>
        Promise.all(
          Array.from({ length: 16 }, async (_, i) => {
            const ts = committedTs(await client.commit(insert(`k${c}-${i}`)));
            const { ts: newest, keys } = stored();
            assert.ok(newest >= ts);
            assert.ok(keys.includes(`k${c}-${i}`));
            return ts;
          }),
        ),
      ),
    );
    for (const ofClient of stamps)
      assert.deepEqual(
        ofClient,
        ofClient.toSorted((a, b) => a - b),
      );
    assert.equal(new Set(stamps.flat()).size, 64);
    assert.equal(stored().keys.length, 64);
  });

  it("puts timestamps into what came through the socket", async () => {
    const thread = await start();
    const client = await thread.connect("a");
    const ts = committedTs(
      await client.commit(commitRequest(0, [], [insertion("plain"), stampedInsertion("s")])),
    );
    await client.close();
    const snapshots = new SqliteStore(dataFolder).openSnapshots();
    const snapshot = snapshots.open();
    const found = snapshot.get(INDEX, encodeKey(["s", nanosecondsFromTicks(ts)]));
    snapshot.close();
    snapshots.close();
    assert.equal(found?.json, encodeValueToString(["".padEnd(30), nanosecondsFromTicks(ts)]));
    assert.equal(stored().keys.length, 2);
  });

  it("tells of the commits that asked for it, once durable, ascending, with their answers", async () => {
    const client = await (await start()).connect("runner-1");
    const seen: boolean[] = [];
    onNotice = (notice) => {
      if (notice.type === "group")
        seen.push(stored().ts >= notice.ts && notice.ts === notice.commits.at(-1)?.ts);
    };
    const untold = client.commit(insert("untold"));
    const told = ["x", "y", "z"].map((key, job) =>
      client.commit(insert(key, { notify: { job, answer: `{"stored":"${key}"}` } })),
    );
    // Conflicts with all of the above.
    const lost = client.commit(
      commitRequest(0, [point("y")], [insertion("y2")], { notify: { job: 9, answer: "never" } }),
    );
    const stamps = (await Promise.all(told)).map(committedTs);
    committedTs(await untold);
    assert.equal((await lost).type, "conflict");
    await client.close();
    await thread?.close();
    assert.deepEqual(
      notified(),
      ["x", "y", "z"].map((key, job) => ({
        connection: "runner-1",
        job,
        answer: `{"stored":"${key}"}`,
        ts: stamps[job],
      })),
    );
    assert.ok(seen.length > 0 && seen.every(Boolean));
    assert.deepEqual(notices.at(-1), { type: "closed", connection: "runner-1" });
  });

  it("tells that a connection has closed after everything received by it is decided", async () => {
    const { address } = await start();
    const closed = closing("doomed");
    const socket = connect(address.path);
    const frames = new FrameWriter();
    frames.begin(GREETING);
    frames.text(address.token);
    frames.text("doomed");
    frames.end();
    for (let job = 1; job <= 8; job++) {
      frames.begin(job);
      writeRequest(frames, insert(`k${job}`, { notify: { job, answer: "" } }));
      frames.end();
    }
    socket.write(frames.take()!, () => socket.destroy());
    await closed;
    assert.deepEqual(notices.at(-1), { type: "closed", connection: "doomed" });
    assert.deepEqual(
      notified().map(({ job }) => job),
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    assert.equal(stored().keys.length, 8);
  });

  it("answers everything when it is closed under load, and keeps exactly what it acknowledged", async () => {
    const clients = await connectFour();
    const acknowledged: string[] = [];
    const refusals: string[] = [];
    const writers = clients.flatMap((client, c) =>
      Array.from({ length: 16 }, async (_, w) => {
        for (let i = 0; ; i++) {
          const key = `k${c}-${w}-${i}`;
          const outcome = await client.commit(commitRequest(0, [], [insertion(key)]));
          if (outcome.type !== "committed") {
            refusals.push(outcome.type === "failed" ? outcome.code : outcome.type);
            return;
          }
          acknowledged.push(key);
          if (acknowledged.length === 500) void thread?.close();
        }
      }),
    );
    await Promise.all(writers);
    await thread?.close();
    assert.deepEqual(
      refusals,
      Array.from({ length: 64 }, () => "ShuttingDown"),
    );
    assert.deepEqual(stored().keys, acknowledged.toSorted());
    assert.deepEqual(stops, []);
  });

  it("is not kept from closing by a client that never ends", async () => {
    const { address } = await start();
    const closed = closing("deaf");
    const socket = connect({ path: address.path, allowHalfOpen: true });
    socket.on("error", () => {});
    const frames = new FrameWriter();
    frames.begin(GREETING);
    frames.text(address.token);
    frames.text("deaf");
    frames.end();
    socket.write(frames.take()!);
    await new Promise((resolve) => socket.once("data", resolve));
    await thread?.close();
    await closed;
    socket.destroy();
  });

  it("refuses who shows a wrong token", async () => {
    const { address } = await start();
    await assert.rejects(CommitterClient.connect(address.path, `${address.token}x`, "stranger"), /refused/);
    const friend = await CommitterClient.connect(address.path, address.token, "friend");
    committedTs(await friend.commit(insert("k")));
    await friend.close();
  });

  it("listens in a private folder that goes with it, however deep temporary files are kept", async () => {
    const deep = join(dataFolder, "d".repeat(60), "e".repeat(60));
    mkdirSync(deep, { recursive: true });
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = deep;
    try {
      const { address } = await start();
      await (await thread!.connect("a")).close();
      assert.deepEqual(readdirSync(dirname(address.path)), ["committer"]);
      await thread?.close();
      assert.ok(!existsSync(dirname(address.path)));
      assert.deepEqual(readdirSync(deep), []);
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
  });

  it("does not start on a file that is no database, and says so as the store does", async () => {
    writeFileSync(join(dataFolder, "data.db"), "this is not a database".repeat(1000));
    await assert.rejects(
      start(),
      (error) =>
        error instanceof StoreError &&
        error.code === "StoreCorrupt" &&
        /damaged or not a SQLite file.*restore a backup/.test(error.message),
    );
    assert.deepEqual(stops, []);
  });

  it("does not start where the folder is absent", async () => {
    await assert.rejects(
      CommitterThread.start({
        dataFolder: join(dataFolder, "absent"),
        onNotice: () => {},
        onStopped: (error) => stops.push(error),
      }),
      { code: "ENOENT" },
    );
    assert.deepEqual(stops, []);
  });

  it("removes what a dropped index has left, between commits", async () => {
    const client = await (await start()).connect("a");
    const writes = Array.from({ length: 1000 }, (_, i) => insertion(`k${i}`));
    committedTs(await client.commit(commitRequest(0, [], writes)));
    assert.equal(stored().keys.length, 1000);
    await thread?.dropIndexEntries(INDEX);
    assert.deepEqual(stored().keys, []);
    await thread?.close();
    await assert.rejects(thread!.dropIndexEntries(INDEX), /goes on after the next start/);
  });

  it("reports a store that breaks, and refuses all commits from then on", async () => {
    let client = await (await start()).connect("a");
    const writes = Array.from({ length: 100 }, (_, i) => insertion(`k${i}`, 1000));
    committedTs(await client.commit(commitRequest(0, [], writes)));
    await thread?.close();
    client = await (await start()).connect("a");
    const request = insert("more");
    truncateSync(join(dataFolder, "data.db"), PAGE_BYTES);
    const outcomes = [await client.commit(request), await client.commit(request)];
    for (const outcome of outcomes) {
      assert.equal(outcome.type === "failed" && outcome.code, "StoreBroken");
    }
    await thread?.close();
    assert.equal(stops.length, 1);
    assert.equal(stops[0]?.code, "StoreBroken");
    assert.match(stops[0]?.message ?? "", /The store's file is damaged .* copy the data folder away/);
  });

  it("reports its own unexpected death; what was under way has an unknown outcome", async () => {
    let worker: Worker | null = null;
    process.once("worker", (started) => {
      worker = started;
    });
    const client = await (await start()).connect("a");
    const request = insert("k");
    const removal = thread!.dropIndexEntries(INDEX);
    const underWay = client.commit(request);
    await Promise.all([worker!.terminate(), assert.rejects(removal, /goes on after the next start/)]);
    for (const outcome of [await underWay, await client.commit(request)]) {
      assert.equal(outcome.type === "failed" && outcome.code, "StoreBroken");
    }
    assert.deepEqual(
      stops.map(({ code }) => code),
      ["StoreBroken"],
    );
    assert.match(stops[0]?.message ?? "", /ended unexpectedly.*Restart the deployment/);
    assert.ok(!existsSync(dirname(thread!.address.path)));
  });
});
