import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { SqliteWriter } from "../../store/sqlite/sqlite-writer.ts";
import { nanosecondsFromTicks } from "../../store/ticks.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import { encodeKey, keySuccessor } from "../../values/index-key.ts";
import type { CommitOutcome, CommitRequest, KeyRange, TransactionWrite } from "../commit-request.ts";
import {
  bytes,
  commitRequest,
  INDEX,
  insertion,
  point,
  stampedInsertion,
} from "../testing/commit-requests.ts";
import { Committer } from "./committer.ts";

describe("committer", () => {
  let folder: string;
  let writer: SqliteWriter;
  let committer: Committer;
  let outcomes: Map<string, CommitOutcome>;
  let nowMs: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-committer-"));
    writer = new SqliteStore(folder).openWriter() as SqliteWriter;
    nowMs = 1_800_000_000_000;
    committer = new Committer(writer, { nowMs: () => nowMs });
    outcomes = new Map();
  });
  afterEach(() => {
    committer.close();
    rmSync(folder, { recursive: true });
  });

  function submit(
    name: string,
    ranges: readonly KeyRange[],
    writes: readonly TransactionWrite[],
    overrides: Partial<CommitRequest> = {},
  ): void {
    const request = commitRequest(writer.lastTs, ranges, writes, {
      catalogueTs: writer.catalogueTs,
      ...overrides,
    });
    committer.submit(request, (outcome) => outcomes.set(name, outcome));
  }

  function storedKeys(): string[] {
    const snapshots = new SqliteStore(folder).openSnapshots();
    const snapshot = snapshots.open();
    const entries = snapshot.scan(INDEX, bytes(""), null, "asc", 100);
    snapshot.close();
    snapshots.close();
    return entries.map(({ key }) => Buffer.from(key).toString());
  }

  function storedAt(key: Uint8Array): string | undefined {
    const snapshots = new SqliteStore(folder).openSnapshots();
    const snapshot = snapshots.open();
    const document = snapshot.get(INDEX, key);
    snapshot.close();
    snapshots.close();
    return document?.json;
  }

  it("stores all transactions that wait with one group, each with its own ascending timestamp", () => {
    for (let i = 0; i < 64; i++) submit(`t${i}`, [], [insertion(`k${i}`)]);
    committer.flush();
    assert.equal(committer.groups, 1);
    const stamps = [...outcomes.values()].map((outcome) =>
      outcome.type === "committed" ? outcome.ts : Number.NaN,
    );
    assert.equal(new Set(stamps).size, 64);
    assert.deepEqual(
      stamps,
      stamps.toSorted((a, b) => a - b),
    );
  });

  it("accepts one of 64 transactions of a group that read and write the same key", () => {
    for (let i = 0; i < 64; i++)
      submit(`t${i}`, [point("counter")], [{ ...insertion("counter"), indexes: [] }]);
    committer.flush();
    const types = [...outcomes.values()].map((outcome) => outcome.type);
    assert.equal(types.filter((type) => type === "committed").length, 1);
    assert.equal(types.filter((type) => type === "conflict").length, 63);
    const refused = outcomes.get("t63") as Extract<CommitOutcome, { type: "conflict" }>;
    assert.equal(refused.after, writer.lastTs);
    assert.equal(refused.table, "messages");
    assert.equal(refused.source, "messages.js:send");
  });

  it("sees a phantom: both read an empty range, both insert into it", () => {
    const whole: KeyRange = { start: bytes(""), end: null };
    submit("a", [whole], [insertion("x")]);
    submit("b", [whole], [insertion("y")]);
    committer.flush();
    assert.deepEqual([outcomes.get("a")?.type, outcomes.get("b")?.type], ["committed", "conflict"]);
  });

  it("refuses write skew across two groups", () => {
    submit("seed", [], [insertion("p"), insertion("q")]);
    committer.flush();
    const snapshotTs = writer.lastTs;
    const both = [point("p"), point("q")];
    submit("a", both, [{ ...insertion("p"), indexes: [] }], { snapshotTs });
    committer.flush();
    submit("b", both, [{ ...insertion("q"), indexes: [] }], { snapshotTs });
    committer.flush();
    assert.deepEqual([outcomes.get("a")?.type, outcomes.get("b")?.type], ["committed", "conflict"]);
  });

  it("lets writes beside a read range pass", () => {
    submit("a", [{ start: bytes("a"), end: bytes("c") }], [insertion("zz")]);
    submit("b", [{ start: bytes("d"), end: bytes("f") }], [insertion("c")]);
    committer.flush();
    assert.deepEqual([outcomes.get("a")?.type, outcomes.get("b")?.type], ["committed", "committed"]);
  });

  it("refuses what ran with an older catalogue, also inside one group", () => {
    submit("push", [], [insertion("code")], { changesCatalogue: true });
    submit("old", [], [insertion("x")]);
    committer.flush();
    assert.deepEqual([outcomes.get("push")?.type, outcomes.get("old")?.type], ["committed", "conflict"]);
    assert.equal((outcomes.get("old") as { contention: string }).contention, "catalogue");
  });

  it("gives growing timestamps when the clock is set back", () => {
    submit("a", [], [insertion("a")]);
    committer.flush();
    nowMs -= 3_600_000;
    submit("b", [], [insertion("b")]);
    committer.flush();
    const [a, b] = ["a", "b"].map((name) => (outcomes.get(name) as { ts: number }).ts) as [number, number];
    assert.equal(b, a + 1);
  });

  it("fails only the transaction that does not fit on a full disk, and decides the others anew", () => {
    submit("seed", [], [insertion("seed")]);
    committer.flush();
    writer.limitPages(writer.pageCount() + 8);
    submit("small", [], [insertion("s1")]);
    submit("huge", [point("k")], [insertion("k", 400_000)]);
    // Refused while the huge one counted as accepted; must pass once that one is void.
    submit("after", [point("k")], [insertion("s2")]);
    committer.flush();
    assert.deepEqual(
      ["small", "huge", "after"].map((name) => outcomes.get(name)?.type),
      ["committed", "failed", "committed"],
    );
    assert.equal((outcomes.get("huge") as { code: string }).code, "StoreFull");
  });

  it("puts the timestamp where it belongs, in what is stored and in what conflicts, also when it decides anew", () => {
    submit("seed", [], [insertion("seed")]);
    committer.flush();
    const snapshotTs = writer.lastTs;
    writer.limitPages(writer.pageCount() + 8);
    submit("huge", [], [stampedInsertion("a", 400_000)]);
    for (const name of ["b", "c"]) submit(name, [], [stampedInsertion(name)]);
    committer.flush();
    assert.equal(outcomes.get("huge")?.type, "failed");
    for (const name of ["b", "c"]) {
      const { ts } = outcomes.get(name) as { readonly ts: number };
      const ns = nanosecondsFromTicks(ts);
      const key = encodeKey([name, ns]);
      assert.equal(storedAt(key), encodeValueToString(["".padEnd(30), ns]));
      const read = { start: key, end: keySuccessor(key) };
      submit(`reader of ${name}`, [read], [insertion(`r${name}`)], { snapshotTs });
    }
    committer.flush();
    assert.equal(outcomes.get("reader of b")?.type, "conflict");
    assert.equal(outcomes.get("reader of c")?.type, "conflict");
  });

  it("stores the small transactions of a group with a huge one, which passes once there is space", () => {
    submit("seed", [], [insertion("seed")]);
    committer.flush();
    writer.limitPages(writer.pageCount() + 16);
    const small = Array.from({ length: 20 }, (_, i) => `s${i}`);
    for (const name of small.slice(0, 10)) submit(name, [], [insertion(name)]);
    submit("huge", [], [insertion("huge", 400_000)]);
    for (const name of small.slice(10)) submit(name, [], [insertion(name)]);
    committer.flush();
    assert.equal((outcomes.get("huge") as { code?: string }).code, "StoreFull");
    assert.deepEqual(
      small.filter((name) => outcomes.get(name)?.type !== "committed"),
      [],
    );
    assert.deepEqual(storedKeys(), ["seed", ...small].toSorted());

    writer.limitPages(1_000_000);
    submit("again", [], [insertion("huge", 400_000)]);
    submit("more", [], [insertion("more")]);
    committer.flush();
    assert.deepEqual(storedKeys(), ["huge", "more", "seed", ...small].toSorted());
  });

  it("keeps deciding right after a group that did not fit: nothing of it is held against others", () => {
    submit("seed", [], [insertion("seed")]);
    committer.flush();
    const snapshotTs = writer.lastTs;
    writer.limitPages(writer.pageCount() + 8);
    submit("huge", [], [insertion("k", 400_000)]);
    committer.flush();
    submit("reader", [point("k")], [insertion("r")], { snapshotTs });
    committer.flush();
    assert.deepEqual([outcomes.get("huge")?.type, outcomes.get("reader")?.type], ["failed", "committed"]);
  });
});
