import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { Caller, FunctionCall, FunctionOutcome } from "../../functions/calls.ts";
import { Queries } from "../../functions/queries/queries.ts";
import type { SyncToken } from "../protocol/client-message.ts";
import { ResultTexts } from "../result-texts.ts";
import { DEFAULT_SESSIONS_LIMITS, Sessions } from "../sessions.ts";
import type { SyncSocket } from "../sync-socket.ts";
import { Turns } from "../turns.ts";
import type { Accepted } from "./accepted-credentials.ts";
import type { Session } from "./session.ts";

type Message = { readonly type: string } & Readonly<Record<string, unknown>>;

const SESSION = "5d3c9f2e-0000-4000-8000-000000000000";
const SUCCESS: FunctionOutcome = { status: "success", value: "null", logLines: [], ts: 100 };

/** A socket whose other end reads when it is told to. */
class HandSocket implements SyncSocket {
  readonly messages: Message[] = [];
  readonly #unread: (() => void)[] = [];
  closed: { readonly code: number | null; readonly reason: string } | null = null;
  isPaused = false;
  isTerminated = false;
  isReading = true;
  unsentBytes = 0;
  pings = 0;

  send(text: string, onLeft: () => void = () => {}): void {
    this.messages.push(JSON.parse(text) as Message);
    if (this.isReading) setImmediate(onLeft);
    else this.#unread.push(onLeft);
  }
  read(): void {
    this.isReading = true;
    for (const onLeft of this.#unread.splice(0)) onLeft();
  }
  ping(): void {
    this.pings++;
  }
  pause(): void {
    this.isPaused = true;
  }
  resume(): void {
    this.isPaused = false;
  }
  close(code: number | null, reason = ""): void {
    this.closed = { code, reason };
  }
  terminate(): void {
    this.isTerminated = true;
  }
  get transitions(): Message[] {
    return this.messages.filter(({ type }) => type === "Transition");
  }
}

async function turns(count = 10): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
}

describe("a session", () => {
  let socket: HandSocket;
  let session: Session;
  let sessions: Sessions;
  let queries: Queries;
  let nowMs: number;
  let ts: number;
  let calls: FunctionCall[];
  let runs: number;
  let tick: () => void;
  let slept: { readonly ms: number; readonly wake: () => void }[];
  let run: () => FunctionOutcome | Promise<FunctionOutcome>;
  let invoke: (call: FunctionCall) => Promise<FunctionOutcome>;
  let authenticate: (token: SyncToken) => Promise<Accepted>;
  let faults: string[];
  let timers: { readonly callback: () => void; readonly delayMs: number }[];

  beforeEach(() => {
    nowMs = 1_795_000_000_000;
    ts = 100;
    runs = 0;
    calls = [];
    faults = [];
    slept = [];
    timers = [];
    run = () => ({ status: "success", value: String(runs), logLines: [], ts: null });
    invoke = async () => SUCCESS;
    authenticate = async () => ({ caller: { type: "anonymous" }, expiresAtMs: null });
    queries = new Queries({
      run: async () => {
        runs++;
        const outcome = await run();
        const reads = [{ index: 1001, ranges: [{ start: new Uint8Array(0), end: null }] }];
        return {
          outcome,
          trace: { reads, readsIdentity: false, readsTime: false, journal: null },
          lines: [],
        };
      },
      onEvent: () => {},
      watch: () => queries.notice({ type: "watching", ts }),
      unwatch: () => {},
      setTimer: () => () => {},
      nowMs: () => nowMs,
      random: Math.random,
      newRequestId: () => "0123456789abcdef",
    });
    sessions = new Sessions({
      functions: {
        invoke: (call) => {
          calls.push(call);
          return invoke(call);
        },
      },
      queries,
      authenticate: (token) => authenticate(token),
      redactErrors: false,
      reportFault: (fault) => void faults.push(fault.message),
      nowMs: () => nowMs,
      sleep: (ms) => new Promise((wake) => void slept.push({ ms, wake })),
      turns: new Turns(() => 0),
      texts: new ResultTexts(false),
      newRequestId: () => "0123456789abcdef",
      setTimer: (callback, delayMs) => {
        timers.push({ callback, delayMs });
        return () => {};
      },
      limits: DEFAULT_SESSIONS_LIMITS,
    });
    socket = new HandSocket();
    session = sessions.open(socket, { ip: null, userAgent: null, takesChunks: true });
    tick = () => timers.findLast(({ delayMs }) => delayMs === 1000)?.callback();
    send({ type: "Connect", sessionId: SESSION, connectionCount: 0, lastCloseReason: null, clientTs: nowMs });
  });

  const send = (message: object): void => session.receive(JSON.stringify(message));
  const mutation = (requestId: number): void =>
    send({ type: "Mutation", requestId, udfPath: "a:b", args: [{}] });
  const add = (): void =>
    send({
      type: "ModifyQuerySet",
      baseVersion: 0,
      newVersion: 1,
      modifications: [{ type: "Add", queryId: 0, udfPath: "a:q", args: [{}] }],
    });
  const login = (baseVersion = 0): void =>
    send({ type: "Authenticate", baseVersion, tokenType: "User", value: "token" });
  const commit = (): void => {
    ts++;
    queries.notice({ type: "group", ts, commits: [], touched: [], feed: [{ ts, touched: [1001, "key"] }] });
  };
  const user = (expiresAtMs: number | null): Accepted => {
    const caller: Caller = { type: "user", identity: { tokenIdentifier: "i|s" }, token: "token" };
    return { caller, expiresAtMs };
  };

  it("takes no message while credentials are checked, and those that came all the same in order after it", async () => {
    const checked = Promise.withResolvers<Accepted>();
    authenticate = () => checked.promise;
    login();
    mutation(0);
    mutation(1);
    await turns();
    assert.deepEqual([calls.length, socket.isPaused], [0, true]);
    checked.resolve(user(null));
    await turns();
    assert.deepEqual(
      calls.map(({ caller, once }) => [caller.type, once?.type === "session" ? once.request : null]),
      [
        ["user", 0],
        ["user", 1],
      ],
    );
    assert.equal(socket.isPaused, false);
  });

  it("does not run a mutation whose identity has expired", async () => {
    authenticate = async () => user(nowMs + 3000);
    login();
    await turns();
    nowMs += 3000;
    mutation(0);
    await turns();
    assert.equal(calls.length, 0);
    assert.deepEqual(socket.messages.at(-1), {
      type: "AuthError",
      error: "Convex token identity expired",
      baseVersion: 1,
      authUpdateAttempted: false,
    });
    assert.deepEqual(socket.closed, { code: null, reason: "" });
  });

  it("outlives its token while nothing happens, and ends with the next change that it would show", async () => {
    authenticate = async () => user(nowMs + 3000);
    login();
    add();
    await turns();
    nowMs += 10_000;
    tick();
    await turns();
    assert.equal(socket.closed, null);
    commit();
    await turns();
    assert.equal(socket.messages.at(-1)?.["authUpdateAttempted"], false);
    assert.deepEqual(socket.closed, { code: null, reason: "" });
  });

  it("ends with 1013 where it could not be found out whether credentials are good", async () => {
    authenticate = () => Promise.reject(new EpigraphError("TooManyConcurrentRequests", "later"));
    login();
    await turns();
    assert.deepEqual(socket.closed, { code: 1013, reason: "TooManyConcurrentRequests" });
    assert.ok(!socket.messages.some(({ type }) => type === "AuthError"));
  });

  it("checks the key of an admin again once a minute has gone by, and ends where it holds no more", async () => {
    let checks = 0;
    const check = async (): Promise<Accepted> => {
      checks++;
      return { caller: { type: "admin", actingAs: null, rights: "all", name: "test" }, expiresAtMs: null };
    };
    authenticate = check;
    send({ type: "Authenticate", baseVersion: 0, tokenType: "Admin", value: "key" });
    await turns();
    mutation(0);
    await turns();
    assert.deepEqual([checks, calls.length], [1, 1]);
    nowMs += 60_001;
    mutation(1);
    await turns();
    assert.deepEqual([checks, calls.length], [2, 2]);
    nowMs += 60_001;
    authenticate = () => Promise.reject(new EpigraphError("BadAdminKey", "no more"));
    mutation(2);
    await turns();
    assert.equal(calls.length, 2);
    assert.deepEqual(
      [socket.messages.at(-1)?.["error"], socket.messages.at(-1)?.["authUpdateAttempted"]],
      ["no more", true],
    );
  });

  it("computes nothing for a reader that has two Transitions unread, and then one for all that came", async () => {
    add();
    await turns();
    socket.isReading = false;
    for (let i = 0; i < 10; i++) {
      commit();
      await turns();
    }
    assert.deepEqual([socket.transitions.length, runs], [3, 3]);
    socket.read();
    await turns();
    assert.deepEqual([socket.transitions.length, runs], [4, 4]);
  });

  it("shows in one Transition what came in one turn", async () => {
    add();
    for (let i = 0; i < 3; i++) mutation(i);
    send({ type: "Authenticate", baseVersion: 0, tokenType: "None" });
    await turns();
    const versions = socket.transitions.map((transition) => transition["endVersion"] as { querySet: number });
    assert.ok(versions.length <= 2, `${versions.length} Transitions`);
  });

  it("waits with a Transition until what a mutation did has been told by the committer", async () => {
    invoke = async () => ({ ...SUCCESS, ts: 150 }) as FunctionOutcome;
    mutation(0);
    await turns();
    assert.deepEqual(
      socket.messages.map(({ type }) => type),
      ["MutationResponse"],
    );
    ts = 149;
    commit();
    await turns();
    assert.equal(socket.transitions.length, 1);
  });

  it("tries again what the server could not do, and shows no failure meanwhile", async () => {
    run = () => {
      throw new EpigraphError("TooManyConcurrentRequests", "busy");
    };
    add();
    await turns();
    assert.deepEqual([socket.transitions.length, slept[0]?.ms], [0, 500]);
    slept[0]?.wake();
    await turns();
    assert.equal(slept[1]?.ms, 1000);
    run = () => ({ status: "success", value: "1", logLines: [], ts: null });
    slept[1]?.wake();
    await turns();
    assert.equal(socket.transitions.length, 1);
  });

  it("begins anew at the newest timestamp where the past that it reads is gone", async () => {
    run = () => {
      throw new EpigraphError("SnapshotTooOld", "gone");
    };
    add();
    await turns();
    assert.equal(slept[0]?.ms, 3000);
    commit();
    run = () => ({ status: "success", value: "1", logLines: [], ts: null });
    slept[0]?.wake();
    await turns();
    assert.equal(socket.transitions.length, 1);
  });

  it("ends with 1013 where a mutation conflicted in every attempt, and with 1011 for what nobody foresaw", async () => {
    invoke = () => Promise.reject(new EpigraphError("OptimisticConcurrencyControlFailure", "again"));
    mutation(0);
    await turns();
    assert.deepEqual(socket.closed, { code: 1013, reason: "OptimisticConcurrencyControlFailure" });
    const other = new HandSocket();
    const second = sessions.open(other, { ip: null, userAgent: null, takesChunks: true });
    invoke = () => Promise.reject(new Error("oh"));
    second.receive(JSON.stringify({ type: "Mutation", requestId: 0, udfPath: "a:b", args: [{}] }));
    await turns();
    assert.deepEqual(other.closed, { code: 1011, reason: "InternalServerError" });
    assert.deepEqual(faults, ["oh"]);
  });

  it("ends with 1011 where a mutation takes longer than it may", async () => {
    invoke = () => new Promise(() => {});
    mutation(0);
    await turns();
    timers.find(({ delayMs }) => delayMs === 60_000)?.callback();
    assert.deepEqual(socket.closed, { code: 1011, reason: "InternalServerError" });
  });

  it("says Ping once nothing was sent for 15 s, and counts as gone once nothing was heard for 120", () => {
    nowMs += 14_999;
    tick();
    assert.deepEqual(socket.messages, []);
    nowMs += 1;
    tick();
    assert.deepEqual(socket.messages, [{ type: "Ping" }]);
    session.heard();
    nowMs += 119_999;
    tick();
    assert.equal(socket.closed, null);
    nowMs += 1;
    tick();
    assert.deepEqual(
      [socket.closed, socket.isTerminated],
      [{ code: 1000, reason: "ClientDisconnected" }, true],
    );
  });

  it("takes nothing more from a client that does not read its answers, and counts it as there while it reads some", () => {
    socket.unsentBytes = 20 * 1024 * 1024;
    tick();
    assert.equal(socket.isPaused, true);
    for (let i = 0; i < 5; i++) {
      nowMs += 60_000;
      socket.unsentBytes -= 100_000;
      tick();
    }
    assert.equal(socket.closed, null);
    socket.unsentBytes = 0;
    tick();
    assert.equal(socket.isPaused, false);
  });

  it("is over once its socket is gone: what waits is forgotten, and what ends is answered nowhere", async () => {
    const outcome = Promise.withResolvers<FunctionOutcome>();
    invoke = () => outcome.promise;
    add();
    mutation(0);
    mutation(1);
    await turns();
    const sent = socket.messages.length;
    session.gone();
    outcome.resolve(SUCCESS);
    commit();
    await turns();
    assert.deepEqual([calls.length, socket.messages.length, runs, sessions.state.sessions], [1, sent, 1, 0]);
  });

  it("is closed with 1001 when the server goes", () => {
    sessions.close();
    assert.deepEqual(socket.closed, { code: 1001, reason: "" });
  });
});
