import assert from "node:assert/strict";
import { after, it } from "node:test";
import type { HostBridge } from "../kernel/bridge.ts";
import { bytesInto, Realm, RealmInterrupted } from "./realm.ts";

const MODULE = `
  const fn = (run) => ({ invokeAction: async (_id, args) => JSON.stringify((await run(JSON.parse(args)[0])) ?? null) });
  let kept = [];
  exports.echo = fn((value) => value);
  exports.globals = fn(() => [typeof gc, "gc" in globalThis]);
  exports.loop = fn(() => { for (;;); });
  exports.loopOfMicrotasks = fn(() => { const go = () => Promise.resolve().then(go); return go(); });
  exports.catchLoop = fn(() => { for (;;) { try { for (;;); } catch {} finally { continue; } } });
  exports.recurse = fn(() => { const go = () => go() + 1; return go(); });
  exports.fill = fn(() => { for (;;) kept.push(new Array(10_000).fill(0.5)); });
  exports.fillBytes = fn(() => { for (;;) { try { for (;;) kept.push(new Uint8Array(100_000)); } catch {} } });
  exports.bytes = fn(() => {
    class Sub extends Uint8Array {}
    const bytes = new Sub([3, 1, 2]);
    return [
      Uint8Array.name, Uint8Array.length, Uint8Array.BYTES_PER_ELEMENT, bytes instanceof Uint8Array,
      new Uint8Array(2).constructor === Uint8Array, bytes.slice(1) instanceof Sub, [...bytes.toSorted()],
      [...Uint8Array.from("12")], [...new Uint8Array(new ArrayBuffer(4), 1, 2)], ArrayBuffer.isView(bytes),
      new ArrayBuffer(1, { maxByteLength: 3 }).maxByteLength, Object.keys(globalThis).includes("Uint8Array"),
    ];
  });
  exports.bytesAsFunction = fn(() => Uint8Array(1));
  exports.tooManyBytes = fn(() => new Uint8Array(-1));
  exports.litter = fn(() => { const all = []; for (let i = 0; i < 100_000; i++) all.push({ i, text: "x" + i }); return all.length; });
  exports.reject = fn(() => { Promise.reject(new Error("nobody cares")); });
`;

interface TestRealm {
  readonly realm: Realm;
  /** Runs an export and gives how it settled. @throws what the entry threw */
  readonly call: (name: string, arg?: unknown, timeoutMs?: number) => string | null;
}

function openRealm(): TestRealm {
  let outcome: string | null = null;
  const refuse = (): never => {
    throw new Error("not in this test");
  };
  const host: HostBridge = {
    syscall: refuse,
    restOfAnswer: refuse,
    startOperation: refuse,
    environment: () => undefined,
    mapStack: () => "",
    log: () => {},
    done: (_id, _rows, ...pieces) => {
      outcome = pieces.join("");
    },
    elapsedMs: () => 0,
    randomBytes: refuse,
    crypto: refuse,
    startCrypto: refuse,
    setTimer: refuse,
    clearTimer: refuse,
    timeRead: refuse,
    pushRead: refuse,
    readBody: refuse,
    cancelBody: refuse,
    respond: refuse,
    fetch: refuse,
    storeFile: refuse,
    openFile: refuse,
    sendChunk: refuse,
    endBody: refuse,
  };
  const modules = [{ path: "m.js", source: MODULE, use: "own" as const }];
  const realm = new Realm(host, {
    code: { modules, importSeed: [1, 2, 3], importTimeMs: 0 },
    memoryMb: 32,
    isBusy: false,
  });
  after(() => realm.dispose());
  let id = 0;
  const call = (name: string, arg: unknown = null, timeoutMs = 5_000): string | null => {
    outcome = null;
    const args = JSON.stringify([arg]);
    realm.enter("call", [++id, "action", "m.js", name, null, 1, 2, 3, args], timeoutMs);
    return outcome;
  };
  return { realm, call };
}

function interrupted(reason: RealmInterrupted["reason"]): (error: unknown) => boolean {
  return (error) => error instanceof RealmInterrupted && error.reason === reason;
}

it("a call settles within its entry, microtasks included", () => {
  const { call } = openRealm();
  assert.equal(call("echo", { a: ["ü", 1] }), 'V{"a":["ü",1]}');
});

for (const name of ["loop", "loopOfMicrotasks", "catchLoop"]) {
  it(`the time limit ends ${name}, and the realm goes on`, () => {
    const { call } = openRealm();
    assert.throws(() => call(name, null, 50), interrupted("timeout"));
    assert.equal(call("echo", 1), "V1");
  });
}

it("an entry has all the time it was given", () => {
  const { call } = openRealm();
  for (const wantedMs of [30, 130]) {
    const startMs = performance.now();
    assert.throws(() => call("loop", null, wantedMs), interrupted("timeout"));
    assert.ok(performance.now() - startMs >= wantedMs);
  }
});

it("endless recursion ends the call alone", () => {
  const { call } = openRealm();
  assert.match(String(call("recurse")), /^E.*Maximum call stack size exceeded/);
  assert.equal(call("echo", 1), "V1");
});

it("a heap without end ends the realm", () => {
  const { realm, call } = openRealm();
  assert.throws(() => call("fill"), interrupted("memory"));
  assert.equal(realm.isDisposed, true);
  realm.collect();
});

it("array buffers without end end the realm, catch or no catch", () => {
  const { realm, call } = openRealm();
  assert.throws(() => call("fillBytes"), interrupted("memory"));
  assert.equal(realm.isDisposed, true);
});

it("array buffers are otherwise the language's own", () => {
  const { call } = openRealm();
  const expected = ["Uint8Array", 3, 1, true, true, true, [1, 2, 3], [1, 2], [0, 0], true, 3, false];
  assert.equal(call("bytes"), `V${JSON.stringify(expected)}`);
  assert.match(String(call("bytesAsFunction")), /^E.*Constructor Uint8Array requires 'new'/);
  assert.match(String(call("tooManyBytes")), /^E.*RangeError: Invalid typed array length: -1/);
});

it("a rejection that nobody handles is thrown by the entry that left it", () => {
  const { call } = openRealm();
  assert.throws(() => call("reject"), /nobody cares/);
  assert.equal(call("echo", 1), "V1");
});

it("collecting gives memory back, and app code never sees the collector", () => {
  const { realm, call } = openRealm();
  call("litter");
  const before = realm.heapUsedBytes();
  realm.collect();
  assert.ok(realm.heapUsedBytes() < before / 2);
  assert.equal(call("globals"), 'V["undefined",false]');
});

it("bytes that enter a realm are its own", () => {
  const bytes = new Uint8Array([0, 1, 2, 3]).subarray(1, 3);
  assert.ok(bytesInto(bytes) !== undefined);
  assert.deepEqual([...bytes], [1, 2]);
});
