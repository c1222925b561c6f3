import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { ConvexError, type Value } from "convex/values";
import { fixture, startApp } from "./support/start-app.ts";

/** What the client has for tools, and does not declare. */
interface AdminClient extends ConvexHttpClient {
  setAdminAuth(key: string, actingAs?: object): void;
  function(path: string, componentPath: string | undefined, args: object): Promise<unknown>;
}

const list = makeFunctionReference<"query", Record<string, never>, string[]>("m:list");
const echo = makeFunctionReference<"query", { value: Value }, Value>("m:echo");
const fails = makeFunctionReference<"query", Record<string, never>>("m:fails");
const failsWith = makeFunctionReference<"query", { data: Value }>("m:failsWith");
const logs = makeFunctionReference<"query", Record<string, never>>("m:logs");
const who = makeFunctionReference<"query", Record<string, never>, { subject: string } | null>("m:who");
const secret = makeFunctionReference<"query", { text?: string }, string>("m:secret");
const send = makeFunctionReference<"mutation", { text: string }, null>("m:send");
const sendLater = makeFunctionReference<"action", { text: string }, string>("m:sendLater");

const app = await startApp({ copyOf: fixture("functions-api") });
after(() => app.stop());

function newClient(options: ConstructorParameters<typeof ConvexHttpClient>[1] = {}): AdminClient {
  return new ConvexHttpClient(app.api, { logger: false, ...options }) as AdminClient;
}

describe("the official HTTP client", () => {
  it("runs queries, mutations and actions", async () => {
    const client = newClient();
    assert.equal(await client.mutation(send, { text: "one" }), null);
    assert.deepEqual(await client.query(list, {}), ["one"]);
    assert.equal(await client.action(sendLater, { text: "later" }), "later");
  });

  it("gets back each kind of value as it was sent", async () => {
    const value = {
      int: 2n ** 63n - 1n,
      float: -0,
      nan: Number.NaN,
      infinity: -Infinity,
      bytes: new Uint8Array([0, 255]).buffer,
      nested: [null, true, "é\u{1f600}", { deep: [] }],
    };
    const answer = await newClient().query(echo, { value });
    assert.deepEqual(answer, value);
    assert.ok(Object.is((answer as { float: number }).float, -0));
  });

  for (const data of [{ a: 1n }, "text", null]) {
    it(`throws the ConvexError of a function with its data: ${JSON.stringify(data, (_, x) => (typeof x === "bigint" ? `${x}n` : x))}`, async () => {
      await assert.rejects(newClient().query(failsWith, { data }), (error) => {
        assert.ok(error instanceof ConvexError);
        assert.deepEqual(error.data, data);
        return true;
      });
    });
  }

  it("throws other errors of a function with text and place", async () => {
    await assert.rejects(newClient().query(fails, {}), (error) => {
      assert.ok(error instanceof Error && !(error instanceof ConvexError));
      assert.match(error.message, /Server Error\nUncaught Error: x\n {4}at .*m\.ts/);
      return true;
    });
  });

  it("throws the envelope of a refused request", async () => {
    const client = newClient({ auth: "garbage" });
    await assert.rejects(client.query(list, {}), /"InvalidAuthHeader"/);
  });

  it("prints the log lines of a function under its name and level", async () => {
    const lines: unknown[][] = [];
    const print = (...words: unknown[]): void => void lines.push(words);
    const logger = { logVerbose: print, log: print, warn: print, error: print };
    await newClient({ logger }).query(logs, {});
    const text = lines.map((words) => words.join(" ")).join("\n");
    assert.match(text, /\[CONVEX Q\(m:logs\)\] \[LOG\].*'hi' 1/);
    assert.match(text, /\[CONVEX Q\(m:logs\)\] \[WARN\]/);
  });

  it("reads all consistent queries at one instant", async () => {
    const client = newClient();
    const before = await client.consistentQuery(list, {});
    await client.mutation(send, { text: "newer" });
    assert.deepEqual(await client.consistentQuery(list, {}), before);
    assert.deepEqual(await client.query(list, {}), [...before, "newer"]);
  });
});

describe("the official HTTP client of an admin", () => {
  it("calls internal functions", async () => {
    const client = newClient();
    await assert.rejects(client.query(secret, {}), /Could not find public function for 'm:secret'/);
    client.setAdminAuth(app.adminKey);
    assert.equal(await client.query(secret, {}), "secret");
  });

  it("calls functions by name, of whichever kind", async () => {
    const client = newClient();
    client.setAdminAuth(app.adminKey);
    assert.equal(await client.function("m:secret", undefined, { text: "by name" }), "by name");
    assert.equal(await client.function("m:send", undefined, { text: "sent by name" }), null);
  });

  it("acts as a user", async () => {
    const client = newClient();
    client.setAdminAuth(app.adminKey, { issuer: "https://issuer", subject: "José" });
    assert.equal((await client.query(who, {}))?.subject, "José");
    client.clearAuth();
    assert.equal(await client.query(who, {}), null);
  });
});

describe("mutations of one client", () => {
  /** Sends two mutations at once; what happened on the wire, in order. */
  const wireOf = async (skipQueue: boolean): Promise<string[]> => {
    const events: string[] = [];
    const watchedFetch: typeof fetch = async (...request) => {
      events.push("sent");
      const response = await fetch(...request);
      await response.clone().text();
      events.push("answered");
      return response;
    };
    const client = newClient({ fetch: watchedFetch });
    const texts = ["first", "second"];
    await Promise.all(texts.map((text) => client.mutation(send, { text }, { skipQueue })));
    return events;
  };

  it("are sent one after the other's answer", async () =>
    assert.deepEqual(await wireOf(false), ["sent", "answered", "sent", "answered"]));

  it("are sent at once when they skip the queue", async () =>
    assert.deepEqual((await wireOf(true)).slice(0, 2), ["sent", "sent"]));
});
