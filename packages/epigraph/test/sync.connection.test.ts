import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { sendRaw } from "../src/server/testing/test-server.ts";
import { DEFAULT_SESSIONS_LIMITS } from "../src/sync/sessions.ts";
import { DeployedApp } from "./support/deployed-app.ts";
import { fixture } from "./support/start-app.ts";
import { SyncConnection, timestamp } from "./support/sync-connection.ts";

const UPGRADE: readonly string[] = [
  "Host: localhost",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
const without = (name: string): readonly string[] => UPGRADE.filter((line) => !line.startsWith(name));

describe("a socket of the sync protocol", () => {
  let app: DeployedApp;
  before(async () => {
    app = await DeployedApp.start({
      copyOf: fixture("sync"),
      limits: {
        sync: { ...DEFAULT_SESSIONS_LIMITS, pingAfterMs: 150, silenceMs: 3000, webSocketPingMs: 100 },
      },
    });
  });
  after(() => app[Symbol.asyncDispose]());

  for (const path of ["/api/1.48.0/sync", "/api/sync", "//api/1.48.0/sync", "/api/1.29.0-alpha.1/sync"]) {
    it(`opens on ${path}, without a subprotocol`, async () => {
      const connection = await SyncConnection.open(app.api, { path });
      assert.equal(connection.socket.protocol, "");
      connection.sendConnect();
      connection.modify([]);
      await connection.transition();
      await connection.close();
    });
  }

  const refusals: readonly (readonly [
    what: string,
    request: string,
    headers: readonly string[],
    code: string,
  ])[] = [
    ["a version that is none", "GET /api/banana/sync", UPGRADE, "InvalidVersion"],
    [
      "a client without a version",
      "GET /api/sync",
      [...UPGRADE, "Convex-Client: banana"],
      "InvalidClientVersion",
    ],
    ["a version of long ago", "GET /api/0.19.1/sync", UPGRADE, "ClientVersionUnsupported"],
    ["another method", "POST /api/1.48.0/sync", [...UPGRADE, "Content-Length: 0"], "MethodNotGet"],
    [
      "no wish to upgrade",
      "GET /api/1.48.0/sync",
      ["Host: localhost", "Connection: close"],
      "InvalidConnectionHeader",
    ],
    [
      "an upgrade to something else",
      "GET /api/1.48.0/sync",
      [...without("Upgrade"), "Upgrade: h2c"],
      "InvalidUpgradeHeader",
    ],
    ["no key", "GET /api/1.48.0/sync", without("Sec-WebSocket-Key"), "WebSocketKeyHeaderMissing"],
    [
      "another version of WebSockets",
      "GET /api/1.48.0/sync",
      [...without("Sec-WebSocket-Version"), "Sec-WebSocket-Version: 8"],
      "InvalidWebSocketVersionHeader",
    ],
  ];
  for (const [what, request, headers, code] of refusals) {
    it(`is refused to a request with ${what}: ${code}`, async () => {
      const answer = await sendRaw(app.api, `${request} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`, {
        end: true,
      });
      assert.match(answer, /^HTTP\/1\.1 400 /);
      const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4)) as { code: string };
      assert.equal(body.code, code);
      assert.equal(
        /x-convex-deprecation-state: Unsupported/i.test(answer),
        code === "ClientVersionUnsupported",
      );
    });
  }

  it("is not what an upgrade on other paths leads to: those are answered as ever", async () => {
    const headers = "Host: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c";
    const answer = await sendRaw(app.api, `GET /version HTTP/1.1\r\n${headers}\r\n\r\n`, { end: true });
    assert.match(answer, /^HTTP\/1\.1 200 OK/);
  });

  it("works for a client that offers compression", async () => {
    const connection = await SyncConnection.open(app.api, { perMessageDeflate: true });
    connection.sendConnect();
    connection.add(0, "messages:large", { length: 100_000 });
    const [modification] = (await connection.transition()).modifications;
    assert.equal(modification?.value, "é".repeat(100_000));
    await connection.close();
  });

  it("says nothing to Connect but a Ping after a while, and again and again", async () => {
    const connection = await SyncConnection.connect(app.api);
    await connection.until(() => connection.messages.length >= 3);
    assert.deepEqual(connection.messages.slice(0, 3), [{ type: "Ping" }, { type: "Ping" }, { type: "Ping" }]);
    await connection.close();
  });

  it("answers WebSocket pings and sends its own", async () => {
    const connection = await SyncConnection.connect(app.api);
    connection.socket.ping();
    await connection.until(() => {
      connection.send({ type: "Event", eventType: "x", event: null });
      return connection.messages.length > 0;
    });
    assert.equal(connection.pongs, 1);
    assert.ok(connection.pings > 0);
    await connection.close();
  });

  it("is closed when the client gives no sign of life", async () => {
    const connection = await SyncConnection.open(app.api, { autoPong: false });
    connection.sendConnect();
    // The server does not wait for an answer to its closing frame.
    const { code } = await connection.closed;
    assert.ok(code === 1000 || code === 1006, String(code));
  });

  it("answers an empty query set with an empty Transition", async () => {
    const connection = await SyncConnection.connect(app.api);
    connection.modify([]);
    const { startVersion, endVersion, modifications } = await connection.transition();
    assert.deepEqual(startVersion, { querySet: 0, identity: 0, ts: "AAAAAAAAAAA=" });
    assert.deepEqual([endVersion.querySet, endVersion.identity, modifications], [1, 0, []]);
    const nowNs = BigInt(Date.now()) * 1_000_000n;
    const distance = timestamp(endVersion.ts) - nowNs;
    assert.ok(distance < 60_000_000_000n && distance > -120_000_000_000n, String(distance));
    await connection.close();
  });

  it("tells how far the client's clock is off, and its own time", async () => {
    const connection = await SyncConnection.open(app.api);
    connection.sendConnect({ clientTs: Date.now() - 60_000 });
    connection.modify([]);
    const { clientClockSkew, serverTs } = await connection.transition();
    assert.ok(Math.abs((clientClockSkew as number) + 60_000) < 5_000, String(clientClockSkew));
    assert.ok(Math.abs(serverTs / 1e6 - Date.now()) < 5_000, String(serverTs));
    await connection.close();
  });

  it("does not tell how far it is off to a client that has no clock", async () => {
    const connection = await SyncConnection.open(app.api);
    connection.sendConnect({ clientTs: undefined });
    connection.modify([]);
    assert.equal((await connection.transition()).clientClockSkew, null);
    await connection.close();
  });

  it("overlooks fields and events that it does not know", async () => {
    const connection = await SyncConnection.open(app.api);
    const more = { extra: { deep: [1] } };
    connection.sendConnect(more);
    connection.send({ type: "Event", eventType: "Banana", event: { a: 1 }, ...more });
    connection.send({ type: "Authenticate", baseVersion: 0, tokenType: "None", ...more });
    connection.send({
      type: "ModifyQuerySet",
      baseVersion: 0,
      newVersion: 1,
      modifications: [{ type: "Add", queryId: 0, udfPath: "messages:list", args: [{}], ...more }],
      ...more,
    });
    const nothing = { udfPath: "messages:nothing", args: [{}], ...more };
    connection.send({ type: "Mutation", requestId: 0, ...nothing });
    await connection.shows(0, []);
    assert.equal((await connection.response(0)).result, "nothing");
    await connection.close();
  });

  const faults: readonly (readonly [what: string, text: string])[] = [
    ["what is no JSON", "{"],
    ["what is no object", "[]"],
    ["an unknown type", '{"type":"Banana"}'],
    ["a session that is no UUID", '{"type":"Connect","sessionId":"x","connectionCount":0,"clientTs":0}'],
    ["a missing field", '{"type":"Mutation","requestId":0,"udfPath":"messages:send"}'],
    ["a field of another type", '{"type":"Mutation","requestId":"0","udfPath":"messages:send","args":[]}'],
    ["a number that is too large", '{"type":"Mutation","requestId":4294967296,"udfPath":"a:b","args":[]}'],
    ["a path with a hyphen", '{"type":"Mutation","requestId":0,"udfPath":"a-b:c","args":[{}]}'],
    ["a path with an extension", '{"type":"Action","requestId":0,"udfPath":"x.ts:y","args":[{}]}'],
    [
      "an admin who acts as nobody",
      '{"type":"Authenticate","baseVersion":0,"tokenType":"Admin","value":"k","impersonating":{"name":"x"}}',
    ],
  ];
  for (const [what, text] of faults) {
    it(`ends with a FatalError for ${what}`, async () => {
      const connection = await SyncConnection.connect(app.api);
      connection.socket.send(text);
      assert.equal((await connection.closed).code, 1005);
      const last = connection.messages.at(-1);
      assert.equal(last?.type, "FatalError");
      assert.match(last?.["error"] as string, /^Received Invalid JSON on websocket: ./);
    });
  }

  it("ends with 1011 for a binary message", async () => {
    const connection = await SyncConnection.connect(app.api);
    connection.socket.send(Buffer.from("{}"), { binary: true });
    assert.deepEqual(await connection.closed, { code: 1011, reason: "InternalServerError" });
  });

  it("ends with 1011 for a client that comes from the future", async () => {
    const connection = await SyncConnection.open(app.api);
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(Date.now() + 3_600_000) * 1_000_000n);
    connection.sendConnect({ maxObservedTimestamp: bytes.toString("base64") });
    assert.deepEqual(await connection.closed, { code: 1011, reason: "InternalServerError" });
  });

  it("goes on for a client that has seen the newest there is", async () => {
    const first = await SyncConnection.connect(app.api);
    await first.settle();
    const second = await SyncConnection.open(app.api);
    second.sendConnect({ maxObservedTimestamp: first.version.ts });
    await second.settle();
    await Promise.all([first.close(), second.close()]);
  });
});
