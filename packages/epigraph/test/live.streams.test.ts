import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { CustomJwt } from "./support/custom-jwt.ts";
import { DeployedApp } from "./support/deployed-app.ts";
import { EventReader, type ReadOptions } from "./support/event-reader.ts";
import { fixture } from "./support/start-app.ts";

const jwt = new CustomJwt();
let app: DeployedApp;
before(async () => {
  app = await DeployedApp.start({
    copyOf: fixture("live"),
    files: { "convex/auth.config.ts": jwt.authConfig },
  });
});
after(() => app[Symbol.asyncDispose]());

function target(path: string, args: object, more = ""): string {
  return `/api/live?path=${path}&args=${encodeURIComponent(JSON.stringify(args))}${more}`;
}

function open(path: string, args: object = {}, options?: ReadOptions): Promise<EventReader> {
  return EventReader.open(app.api, target(path, args), options);
}

function send(channel: string, body: string): Promise<unknown> {
  return app.run("mutation", "messages:send", { channel, body });
}

function runsOf(path: string): number {
  return app.events.filter((event) => event.type === "end" && !event.isCached && event.identifier === path)
    .length;
}

describe("a stream of a query's results", () => {
  it("has the result at once, in a head that says what it is", async () => {
    await send("head", "hi");
    await using reader = await open(
      "messages:list",
      { channel: "head" },
      {
        headers: { origin: "https://page.example" },
      },
    );
    assert.equal(reader.status, 200);
    for (const [name, value] of [
      ["content-type", "text/event-stream"],
      ["cache-control", "no-store"],
      ["x-accel-buffering", "no"],
      ["access-control-allow-origin", "https://page.example"],
      ["access-control-allow-credentials", "true"],
    ] as const) {
      assert.equal(reader.headers.get(name), value);
    }
    const { event, id, data } = await reader.next();
    assert.deepEqual([event, JSON.parse(data)], ["message", { status: "success", value: ["hi"] }]);
    assert.match(id ?? "", /^[\w-]{24}$/);
    assert.equal(reader.retryMs, 1000);
  });

  it("has one event for each result that differs, and none for others", async () => {
    await using list = await open("messages:list", { channel: "differs" });
    await using isAny = await open("messages:isAny", { channel: "differs" });
    assert.deepEqual([await list.nextValue(), await isAny.nextValue()], [[], false]);
    await send("another", "not here");
    await send("differs", "a");
    assert.deepEqual([await list.nextValue(), await isAny.nextValue()], [["a"], true]);
    await send("differs", "b");
    assert.deepEqual(await list.nextValue(), ["a", "b"]);
    // Run again for it, and found to be the same.
    assert.equal(isAny.events.length, 2);
    assert.equal(list.events.length, 3);
    assert.equal(new Set(list.events.map(({ id }) => id)).size, 3);
  });

  it("sends a reader that comes back nothing that it has had already", async () => {
    const first = await open("messages:list", { channel: "resumed" });
    await first.next();
    await send("resumed", "a");
    const { id, data } = await first.next();
    await first[Symbol.asyncDispose]();
    const headers = { "last-event-id": id as string };
    await using current = await open("messages:list", { channel: "resumed" }, { headers });
    await using fresh = await open("messages:list", { channel: "resumed" });
    assert.equal((await fresh.next()).id, id);
    assert.deepEqual(current.events, []);
    await send("resumed", "b");
    assert.deepEqual(await current.nextValue(), ["a", "b"]);
    await using late = await open("messages:list", { channel: "resumed" }, { headers });
    assert.deepEqual(await late.nextValue(), ["a", "b"]);
    assert.deepEqual(JSON.parse(data), { status: "success", value: ["a"] });
  });

  it("tells of a failure of the function, and goes on", async () => {
    await using reader = await open("messages:switched", { channel: "x" });
    const failure = await reader.next();
    assert.equal(failure.event, "failure");
    const { errorMessage, ...rest } = JSON.parse(failure.data) as Record<string, unknown>;
    assert.match(
      errorMessage as string,
      /^\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught ConvexError: /,
    );
    assert.deepEqual(rest, { status: "error", errorData: { isOff: true, big: "5" } });
    // Another run fails, and reads the same but for the id of its request.
    await send("x", "a");
    await app.run("mutation", "messages:switchOn");
    assert.equal(typeof (await reader.nextValue()), "number");
    assert.equal(reader.events.length, 2);
  });

  it("waits for a function that is not there yet", async () => {
    await using reader = await open("later:hello");
    const { event, data } = await reader.next();
    assert.equal(event, "failure");
    assert.match(data, /Could not find public function for 'later:hello'/);
    await app.push({
      "convex/later.ts": `import { query } from "./_generated/server";
export const hello = query({ args: {}, handler: () => "hello" });`,
    });
    assert.equal(await reader.nextValue(), "hello");
  });

  it("writes values in the format that it is asked for", async () => {
    const answers = await Promise.all(
      ["", "&format=json", "&format=convex_encoded_json", "&format=export_json"].map(async (more) => {
        await using reader = await EventReader.open(app.api, target("messages:types", {}, more));
        return (await reader.next()).data;
      }),
    );
    const clean = String.raw`{"status":"success","value":{"big":"5","lines":"a\r\nb"},"logLines":["[LOG] 'seen'"]}`;
    assert.deepEqual(answers, [
      clean,
      clean,
      clean.replace('"5"', '{"$integer":"BQAAAAAAAAA="}'),
      clean.replace('"5"', "5"),
    ]);
  });

  it("runs the query once for all who read it", async () => {
    const readers = await Promise.all(
      Array.from({ length: 20 }, () => open("messages:padded", { channel: "shared", length: 5 })),
    );
    for (const reader of readers) await reader.next();
    const runs = runsOf("messages.js:padded");
    await send("shared", "a");
    for (const reader of readers) assert.deepEqual(await reader.nextValue(), { count: 1, padding: "xxxxx" });
    assert.equal(runsOf("messages.js:padded"), runs + 1);
    for (const reader of readers) reader.socket.destroy();
  });

  it("shows what an HTTP action wrote before the reader asked", async () => {
    for (let i = 1; i <= 20; i++) {
      const body = JSON.stringify({ channel: "acted", body: String(i) });
      const posted = await fetch(`${app.api}/http/messages`, { method: "POST", body });
      assert.equal(posted.status, 201);
      await using reader = await open("messages:list", { channel: "acted" });
      assert.equal(((await reader.nextValue()) as unknown[]).length, i);
    }
  });
});

describe("who may read a stream", () => {
  it("is asked by header, as for /api/query", async () => {
    const bearer = { authorization: `Bearer ${jwt.token("ada")}` };
    const admin = { authorization: `Convex ${app.adminKey}` };
    await using nobody = await open("messages:whoami");
    await using ada = await open("messages:whoami", {}, { headers: bearer });
    assert.deepEqual([await nobody.nextValue(), await ada.nextValue()], [null, "ada"]);
    await using secret = await open("messages:secret", {}, { headers: admin });
    assert.equal(await secret.nextValue(), "secret");
    await using refused = await open("messages:secret", {}, { headers: bearer });
    assert.equal((await refused.next()).event, "failure");
  });

  it("gets no stream with credentials that are no good", async () => {
    for (const [authorization, status, code] of [
      ["Bearer x.y.z", 401, "InvalidAuthHeader"],
      ["Convex other|00", 401, "BadAdminKey"],
      ["Basic abc", 400, "InvalidAdminKey"],
    ] as const) {
      await using reader = await open("messages:whoami", {}, { headers: { authorization } });
      await reader.until(() => reader.body !== "", "a body");
      assert.deepEqual([reader.status, JSON.parse(reader.body).code], [status, code]);
    }
  });

  it("loses it when the token expires, and is told so", async () => {
    // It is taken for five seconds longer than it says.
    const authorization = `Bearer ${jwt.token("bea", -3_000)}`;
    await using reader = await open("messages:whoami", {}, { headers: { authorization } });
    assert.equal(await reader.nextValue(), "bea");
    const { event, data } = await reader.next();
    assert.deepEqual(
      [event, JSON.parse(data)],
      ["end", { code: "Unauthenticated", message: "Convex token identity expired" }],
    );
    await reader.until(() => reader.isComplete, "the last chunk");
  });
});

describe("a request for a stream that is none", () => {
  for (const [what, query, code] of [
    ["no path", "args={}", "BadQueryArgs"],
    ["no arguments", "path=messages:list", "BadQueryArgs"],
    ["arguments that are no JSON", "path=messages:list&args={", "BadQueryArgs"],
    ["arguments that are no object", "path=messages:list&args=1", "BadJsonBody"],
    ["a malformed path", "path=/messages&args={}", "BadConvexFunctionIdentifier"],
    ["an unknown format", "path=messages:list&args={}&format=xml", "BadFormat"],
  ] as const) {
    it(`is answered with 400 for ${what}`, async () => {
      const answer = await fetch(`${app.api}/api/live?${query}`);
      assert.deepEqual([answer.status, ((await answer.json()) as { code: string }).code], [400, code]);
    });
  }

  it("is answered with 405 for a POST", async () => {
    const answer = await fetch(`${app.api}${target("messages:list", {})}`, { method: "POST" });
    assert.deepEqual([answer.status, answer.headers.get("allow")], [405, "GET,HEAD"]);
  });
});
