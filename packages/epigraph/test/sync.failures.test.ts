import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { DeployedApp } from "./support/deployed-app.ts";
import { fixture } from "./support/start-app.ts";
import { SyncConnection } from "./support/sync-connection.ts";

let app: DeployedApp;
let client: SyncConnection;
before(async () => {
  app = await DeployedApp.start({ copyOf: fixture("sync") });
});
after(() => app[Symbol.asyncDispose]());
beforeEach(async () => {
  client = await SyncConnection.connect(app.api);
});
afterEach(() => client.close());

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

describe("failures over a socket, where errors are redacted", () => {
  it("show the request's id and the data of a ConvexError, and no console lines come", async () => {
    await using redacted = await DeployedApp.start({ copyOf: fixture("sync"), redactErrors: true });
    const other = await SyncConnection.connect(redacted.api);
    other.add(0, "messages:throwsData", { data: { a: 1 } });
    other.add(1, "messages:logs", {});
    other.mutation(0, "messages:failing", { body: "a" });
    const failure = await other.fails(0, /^\[Request ID: [0-9a-f]{16}\] Server Error$/);
    assert.deepEqual(failure.errorData, { a: 1 });
    await other.until(() => other.results.has(1));
    assert.deepEqual(other.results.get(1)?.logLines, []);
    assert.match((await other.response(0)).result as string, /^\[Request ID: [0-9a-f]{16}\] Server Error$/);
    await other.close();
  });
});
