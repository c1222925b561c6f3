import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { seededRandom } from "../src/values/testing/seeded-random.ts";
import { DeployedApp } from "./support/deployed-app.ts";
import { fixture } from "./support/start-app.ts";
import { SyncConnection } from "./support/sync-connection.ts";

describe("queries that a socket keeps live", () => {
  let app: DeployedApp;
  let client: SyncConnection;
  before(async () => {
    app = await DeployedApp.start({ copyOf: fixture("sync") });
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    await app.run("mutation", "messages:clear");
    await app.run("mutation", "numbers:clear");
    client = await SyncConnection.connect(app.api);
  });
  afterEach(() => client.close());

  /** Modifications since a moment, after all that is going on has been shown. */
  const modificationsOf = async (work: () => Promise<unknown>): Promise<number> => {
    const from = client.transitions.length;
    await work();
    await client.settle();
    return client.transitions.slice(from).reduce((sum, { modifications }) => sum + modifications.length, 0);
  };
  const publicQuery = async (path: string, args: object): Promise<unknown> => {
    const response = await fetch(`${app.api}/api/query`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ path, args, format: "json" }),
    });
    return ((await response.json()) as { value: unknown }).value;
  };
  const run = (path: string, args: object = {}): Promise<unknown> => app.run("mutation", path, args);

  it("come together, by ascending ids", async () => {
    client.modify([
      { type: "Add", queryId: 1, udfPath: "messages:list", args: [{}] },
      { type: "Add", queryId: 0, udfPath: "numbers:counter", args: [{ name: "none" }] },
    ]);
    const { modifications } = await client.transition();
    assert.deepEqual(
      modifications.map(({ type, queryId, value, logLines, journal }) => ({
        type,
        queryId,
        value,
        logLines,
        journal,
      })),
      [
        { type: "QueryUpdated", queryId: 0, value: 0, logLines: [], journal: null },
        { type: "QueryUpdated", queryId: 1, value: [], logLines: [], journal: null },
      ],
    );
  });

  it("may be added without waiting: each is answered once", async () => {
    for (let id = 0; id < 3; id++) client.add(id, "messages:list");
    await client.until(() => client.version.querySet === 3);
    const ids = client.transitions.flatMap(({ modifications }) =>
      modifications.map(({ queryId }) => queryId),
    );
    assert.deepEqual(ids, [0, 1, 2]);
  });

  it("are told of no more once they are removed", async () => {
    client.add(0, "messages:list");
    await client.shows(0, []);
    client.remove(0);
    await client.until(() => client.version.querySet === 2);
    assert.deepEqual(client.transitions.at(-1)?.modifications, [{ type: "QueryRemoved", queryId: 0 }]);
    assert.equal(await modificationsOf(() => run("messages:send", { body: "a" })), 0);
  });

  it("may be removed before they were shown, and an id that is free again may be used again", async () => {
    client.add(0, "messages:list");
    client.remove(0);
    client.add(0, "numbers:counter", { name: "none" });
    client.add(1, "messages:list");
    client.remove(1);
    await client.until(() => client.version.querySet === 5);
    assert.deepEqual([...client.results.keys()], [0]);
    assert.equal(client.results.get(0)?.value, 0);
  });

  it("have a version: a wrong one is a FatalError", async () => {
    const other = await SyncConnection.connect(app.api);
    other.send({ type: "ModifyQuerySet", baseVersion: 7, newVersion: 8, modifications: [] });
    assert.equal((await other.closed).code, 1005);
    assert.deepEqual(other.messages.at(-1), {
      type: "FatalError",
      error: "Base version 7 passed up doesn't match the current version 0",
    });
  });

  const add = { type: "Add", queryId: 0, udfPath: "messages:list", args: [{}] };
  const faults: readonly (readonly [what: string, newVersion: number, modifications: readonly object[]])[] = [
    ["an id that is in use", 1, [add, add]],
    ["the removal of what is not there", 1, [{ type: "Remove", queryId: 9 }]],
    ["a version that does not grow", 0, []],
  ];
  for (const [what, newVersion, modifications] of faults) {
    it(`end with 1011 for ${what}`, async () => {
      const other = await SyncConnection.connect(app.api);
      other.send({ type: "ModifyQuerySet", baseVersion: 0, newVersion, modifications });
      assert.deepEqual(await other.closed, { code: 1011, reason: "InternalServerError" });
    });
  }

  it("follow each other's versions through 500 random operations", async () => {
    const random = seededRandom(5);
    const live = new Set<number>();
    let nextId = 0;
    let requestId = 0;
    for (let i = 0; i < 500; i++) {
      const choice = random();
      const [some] = live;
      if (choice < 0.3) {
        live.add(nextId);
        client.add(nextId++, random() < 0.5 ? "messages:list" : "messages:whoami");
      } else if (choice < 0.5 && some !== undefined) {
        live.delete(some);
        client.remove(some);
      } else if (choice < 0.6) client.authenticate({ tokenType: "None" });
      else client.mutation(requestId++, "numbers:increment", { name: "random" });
      if (random() < 0.1) await client.response(requestId - 1).catch(() => {});
    }
    // Versions and times are checked with each Transition.
    await client.settle();
    assert.deepEqual([...client.results.keys()].sort(), [...live].sort());
  });

  it("show each kind of value as it was", async () => {
    const value = {
      int: { $integer: "AQAAAAAAAAA=" },
      bytes: { $bytes: "AP8=" },
      nan: { $float: "AAAAAAAA+H8=" },
      zero: { $float: "AAAAAAAAAIA=" },
      nested: [null, true, "é😀"],
    };
    client.add(0, "messages:echo", { value });
    await client.transition();
    assert.deepEqual(client.results.get(0)?.value, value);
  });

  it("agree with each other after each Transition, whatever is written meanwhile", async () => {
    client.add(0, "numbers:counter", { name: "shared" });
    client.add(1, "numbers:doubled", { name: "shared" });
    await client.transition();
    const writer = await SyncConnection.connect(app.api);
    const before = client.results.get(0)?.value as number;
    for (let i = 0; i < 200; i++) writer.mutation(i, "numbers:increment", { name: "shared" });
    let seen = 0;
    await client.until(() => {
      for (; seen < client.transitions.length; seen++) {
        assert.equal(client.results.get(1)?.value, 2 * (client.results.get(0)?.value as number));
      }
      return client.results.get(0)?.value === before + 200;
    });
    await writer.close();
  });

  it("change with the document that they read, not with others of its table", async () => {
    const a = (await run("numbers:insert", { n: 1 })) as string;
    const b = (await run("numbers:insert", { n: 2 })) as string;
    client.add(0, "numbers:get", { id: a });
    await client.shows(0, null);
    assert.equal(await modificationsOf(() => run("numbers:annotate", { id: b, note: "b" })), 0);
    assert.equal(await modificationsOf(() => run("numbers:annotate", { id: a, note: "a" })), 1);
    assert.equal(client.results.get(0)?.value, "a");
  });

  it("change with what enters and leaves the range that they read, and with nothing else", async () => {
    for (const n of [1, 5]) await run("numbers:insert", { n });
    client.add(0, "numbers:between", { from: 1, to: 5 });
    await client.shows(0, [1, 5]);
    const runsBefore = app.events.filter(isRun("numbers.js:between")).length;
    assert.equal(await modificationsOf(() => run("numbers:insert", { n: 6 })), 0);
    assert.equal(app.events.filter(isRun("numbers.js:between")).length, runsBefore);
    assert.equal(await modificationsOf(() => run("numbers:insert", { n: 3 })), 1);
    assert.equal(await modificationsOf(() => run("numbers:move", { from: 3, to: 9 })), 1);
    assert.deepEqual(client.results.get(0)?.value, [1, 5]);
    assert.equal(await modificationsOf(() => run("numbers:move", { from: 9, to: 10 })), 0);
  });

  it("don't depend on rows behind the last one that they took", async () => {
    await run("numbers:insert", { n: 5 });
    client.add(0, "numbers:first");
    await client.shows(0, 5);
    assert.equal(await modificationsOf(() => run("numbers:insert", { n: 9 })), 0);
    assert.equal(await modificationsOf(() => run("numbers:insert", { n: 1 })), 1);
    assert.equal(client.results.get(0)?.value, 1);
  });

  it("depend on the absence of rows", async () => {
    client.add(0, "numbers:between", { from: 1, to: 5 });
    await client.shows(0, []);
    await run("numbers:insert", { n: 2 });
    await client.shows(0, [2]);
  });

  it("are not told again when they come out as before", async () => {
    const id = (await run("numbers:insert", { n: 1 })) as string;
    client.add(0, "numbers:above", { bound: 10 });
    await client.shows(0, []);
    const runs = (): number => app.events.filter(isRun("numbers.js:above")).length;
    const before = runs();
    assert.equal(await modificationsOf(() => run("numbers:insert", { n: 2 })), 0);
    assert.equal(await modificationsOf(() => run("numbers:annotate", { id, note: "x" })), 0);
    assert.equal(runs(), before + 2);
  });

  it("are told again when their console lines differ", async () => {
    client.add(0, "messages:withTime");
    const shown = await client.shows(0, true);
    assert.match(shown.logLines?.[0] ?? "", /^\[LOG\] \d+$/);
    assert.equal(await modificationsOf(() => run("messages:send", { body: "a" })), 1);
    assert.notDeepEqual(client.results.get(0)?.logLines, shown.logLines);
  });

  it("fail and recover with what they read", async () => {
    client.add(0, "messages:failsWhileOff");
    await client.fails(0, /Uncaught Error: off/);
    await run("messages:switchOn");
    await client.shows(0, "on");
  });

  it("that fail hold back no other", async () => {
    client.modify([
      { type: "Add", queryId: 0, udfPath: "messages:throws", args: [{}] },
      { type: "Add", queryId: 1, udfPath: "messages:list", args: [{}] },
    ]);
    const { modifications } = await client.transition();
    assert.deepEqual(
      modifications.map(({ type }) => type),
      ["QueryFailed", "QueryUpdated"],
    );
  });

  it("reach every socket that has them", async () => {
    const other = await SyncConnection.connect(app.api);
    for (const each of [client, other]) {
      each.add(0, "messages:list");
      await each.shows(0, []);
    }
    await run("messages:send", { body: "a" });
    await Promise.all([client.shows(0, ["a"]), other.shows(0, ["a"])]);
    await other.close();
  });

  it("run once for all sockets that have them", async () => {
    const runs = (): number => app.events.filter(isRun("messages.js:random")).length;
    const before = runs();
    const clients = await Promise.all(Array.from({ length: 50 }, () => SyncConnection.connect(app.api)));
    await Promise.all(
      clients.map(async (each) => {
        each.add(0, "messages:random");
        await each.transition();
      }),
    );
    assert.equal(runs(), before + 1);
    await run("messages:send", { body: "a" });
    await Promise.all(clients.map((each) => each.transition()));
    assert.equal(runs(), before + 2);
    // It gives another number each time that it runs.
    assert.equal(new Set(clients.map((each) => each.results.get(0)?.value)).size, 1);
    await Promise.all(clients.map((each) => each.close()));
  });

  it("answer calls over HTTP too, which never miss what was acknowledged before", async () => {
    client.add(0, "numbers:counter", { name: "http" });
    client.add(1, "messages:random");
    await client.until(() => client.results.size === 2);
    const runs = app.events.filter(isRun("messages.js:random")).length;
    assert.equal(await publicQuery("messages:random", {}), client.results.get(1)?.value);
    assert.equal(app.events.filter(isRun("messages.js:random")).length, runs);
    for (let i = 1; i <= 100; i++) {
      await run("numbers:increment", { name: "http" });
      assert.equal(await publicQuery("numbers:counter", { name: "http" }), i);
    }
    await client.shows(0, 100);
    await client.settle();
    const before = app.events.filter(isRun("numbers.js:counter")).length;
    for (let i = 0; i < 20; i++) assert.equal(await publicQuery("numbers:counter", { name: "http" }), 100);
    assert.equal(app.events.filter(isRun("numbers.js:counter")).length, before);
  });

  it("depend on the variables that they read, set or not, and on no others", async () => {
    client.add(0, "messages:variable");
    await client.shows(0, null);
    const runs = (): number => app.events.filter(isRun("messages.js:variable")).length;
    const before = runs();
    assert.equal(await modificationsOf(() => app.setVariable("SYNC_Y", "y")), 0);
    assert.equal(runs(), before);
    await app.setVariable("SYNC_X", "x");
    await client.shows(0, "x");
    await app.setVariable("SYNC_X", null);
    await client.shows(0, null);
  });

  it("come in fewer and larger steps to a reader that does not read", async () => {
    const slow = await SyncConnection.connect(app.api);
    slow.add(0, "numbers:bulky", { name: "slow" });
    await slow.transition();
    slow.socket.pause();
    for (let i = 0; i < 300; i++) client.mutation(i, "numbers:increment", { name: "slow" });
    await client.response(299);
    slow.socket.resume();
    await slow.until(() => (slow.results.get(0)?.value as [number] | undefined)?.[0] === 300);
    // Besides what the system's own buffers hold, two.
    assert.ok(slow.transitions.length < 100, `${slow.transitions.length} Transitions`);
    await slow.close();
  });

  it("come in pieces to clients that can join them where they are long, and whole to others", async () => {
    const [pieces, older, unnamed] = await Promise.all(
      ["/api/1.28.0/sync", "/api/1.27.0/sync", "/api/sync"].map((path) =>
        SyncConnection.open(app.api, { path }),
      ),
    );
    for (const connection of [pieces!, older!, unnamed!]) {
      connection.sendConnect();
      connection.add(0, "messages:large", { length: 6_000_000 });
      const [modification] = (await connection.transition()).modifications;
      assert.equal(modification?.value, "é".repeat(6_000_000));
    }
    const counts = [pieces!, older!, unnamed!].map(
      ({ messages }) => messages.filter(({ type }) => type === "TransitionChunk").length,
    );
    assert.deepEqual(counts, [3, 0, 0]);
    const chunks = pieces!.messages.filter(({ type }) => type === "TransitionChunk");
    for (const chunk of chunks) assert.ok(Buffer.byteLength(chunk["chunk"] as string) <= 5_000_000);
    await Promise.all([pieces!, older!, unnamed!].map((connection) => connection.close()));
  });

  it("are let go of with the socket", async () => {
    const other = await SyncConnection.connect(app.api);
    other.add(0, "messages:random");
    await other.transition();
    await other.close();
    await client.settle();
    const runs = app.events.filter(isRun("messages.js:random")).length;
    await run("messages:send", { body: "a" });
    await client.settle();
    assert.equal(app.events.filter(isRun("messages.js:random")).length, runs);
  });
});

function isRun(identifier: string): (event: DeployedApp["events"][number]) => boolean {
  return (event) => event.type === "end" && !event.isCached && event.identifier === identifier;
}
