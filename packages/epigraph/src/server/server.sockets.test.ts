// What a client may do with a connection, byte by byte.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { RawConnection } from "./testing/raw-connection.ts";
import { respondText, sendRaw, TestServer } from "./testing/test-server.ts";

const HEAD_TIMEOUT_MS = 300;

let server: TestServer;
before(async () => {
  server = await TestServer.start({
    limits: { requestHeadTimeoutMs: HEAD_TIMEOUT_MS, requestTimeoutMs: 1000, headTimeoutMs: 600 },
  });
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.functions.httpCalls.length = 0;
  server.functions.runHttpAction = (call) => respondText(`${call.method} ${call.path}`)(call);
});

const bothOrigins = (): readonly string[] => [server.api, server.site];
const close = "Connection: close\r\n";

describe("a client that is too slow", { concurrency: true }, () => {
  it("gets 408 when it sends nothing at all", async () => {
    for (const url of bothOrigins()) assert.match(await sendRaw(url, ""), /^HTTP\/1\.1 408 [\s\S]*\r\n\r\n$/);
  });

  it("gets 408 when it feeds its head drop by drop", async () => {
    for (const url of bothOrigins()) {
      const connection = new RawConnection(url);
      connection.send("GET /version HTTP/1.1\r\nHost: x\r\n");
      const drip = setInterval(() => connection.send("X-A: b\r\n"), 30);
      const answer = await connection.closed;
      clearInterval(drip);
      assert.match(answer, /^HTTP\/1\.1 408 /);
    }
  });

  it("gets 408 when its JSON does not come, and nothing runs", async () => {
    server.functions.calls.length = 0;
    const head =
      "POST /api/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n";
    const answer = await sendRaw(server.api, `${head}${close}\r\n{`);
    assert.match(answer, /^HTTP\/1\.1 408 [\s\S]*content-length: 0\r\n[\s\S]*\r\n\r\n$/i);
    assert.deepEqual(server.functions.calls, []);
  });

  it("has its connection broken when its body never ends, though it was answered", async () => {
    const head = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const connection = new RawConnection(server.site);
    connection.send(head);
    const drip = setInterval(() => connection.send("1\r\nx\r\n"), 30);
    const answer = await connection.closed;
    clearInterval(drip);
    assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*POST \/a$/);
  });
});

describe("a function that is too slow", () => {
  it("costs its caller a bare 408, and an HTTP action hears that the client is not there any more", async () => {
    const isDisconnected = Promise.withResolvers<void>();
    server.functions.runHttpAction = async ({ disconnect }) => {
      disconnect.listen(() => isDisconnected.resolve());
      await isDisconnected.promise;
      return { type: "notEnabled" };
    };
    const response = await fetch(`${server.site}/slow`);
    assert.deepEqual(
      [response.status, await response.text(), response.headers.get("content-length")],
      [408, "", "0"],
    );
    await isDisconnected.promise;
  });

  it("has no such limit once its head is out", async () => {
    server.functions.runHttpAction = () => ({
      type: "response",
      status: 200,
      headers: [],
      body: (async function* () {
        yield Buffer.from("begun, ");
        await new Promise((resolve) => setTimeout(resolve, 900));
        yield Buffer.from("done");
      })(),
    });
    assert.equal(await (await fetch(`${server.site}/slow`)).text(), "begun, done");
  });

  it("answers a function call with 408 and without CORS headers", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    server.functions.invokeFunction = async () => {
      await promise;
      return { status: "success", value: "null", logLines: [], ts: null };
    };
    const response = await server.post("/api/query", { path: "a:b", args: {} }, { Origin: "http://o" });
    resolve();
    assert.deepEqual([response.status, await response.text()], [408, ""]);
    assert.equal(response.headers.get("access-control-allow-origin"), null);
  });
});

describe("header lines", () => {
  const lines = (count: number): string => Array.from({ length: count }, (_, i) => `X-${i}: b\r\n`).join("");

  it("all arrive while they are at most a thousand", async () => {
    const answer = await sendRaw(server.site, `GET /a HTTP/1.1\r\nHost: x\r\n${close}${lines(998)}\r\n`);
    assert.match(answer, /^HTTP\/1\.1 200 /);
    const [call] = server.functions.httpCalls;
    assert.ok(call?.headers.some(([name]) => name === "x-997"));
  });

  it("are refused with 431 when they are more, without running anything", async () => {
    for (const url of bothOrigins()) {
      assert.match(
        await sendRaw(url, `GET /a HTTP/1.1\r\nHost: x\r\n${lines(2100)}\r\n`),
        /^HTTP\/1\.1 431 /,
      );
    }
    assert.deepEqual(server.functions.httpCalls, []);
  });
});

describe("one connection", () => {
  it("answers requests that come together one after the other, however long each takes", async () => {
    server.functions.runHttpAction = async (call) => {
      await new Promise((resolve) => setTimeout(resolve, call.path === "/1" ? 100 : 0));
      return respondText(`(${call.path})`)(call);
    };
    const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
    const post = "POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
    const answer = await sendRaw(server.site, get("/1") + post + get("/3", close));
    assert.equal(answer.match(/HTTP\/1\.1 200 OK/g)?.length, 3);
    assert.match(answer, /\(\/1\)[\s\S]*\(\/2\)[\s\S]*\(\/3\)$/);
  });

  it("gives the answers that are due before it says that what follows is no HTTP", async () => {
    const mayEnd = Promise.withResolvers<void>();
    server.functions.runHttpAction = async (call) => {
      await mayEnd.promise;
      return respondText("stored")(call);
    };
    const connection = new RawConnection(server.site);
    connection.send("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcnoise\r\n\r\n");
    setTimeout(() => mayEnd.resolve(), 50);
    assert.match(await connection.closed, /^HTTP\/1\.1 200 OK\r\n[\s\S]*storedHTTP\/1\.1 400 /);
  });

  it("is used again after HEAD, 204, a refusal and an unread body", async () => {
    server.functions.runHttpAction = (call) =>
      call.path === "/204"
        ? { type: "response", status: 204, headers: [], body: null }
        : respondText("text")(call);
    const connection = new RawConnection(server.site);
    connection.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n");
    await connection.until(/content-length: 4\r\n[\s\S]*\r\n\r\n$/i);
    connection.send("GET /204 HTTP/1.1\r\nHost: x\r\n\r\n");
    await connection.until(/ 204 [\s\S]*\r\n\r\n$/);
    connection.send("PROPFIND /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
    await connection.until(/ 405 [\s\S]*\r\n\r\n$/);
    connection.send("POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    await connection.until(/text$/);
    connection.send(`GET /a HTTP/1.1\r\nHost: x\r\n${close}\r\n`);
    assert.equal((await connection.closed).match(/HTTP\/1\.1 /g)?.length, 5);
  });

  it("is closed behind an answer to HTTP/1.0, which has no length to go by but the connection's", async () => {
    server.functions.runHttpAction = () => ({
      type: "response",
      status: 200,
      headers: [],
      body: (async function* () {
        yield Buffer.from("streamed");
      })(),
    });
    const answer = await sendRaw(server.site, "GET /a HTTP/1.0\r\nHost: x\r\n\r\n");
    assert.doesNotMatch(answer, /transfer-encoding/i);
    assert.match(answer, /\r\n\r\nstreamed$/);
  });
});

describe("heads of an unusual kind:", () => {
  const get = (target: string, headers = "", method = "GET"): string =>
    `${method} ${target} HTTP/1.1\r\nHost: x\r\n${close}${headers}\r\n`;

  it("a target in absolute form is the path behind its host", async () => {
    assert.match(await sendRaw(server.site, get("http://e.com/a?b")), /GET \/a$/);
    assert.equal(server.functions.httpCalls[0]?.url, "http://x/a?b");
    assert.match(await sendRaw(server.api, get("http://e.com/version")), /1\.2\.3$/);
  });

  it("OPTIONS * is a preflight of the API, and no path of HTTP actions but the root", async () => {
    assert.match(await sendRaw(server.api, get("*", "", "OPTIONS")), /^HTTP\/1\.1 200 /);
    assert.match(await sendRaw(server.site, get("*", "", "OPTIONS")), /OPTIONS \/$/);
  });

  it("Expect: 100-continue is told to go on", async () => {
    const connection = new RawConnection(server.site);
    connection.send(
      `POST /a HTTP/1.1\r\nHost: x\r\n${close}Expect: 100-continue\r\nContent-Length: 3\r\n\r\n`,
    );
    await connection.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    connection.send("abc");
    assert.match(await connection.closed, /HTTP\/1\.1 200 [\s\S]*POST \/a$/);
  });

  it("any other expectation is refused with 417", async () =>
    assert.match(await sendRaw(server.site, get("/a", "Expect: miracles\r\n")), /^HTTP\/1\.1 417 /));

  for (const protocol of ["websocket", "h2c"]) {
    it(`an upgrade to ${protocol} is not taken: the request is answered as it stands`, async () => {
      const upgrade = `Connection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n`;
      const request = `GET /a HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n`;
      const connection = new RawConnection(server.site);
      connection.send(request);
      await connection.until(/^HTTP\/1\.1 200 [\s\S]*GET \/a$/);
      connection.destroy();
    });
  }

  for (const method of ["TRACE", "PROPFIND"]) {
    it(`${method} is refused with 405 and the methods that there are`, async () => {
      assert.match(
        await sendRaw(server.site, get("/a", "", method)),
        /^HTTP\/1\.1 405 [\s\S]*allow: DELETE,GET,HEAD,OPTIONS,PATCH,POST,PUT\r\n/i,
      );
      assert.match(
        await sendRaw(server.api, get("/version", "", method)),
        /^HTTP\/1\.1 405 [\s\S]*allow: GET,HEAD\r\n/i,
      );
      assert.deepEqual(server.functions.httpCalls, []);
    });
  }

  it("CONNECT is refused with 405, and its connection keeps nobody from closing", {
    timeout: 8_000,
  }, async () => {
    await using closing = await TestServer.start();
    const connection = new RawConnection(closing.site);
    connection.send("CONNECT e.com:443 HTTP/1.1\r\nHost: e.com:443\r\n\r\nmore");
    await connection.closed;
    await closing.close();
    for (const url of bothOrigins()) {
      assert.match(
        await sendRaw(url, "CONNECT e.com:443 HTTP/1.1\r\nHost: e.com:443\r\n\r\n"),
        /^HTTP\/1\.1 405 /,
      );
    }
  });

  it("a body in a coding that nobody here undoes is refused with 501", async () => {
    const answer = await sendRaw(server.site, get("/a", "Transfer-Encoding: gzip, chunked\r\n", "POST"), {
      end: true,
    });
    assert.match(answer, /^HTTP\/1\.1 501 /);
    assert.deepEqual(server.functions.httpCalls, []);
  });

  for (const [name, headers] of [
    ["chunked is not the last coding", "Transfer-Encoding: chunked, identity\r\n"],
    ["the coding is unknown", "Transfer-Encoding: cow\r\n"],
    ["there are two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"],
    ["the length is signed", "Content-Length: +3\r\n"],
    ["the length is hexadecimal", "Content-Length: 0x3\r\n"],
    ["the length is beyond all numbers", "Content-Length: 99999999999999999999999\r\n"],
    ["two lengths are in one line", "Content-Length: 3, 3\r\n"],
    ["a header name has a space behind it", "Content-Length : 3\r\n"],
    ["a line is folded", "X-A: a\r\n b\r\n"],
  ] as const) {
    it(`the request is refused with 400 where ${name}`, async () => {
      const answer = await sendRaw(server.site, `POST /a HTTP/1.1\r\nHost: x\r\n${headers}\r\nabc`, {
        end: true,
      });
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.deepEqual(server.functions.httpCalls, []);
    });
  }
});

describe("closing", () => {
  const GRACE_MS = 10_000;

  it("lets what runs end, and keeps no connection for another request", { timeout: 8_000 }, async () => {
    await using closing = await TestServer.start({ limits: { closeGraceMs: GRACE_MS } });
    const isRunning = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    closing.functions.runHttpAction = async (call) => {
      isRunning.resolve();
      await mayEnd.promise;
      return respondText(call.path)(call);
    };
    const connection = new RawConnection(closing.site);
    connection.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    await isRunning.promise;
    const closed = closing.close();
    await assert.rejects(fetch(closing.site), TypeError);
    connection.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3));
    setTimeout(() => mayEnd.resolve(), 50);
    assert.match(await connection.closed, /\/1HTTP\/1\.1 200 OK\r\n[\s\S]*connection: close\r\n[\s\S]*\/2$/i);
    await closed;
  });

  it("waits for no head that has only begun", { timeout: 8_000 }, async () => {
    await using closing = await TestServer.start({ limits: { closeGraceMs: GRACE_MS } });
    const silent = new RawConnection(closing.api);
    const begun = new RawConnection(closing.api);
    begun.send("GET /version HTTP/1.1\r\nHost: x\r\n\r\nGET /version HTTP/1.1\r\nHo");
    await begun.until(/1\.2\.3$/);
    await closing.close();
    assert.match(await begun.closed, /1\.2\.3$/);
    assert.equal(await silent.closed, "");
  });

  it("breaks what does not end within the grace", { timeout: 8_000 }, async () => {
    await using closing = await TestServer.start({ limits: { closeGraceMs: 100 } });
    const isRunning = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    closing.functions.runHttpAction = async (call) => {
      isRunning.resolve();
      await mayEnd.promise;
      return respondText("late")(call);
    };
    const connection = new RawConnection(closing.site);
    connection.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\n");
    await isRunning.promise;
    await closing.close();
    assert.equal(await connection.closed, "");
    mayEnd.resolve();
  });
});
