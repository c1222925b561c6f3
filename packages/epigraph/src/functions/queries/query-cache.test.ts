import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import type { IndexReads } from "../../database/commit-request.ts";
import { keyText } from "../../database/committer/key-text.ts";
import type { LogLine } from "../../runtime/runner/log-lines.ts";
import type { QueryTrace } from "../../runtime/runner/query-trace.ts";
import type { Caller, FunctionCall, FunctionOutcome } from "../calls.ts";
import type { ExecutionEvent } from "../execution-event.ts";
import type { CachedQuery } from "./cached-query.ts";
import { Queries } from "./queries.ts";

import { toQueryCaller } from "./query-caller.ts";
import type { TracedOutcome } from "./query-run.ts";

const INDEX = 1001;
const ANYBODY = toQueryCaller({ type: "anonymous" });
const user = (name: string): ReturnType<typeof toQueryCaller> => {
  const caller: Caller = { type: "user", identity: { tokenIdentifier: name }, token: name };
  return toQueryCaller(caller);
};
const success = (value: string): FunctionOutcome => ({ status: "success", value, logLines: [], ts: null });
const LINES: readonly LogLine[] = [{ level: "LOG", text: "'hi'", path: null, timeMs: 1 }];
const failure: FunctionOutcome = {
  status: "error",
  error: { message: "x", frames: "", data: null },
  logLines: [],
};

function readsOf(byte: number): readonly IndexReads[] {
  return [{ index: INDEX, ranges: [{ start: Uint8Array.of(byte), end: Uint8Array.of(byte, 0) }] }];
}

describe("the cache of queries", () => {
  let queries: Queries;
  let runs: FunctionCall[];
  let events: ExecutionEvent[];
  let nowMs: number;
  let ts: number;
  let answer: (call: FunctionCall) => FunctionOutcome | Promise<FunctionOutcome>;
  let trace: Partial<QueryTrace>;

  const open = (maxBytes?: number): void => {
    queries = new Queries({
      run: async (call): Promise<TracedOutcome> => {
        runs.push(call);
        const outcome = await answer(call);
        return {
          outcome,
          trace: { reads: readsOf(1), readsIdentity: false, readsTime: false, journal: null, ...trace },
          lines: LINES,
        };
      },
      onEvent: (event) => void events.push(event),
      watch: () => queries.notice({ type: "watching", ts }),
      unwatch: () => {},
      setTimer: () => () => {},
      nowMs: () => nowMs,
      random: Math.random,
      newRequestId: () => "0123456789abcdef",
      ...(maxBytes === undefined ? {} : { maxBytes }),
    });
  };
  beforeEach(async () => {
    runs = [];
    events = [];
    nowMs = 0;
    ts = 100;
    trace = {};
    answer = ({ at }) => success(String(at));
    open();
    await queries.feed.hold();
  });

  const query = (fields: Partial<CachedQuery> = {}): CachedQuery => ({
    path: "a.js:b",
    componentPath: "",
    argsJson: "[{}]",
    journal: null,
    caller: ANYBODY,
    origin: "SyncWorker",
    ...fields,
  });
  const get = async (fields: Partial<CachedQuery> = {}, at = ts): Promise<string> => {
    const { outcome } = await queries.cache.get(query(fields), at, false);
    return outcome?.status === "success" ? outcome.value : "failed";
  };
  const commit = (byte: number): void => {
    ts++;
    const feed = [{ ts, touched: [INDEX, keyText(Uint8Array.of(byte))] }];
    queries.notice({ type: "group", ts, commits: [], touched: [], feed });
  };

  it("gives a result as long as nothing has touched what it read, and its former one for the time before", async () => {
    assert.equal(await get(), "100");
    commit(2);
    assert.equal(await get(), "100");
    commit(1);
    assert.equal(await get(), "102");
    assert.equal(await get({}, 101), "101");
    assert.equal(await get(), "102");
  });

  it("runs once for all who ask at the same time", async () => {
    const { promise, resolve } = Promise.withResolvers<FunctionOutcome>();
    answer = () => promise;
    const results = Promise.all([get(), get(), get()]);
    resolve(success("shared"));
    assert.deepEqual(await results, ["shared", "shared", "shared"]);
    assert.equal(runs.length, 1);
  });

  it("leaves a record of a subscription that begins without a run, with the lines of the run, and of no other", async () => {
    await queries.cache.get(query(), ts, true);
    await queries.cache.get(query({ caller: user("ada") }), ts, true);
    await queries.cache.get(query(), ts, false);
    const told = events.map(
      (event) => event.type === "end" && [event.identifier, event.isCached, event.lines],
    );
    assert.deepEqual(told, [["a.js:b", true, LINES]]);
    const identities = events.map((event) => event.type === "end" && [event.identityType, event.origin]);
    assert.deepEqual(identities, [["user", "SyncWorker"]]);
  });

  it("counts what was of use, by function, and no name that never succeeded", async () => {
    await get();
    await get();
    const result = await queries.cache.get(query(), ts, false);
    queries.cache.hold(result, () => {});
    commit(1);
    await get();
    commit(1);
    answer = () => failure;
    await get({ path: "made.js:up" });
    await get({ path: "_system/cli/tables.js:default" });
    assert.deepEqual(queries.counts.all, [{ path: "a.js:b", hits: 2, misses: 2, invalidations: 1 }]);
  });

  it("runs again for who asks for a later time, where a commit came between", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    answer = async ({ at }) => {
      await promise;
      return success(String(at));
    };
    const early = get();
    commit(1);
    const late = get();
    resolve();
    assert.deepEqual(await Promise.all([early, late]), ["100", "101"]);
  });

  it("tells who holds a result when it ends, at once where it ended meanwhile, and nobody after that", async () => {
    const told: string[] = [];
    const result = await queries.cache.get(query(), ts, false);
    const release = queries.cache.hold(result, () => told.push("first"));
    commit(2);
    assert.equal(told.length, 0);
    commit(1);
    assert.deepEqual(told, ["first"]);
    queries.cache.hold(result, () => told.push("late"));
    assert.deepEqual(told, ["first", "late"]);
    release();
    commit(1);
    assert.deepEqual(told, ["first", "late"]);
  });

  it("notices a commit between the timestamp of a run and its end", async () => {
    const { promise, resolve } = Promise.withResolvers<FunctionOutcome>();
    answer = () => promise;
    const running = queries.cache.get(query(), ts, false);
    commit(1);
    resolve(success("old"));
    const told: string[] = [];
    queries.cache.hold(await running, () => told.push("ended"));
    assert.deepEqual(told, ["ended"]);
  });

  it("keeps results apart by function, arguments, journal, rights, and by identity where the function looked", async () => {
    await get();
    await get({ path: "a.js:c" });
    await get({ argsJson: "[1]" });
    await get({ journal: "j" });
    const admin = { type: "admin", actingAs: null, name: "test" } as const;
    await get({ caller: toQueryCaller({ ...admin, rights: "all" }) });
    // What the host answers depends on what a key allows.
    await get({ caller: toQueryCaller({ ...admin, rights: ["ViewLogs"] }) });
    assert.equal(runs.length, 6);
    await get({ caller: toQueryCaller({ ...admin, rights: ["ViewLogs"], name: "other" }) });
    await get({ caller: user("one") });
    assert.equal(runs.length, 6);
    trace = { readsIdentity: true };
    answer = ({ caller }) => success(JSON.stringify(caller));
    for (let i = 0; i < 2; i++) {
      assert.match(await get({ path: "who.js:am", caller: user("one") }), /one/);
      assert.match(await get({ path: "who.js:am", caller: user("two") }), /two/);
    }
    assert.equal(runs.length, 8);
    const both = await Promise.all(
      ["three", "four"].map((name) => get({ path: "who.js:am", caller: user(name) })),
    );
    assert.match(both[0]!, /three/);
    assert.match(both[1]!, /four/);
  });

  it("does not mistake a journal for a part of something else", async () => {
    await get({ journal: "1:a\n[{}]", argsJson: "[{}]" });
    await get({ journal: "1:a", argsJson: "[{}]\n[{}]" });
    assert.equal(runs.length, 2);
  });

  it("has the first page for whoever comes back with its journal", async () => {
    trace = { journal: "end" };
    await get();
    await get({ journal: "end" });
    assert.equal(runs.length, 1);
  });

  it("gives failures only to those who ask for the same moment", async () => {
    answer = () => failure;
    await get();
    await get();
    assert.equal(runs.length, 1);
    commit(2);
    await get();
    assert.equal(runs.length, 2);
  });

  it("gives a result that looked at the clock for some seconds, and tells nobody when those are over", async () => {
    trace = { readsTime: true };
    const told: string[] = [];
    queries.cache.hold(await queries.cache.get(query(), ts, false), () => told.push("ended"));
    nowMs = 17_000;
    await get();
    assert.equal(runs.length, 1);
    nowMs = 17_001;
    await get();
    assert.equal(runs.length, 2);
    assert.deepEqual(told, []);
    commit(1);
    assert.deepEqual(told, ["ended"]);
  });

  it("lets go of what was used longest ago, and of values that are held, and still notices what ends them", async () => {
    open(20_000);
    await queries.feed.hold();
    answer = ({ argsJson }) => success(`"${argsJson}${"x".repeat(2000)}"`);
    const told: number[] = [];
    for (let i = 0; i < 20; i++) {
      const result = await queries.cache.get(query({ argsJson: `[${i}]` }), ts, false);
      if (i < 5) queries.cache.hold(result, () => told.push(i));
    }
    runs.length = 0;
    await get({ argsJson: "[19]" });
    assert.equal(runs.length, 0);
    await get({ argsJson: "[6]" });
    assert.equal(runs.length, 1);
    commit(1);
    assert.deepEqual(told, [0, 1, 2, 3, 4]);
  });

  it("holds values only as far as they fit, and runs again for who asks for one", async () => {
    open(10_000);
    await queries.feed.hold();
    answer = ({ argsJson }) => success(`"${argsJson}${"x".repeat(2000)}"`);
    for (let i = 0; i < 10; i++) {
      queries.cache.hold(await queries.cache.get(query({ argsJson: `[${i}]` }), ts, false), () => {});
    }
    runs.length = 0;
    const again = await queries.cache.get(query({ argsJson: "[0]" }), ts, false);
    assert.equal(runs.length, 1);
    assert.notEqual(again.outcome, null);
  });

  it("passes on what the server could not do, and forgets it", async () => {
    answer = () => {
      throw new Error("busy");
    };
    await assert.rejects(Promise.all([get(), get()]), /busy/);
    answer = () => success("1");
    assert.equal(await get(), "1");
  });

  it("forgets everything when nobody watches the commits any more", async () => {
    await get();
    queries.cache.ended();
    await get();
    assert.equal(runs.length, 2);
  });
});
