import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
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

describe("failures over a socket", () => {
  const head = /^\[Request ID: [0-9a-f]{16}\] Server Error\n/;

  it("have a request id, the error and its frames, in queries, mutations and actions", async () => {
    client.add(0, "messages:throws");
    client.mutation(0, "messages:failing", { body: "a" });
    client.action(1, "messages:failingAction");
    const query = await client.fails(0, /./);
    const [mutation, action] = [await client.response(0), await client.response(1)];
    for (const text of [query.errorMessage, mutation.result, action.result] as string[]) {
      assert.match(text, head);
      assert.match(text, /\nUncaught Error: x\n {4}at .*messages\.ts:\d+:\d+\)?\n/);
    }
    for (const failure of [query, mutation, action]) assert.ok(!("errorData" in failure));
    assert.equal(mutation.ts, null);
    assert.ok(!("ts" in action));
  });

  it("bring the data of a ConvexError, null too", async () => {
    client.add(0, "messages:throwsData", { data: { n: { $integer: "BQAAAAAAAAA=" } } });
    client.add(1, "messages:throwsData", { data: null });
    const failure = await client.fails(0, /Uncaught ConvexError/);
    assert.deepEqual(failure.errorData, { n: { $integer: "BQAAAAAAAAA=" } });
    const empty = await client.fails(1, /Uncaught ConvexError/);
    assert.ok("errorData" in empty && empty.errorData === null);
  });

  it("of a mutation have the same id each time that it is sent", async () => {
    client.mutation(0, "messages:failing", { body: "a" });
    const first = await client.response(0);
    const id = createHash("sha256").update(`${client.sessionId}|0`).digest("hex").slice(0, 16);
    assert.ok((first.result as string).startsWith(`[Request ID: ${id}] `));
    const other = await SyncConnection.connect(app.api, client.sessionId);
    other.mutation(0, "messages:failing", { body: "a" });
    assert.equal((await other.response(0)).result, first.result);
    await other.close();
  });

  it("have the id of the known session", async () => {
    const known = await SyncConnection.connect(app.api, "00000000-0000-4000-8000-000000000000");
    known.mutation(0, "messages:failing", { body: "a" });
    assert.match((await known.response(0)).result as string, /^\[Request ID: 21b6a12b5b8a3df1\] /);
    await known.close();
  });

  it("say what a function is that is called as another kind", async () => {
    client.mutation(0, "messages:list");
    assert.match(
      (await client.response(0)).result as string,
      /\nTrying to execute messages\.js:list as Mutation, but it is defined as Query\.\n$/,
    );
  });

  it("don't tell an internal function from one that is not there", async () => {
    client.mutation(0, "messages:secret", { body: "a" });
    client.mutation(1, "messages:missing", { body: "a" });
    client.add(0, "nowhere:at_all");
    const texts = [await client.response(0), await client.response(1)].map(({ result }) =>
      (result as string).replace(head, ""),
    );
    assert.deepEqual(texts, [
      "Could not find public function for 'messages:secret'.\n",
      "Could not find public function for 'messages:missing'.\n",
    ]);
    await client.fails(0, /Could not find public function for 'nowhere:at_all'\.\n$/);
  });

  it("say what is wrong with the arguments", async () => {
    client.send({ type: "Mutation", requestId: 0, udfPath: "messages:send", args: {} });
    client.send({ type: "Mutation", requestId: 1, udfPath: "messages:send", args: [1, 2] });
    client.send({ type: "Action", requestId: 2, udfPath: "messages:wait", args: 5 });
    client.mutation(3, "messages:send", { body: 1 });
    client.mutation(4, "messages:send", { body: { $bogus: 1 } });
    await client.response(4);
    const texts = await Promise.all(
      [0, 1, 2, 3, 4].map(async (id) => (await client.response(id)).result as string),
    );
    assert.match(texts[0]!, /\nInvalid arguments provided\n$/);
    assert.match(
      texts[1]!,
      /\nArgumentValidationError: Expected to receive a single object as the function's argument\. Instead received 2 arguments/,
    );
    assert.match(texts[2]!, /\nInvalid arguments provided\n$/);
    assert.match(texts[3]!, /\nArgumentValidationError: /);
    assert.match(texts[4]!, /\nInvalid arguments for messages\.js:send: /);
  });

  it("say that there is no such component", async () => {
    const fields = { udfPath: "messages:send", args: [{}], componentPath: "other" };
    client.send({ type: "Mutation", requestId: 0, ...fields });
    client.add(0, "messages:list", {}, { componentPath: "a/b" });
    const text = /\nCould not find public function for 'messages:send' in 'other'\.\n$/;
    assert.match((await client.response(0)).result as string, text);
    await client.fails(0, /Could not find public function for 'messages:list' in 'a\/b'\.\n$/);
  });
});

describe("console lines over a socket", () => {
  it("have their level, and at most 256 of them come", async () => {
    client.add(0, "messages:logs", {});
    client.add(1, "messages:logs", { count: 300 });
    await client.until(() => client.results.size === 2);
    assert.deepEqual(client.results.get(0)?.logLines, ["[LOG] 'a' 1", "[WARN] 'w'", "[ERROR] 'e'"]);
    const lines = client.results.get(1)?.logLines ?? [];
    assert.equal(lines.length, 256);
    assert.equal(lines.at(-1), "[ERROR] Log overflow (maximum 256). Remaining log lines omitted.");
  });
});

describe("who a socket is", () => {
  const user = { issuer: "https://issuer.test", subject: "u1", name: "Ada" };
  const identity = { ...user, tokenIdentifier: "https://issuer.test|u1" };

  it("is nobody at first, and nobody again after None, which counts", async () => {
    client.add(0, "messages:whoami");
    await client.shows(0, null);
    client.authenticate({ tokenType: "Admin", value: app.adminKey, impersonating: user });
    await client.until(() => client.version.identity === 1);
    assert.deepEqual(client.results.get(0)?.value, identity);
    client.authenticate({ tokenType: "None" });
    await client.until(() => client.version.identity === 2);
    assert.equal(client.results.get(0)?.value, null);
  });

  it("shows in one Transition, which says nothing of queries that don't look", async () => {
    client.add(0, "messages:list");
    client.add(1, "messages:whoami");
    await client.until(() => client.results.size === 2);
    client.authenticate({ tokenType: "Admin", value: app.adminKey, acting_as: user });
    const transition = await client.until(() =>
      client.transitions.find(({ endVersion }) => endVersion.identity === 1),
    );
    assert.deepEqual(
      transition.modifications.map(({ queryId, value }) => [queryId, value]),
      [[1, identity]],
    );
  });

  it("is told where there are no queries, too", async () => {
    client.authenticate({ tokenType: "None" });
    assert.equal((await client.transition()).endVersion.identity, 1);
  });

  it("counts for a mutation as it was when that came", async () => {
    const admin = { tokenType: "Admin", value: app.adminKey, impersonating: user };
    client.mutation(0, "messages:whoamiNow");
    client.authenticate(admin);
    client.mutation(1, "messages:whoamiNow");
    assert.equal((await client.response(0)).result, null);
    assert.deepEqual((await client.response(1)).result, identity);
  });

  it("may be an admin, who calls internal functions", async () => {
    client.authenticate({ tokenType: "Admin", value: app.adminKey });
    client.mutation(0, "messages:secret", { body: "a" });
    assert.equal((await client.response(0)).result, "secret");
  });

  it("never shares results with somebody else", async () => {
    const other = await SyncConnection.connect(app.api);
    for (const [each, subject] of [
      [client, "one"],
      [other, "two"],
    ] as const) {
      const impersonating = { issuer: "https://issuer.test", subject };
      each.authenticate({ tokenType: "Admin", value: app.adminKey, impersonating });
      each.add(0, "messages:whoami");
    }
    for (const [each, subject] of [
      [client, "one"],
      [other, "two"],
    ] as const) {
      const { value } = await each.until(() => each.results.get(0));
      assert.equal((value as { readonly subject: string }).subject, subject);
    }
    await other.close();
  });

  it("is refused with the version of the last Transition, and what follows is not answered", async () => {
    const other = await SyncConnection.connect(app.api);
    other.authenticate({ tokenType: "None" });
    await other.transition();
    other.authenticate({ tokenType: "Admin", value: "epigraph|nonsense" });
    other.modify([]);
    assert.equal((await other.closed).code, 1005);
    assert.deepEqual(other.messages.at(-1), {
      type: "AuthError",
      error: "The provided admin key was invalid for this instance",
      baseVersion: 1,
      authUpdateAttempted: true,
    });
  });

  it("is refused for a token that is none", async () => {
    const other = await SyncConnection.connect(app.api);
    other.authenticate({ tokenType: "User", value: "nonsense" });
    assert.equal((await other.closed).code, 1005);
    const { type, baseVersion, authUpdateAttempted, error } = other.messages.at(-1) as Record<
      string,
      unknown
    >;
    assert.deepEqual([type, baseVersion, authUpdateAttempted], ["AuthError", 0, true]);
    assert.match(
      error as string,
      /^Could not parse JWT payload\. Check that the token is a valid JWT format/,
    );
  });

  it("has a version: a wrong one ends the socket", async () => {
    const other = await SyncConnection.connect(app.api);
    other.send({ type: "Authenticate", baseVersion: 1, tokenType: "None" });
    assert.deepEqual(await other.closed, { code: 1011, reason: "InternalServerError" });
  });

  it("does not matter to a session's requests", async () => {
    const sessionId = randomUUID();
    const one = await SyncConnection.connect(app.api, sessionId);
    one.mutation(0, "messages:whoamiNow");
    const first = await one.response(0);
    one.authenticate({ tokenType: "Admin", value: app.adminKey, impersonating: user });
    const two = await SyncConnection.connect(app.api, sessionId);
    two.authenticate({ tokenType: "Admin", value: app.adminKey, impersonating: user });
    two.mutation(0, "messages:whoamiNow");
    assert.deepEqual(await two.response(0), first);
    await Promise.all([one.close(), two.close()]);
  });
});
