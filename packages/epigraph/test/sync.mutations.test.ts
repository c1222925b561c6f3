import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { DEFAULT_SESSIONS_LIMITS } from "../src/sync/sessions.ts";
import { DeployedApp } from "./support/deployed-app.ts";
import { fixture } from "./support/start-app.ts";
import { SyncConnection, timestamp } from "./support/sync-connection.ts";

let app: DeployedApp;
let client: SyncConnection;
before(async () => {
  app = await DeployedApp.start({
    copyOf: fixture("sync"),
    limits: { sync: { ...DEFAULT_SESSIONS_LIMITS, queuedMutations: 300, runningActions: 20 } },
  });
});
after(() => app[Symbol.asyncDispose]());
beforeEach(async () => {
  await app.run("mutation", "messages:clear");
  client = await SyncConnection.connect(app.api);
});
afterEach(() => client.close());

const list = (): Promise<unknown> => app.run("query", "messages:list");
const names = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

describe("mutations over a socket", () => {
  it("are answered before the Transition that shows them, which is not older", async () => {
    client.add(0, "messages:list");
    await client.shows(0, []);
    client.mutation(0, "messages:send", { body: "a" });
    await client.shows(0, ["a"]);
    const response = await client.response(0);
    assert.deepEqual([response.success, response.result, response.logLines], [true, null, []]);
    const shown = client.messages.findIndex((message) => JSON.stringify(message).includes('["a"]'));
    assert.ok(client.messages.findIndex(({ type }) => type === "MutationResponse") < shown);
    assert.ok(timestamp(client.version.ts) >= timestamp(response.ts as string));
  });

  it("are followed by a Transition, where there is no query to show and nothing was written, too", async () => {
    client.mutation(0, "messages:nothing");
    const { ts, result } = await client.response(0);
    assert.equal(result, "nothing");
    const { endVersion, modifications } = await client.transition();
    assert.ok(timestamp(endVersion.ts) >= timestamp(ts as string));
    assert.deepEqual(modifications, []);
  });

  it("run in the order in which they came", async () => {
    for (const name of names(100)) client.mutation(Number(name), "messages:send", { body: name });
    await client.response(99);
    assert.deepEqual(await list(), names(100));
    const ids = client.messages.flatMap((message) =>
      message.type === "MutationResponse" ? [message["requestId"]] : [],
    );
    assert.deepEqual(ids, names(100).map(Number));
  });

  it("wait for the one before, however long that takes", async () => {
    client.mutation(0, "messages:slow", { body: "slow" });
    client.mutation(1, "messages:send", { body: "fast" });
    await client.response(1);
    assert.deepEqual(await list(), ["slow true", "fast"]);
  });

  it("that fail have no effect and stop no others", async () => {
    client.mutation(0, "messages:send", { body: "a" });
    client.mutation(1, "messages:failing", { body: "b" });
    client.mutation(2, "messages:send", { body: "c" });
    await client.response(2);
    assert.equal((await client.response(1)).success, false);
    assert.deepEqual(await list(), ["a", "c"]);
  });

  for (const [path, result] of [
    ["dir/deep", "default"],
    ["dir/deep.js", "default"],
    ["dir/deep:default", "default"],
    ["dir/deep.js:f", "deep"],
  ] as const) {
    it(`are found as ${path}`, async () => {
      client.mutation(0, path);
      assert.equal((await client.response(0)).result, result);
    });
  }

  it("of 20 sockets that fight over one document all take effect, once", async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, () => SyncConnection.connect(app.api)));
    await Promise.all(
      clients.map(async (each) => {
        for (let i = 0; i < 10; i++) each.mutation(i, "numbers:increment", { name: "storm" });
        for (let i = 0; i < 10; i++) assert.ok((await each.response(i)).success);
      }),
    );
    assert.equal(await app.run("query", "numbers:counter", { name: "storm" }), 200);
    await Promise.all(clients.map((each) => each.close()));
  });

  it("are too many when more wait than may", async () => {
    const other = await SyncConnection.connect(app.api);
    other.mutation(0, "messages:slow", { body: "slow" });
    for (let i = 1; i <= 301; i++) other.mutation(i, "messages:nothing");
    assert.deepEqual(await other.closed, { code: 1013, reason: "TooManyConcurrentMutations" });
    // What runs already goes on, and must not show in another test.
    client.add(0, "messages:list");
    await client.shows(0, ["slow true"]);
  });
});

describe("a mutation that is sent again", () => {
  it("is answered as before, on another socket too, with another function and other arguments too", async () => {
    client.mutation(0, "messages:sendLogged", { body: "a" });
    const first = await client.response(0);
    assert.match(first.logLines.join(), /^\[LOG\] 'sending' 'a' 0\.\d+$/);
    const other = await SyncConnection.connect(app.api, client.sessionId);
    other.mutation(0, "messages:sendLogged", { body: "b" });
    assert.deepEqual(await other.response(0), first);
    const { endVersion } = await other.transition();
    assert.ok(timestamp(endVersion.ts) >= timestamp(first.ts as string));
    assert.deepEqual(await list(), ["a"]);
    await other.close();
  });

  it("runs again where it failed", async () => {
    client.mutation(0, "messages:switched", { body: "a" });
    assert.equal((await client.response(0)).success, false);
    client.mutation(1, "messages:switchOn");
    await client.response(1);
    const other = await SyncConnection.connect(app.api, client.sessionId);
    other.mutation(0, "messages:switched", { body: "a" });
    assert.equal((await other.response(0)).result, "on");
    await other.close();
  });

  it("takes effect once where both are under way at the same time", async () => {
    const other = await SyncConnection.connect(app.api, client.sessionId);
    for (const each of [client, other]) each.mutation(0, "messages:send", { body: "a" });
    const [one, two] = await Promise.all([client.response(0), other.response(0)]);
    assert.equal(one.ts, two.ts);
    assert.deepEqual(await list(), ["a"]);
    await other.close();
  });

  it("takes effect each time where the client did not say who it is", async () => {
    const nameless = await SyncConnection.open(app.api);
    for (let i = 0; i < 2; i++) nameless.mutation(0, "messages:send", { body: "a" });
    await nameless.until(() => nameless.messages.filter(({ type }) => type === "MutationResponse")[1]);
    assert.deepEqual(await list(), ["a", "a"]);
    await nameless.close();
  });

  it("takes effect once, and in order, where the socket was lost right after it was sent", async () => {
    const lost = await SyncConnection.connect(app.api);
    for (const name of names(20)) lost.mutation(Number(name), "messages:send", { body: name });
    await lost.response(3);
    lost.socket.terminate();
    const again = await SyncConnection.connect(app.api, lost.sessionId);
    for (const name of names(20)) again.mutation(Number(name), "messages:send", { body: name });
    await again.response(19);
    assert.deepEqual(await list(), names(20));
    await again.close();
  });
});

describe("actions over a socket", () => {
  it("run side by side, and are answered as they end", async () => {
    client.action(0, "messages:wait", { ms: 400 });
    client.action(1, "messages:wait", { ms: 200 });
    client.action(2, "messages:wait", { ms: 0 });
    const { result, success } = await client.response(0);
    assert.deepEqual([result, success], [400, true]);
    const ids = client.messages.flatMap((message) =>
      message.type === "ActionResponse" ? [message["requestId"]] : [],
    );
    assert.deepEqual(ids, [2, 1, 0]);
    assert.ok(!("ts" in (await client.response(0))));
  });

  it("don't wait for mutations", async () => {
    for (let i = 0; i < 5; i++) client.mutation(i, "messages:slow", { body: "slow" });
    client.action(5, "messages:wait", { ms: 0 });
    await client.response(4);
    const types = client.messages.map((message) => message.type);
    assert.ok(types.indexOf("ActionResponse") < types.lastIndexOf("MutationResponse"));
  });

  it("go on when the socket is gone", async () => {
    const lost = await SyncConnection.connect(app.api);
    lost.action(0, "messages:wait", { ms: 300, body: "late" });
    client.add(0, "messages:list");
    await client.shows(0, []);
    lost.socket.terminate();
    await client.shows(0, ["late"]);
  });

  it("are too many when more run than may", async () => {
    const other = await SyncConnection.connect(app.api);
    for (let i = 0; i <= 20; i++) other.action(i, "messages:wait", { ms: 300 });
    assert.deepEqual(await other.closed, { code: 1013, reason: "TooManyInflightActionsForSingleClient" });
  });
});
