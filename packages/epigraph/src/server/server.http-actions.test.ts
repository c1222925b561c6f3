// HTTP actions as the door answers for them; what an app's own do is in test/http-actions.*.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { Admission } from "../functions/admission.ts";
import type { HttpActionOutcome } from "../functions/calls.ts";
import { respondText, sendRaw, TestServer } from "./testing/test-server.ts";

type Body = Extract<HttpActionOutcome, { readonly type: "response" }>["body"];

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.functions.httpCalls.length = 0;
  server.faults.length = 0;
});

function respond(body: Body, headers: readonly (readonly [string, string])[] = [], status = 200): void {
  server.functions.runHttpAction = () => ({ type: "response", status, headers: [...headers], body });
}

function get(more = "", method = "GET"): Promise<string> {
  return sendRaw(server.site, `${method} /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${more}\r\n`);
}

async function* stream(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

function headerNames(answer: string): readonly string[] {
  const [head = ""] = answer.split("\r\n\r\n", 1);
  return head
    .split("\r\n")
    .slice(1)
    .map((line) => line.slice(0, line.indexOf(":")).toLowerCase());
}

describe("the answer of an HTTP action", () => {
  it("has the headers that the action set and those of the transport, no others", async () => {
    respond("hi", [
      ["X-Own", "1"],
      ["x-own", "2"],
    ]);
    const answer = await get("Convex-Request-Id: abc\r\nOrigin: http://o\r\n");
    assert.deepEqual(headerNames(answer), ["x-own", "x-own", "content-length", "date", "connection"]);
    assert.match(answer, /X-Own: 1\r\nx-own: 2\r\n/);
  });

  it("says itself how it is framed, whatever the action says of that", async () => {
    respond("hi", [
      ["Connection", "keep-alive"],
      ["Transfer-Encoding", "gzip"],
      ["Content-Length", "5"],
    ]);
    const answer = await get();
    assert.match(answer, /content-length: 2\r\n/i);
    assert.match(answer, /connection: close\r\n/i);
    assert.doesNotMatch(answer, /gzip|keep-alive/);
  });

  for (const status of [204, 304]) {
    it(`has no body for status ${status}, though the action gave one`, async () => {
      respond("body", [], status);
      assert.match(await get(), new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*\\r\\n\\r\\n$`));
    });
  }

  it("may be a stream of a length that is known before", async () => {
    respond(stream("abc", "def"), [["content-length", "6"]]);
    const answer = await get();
    assert.match(answer, /content-length: 6\r\n/);
    assert.match(answer, /\r\n\r\nabcdef$/);
    assert.doesNotMatch(answer, /transfer-encoding/i);
  });

  for (const [name, length] of [
    ["less", 7],
    ["more", 5],
  ] as const) {
    it(`breaks when a stream brings ${name} than its head promised`, async () => {
      respond(stream("abc", "def"), [["content-length", String(length)]]);
      await assert.rejects((await fetch(`${server.site}/a`)).text());
    });
  }

  it("to HEAD is the head of the answer to GET, and its stream is not read", async () => {
    let isEnded = false;
    const source = (async function* () {
      try {
        yield Buffer.from("never sent");
      } finally {
        isEnded = true;
      }
    })();
    await source.next();
    respond(source, [["content-length", "10"]]);
    assert.match(await get("", "HEAD"), /^HTTP\/1\.1 200 [\s\S]*content-length: 10\r\n[\s\S]*\r\n\r\n$/);
    assert.ok(isEnded);
  });
});

describe("what an HTTP action is given", () => {
  it("has header values as Latin-1, as they came", async () => {
    respond("");
    await get("X-Name: caf\xe9 \xff\r\n");
    assert.ok(server.functions.httpCalls[0]?.headers.some(([, value]) => value === "café ÿ"));
  });

  it("has the client's request id, or one of the server's", async () => {
    respond("");
    await get("Convex-Request-Id: abc\r\n");
    await get();
    const ids = server.functions.httpCalls.map(({ headers, request }) => [
      headers.filter(([name]) => name === "convex-request-id").map(([, value]) => value),
      request.requestId,
    ]);
    assert.deepEqual(ids[0], [["abc"], "abc"]);
    assert.match(String(ids[1]?.[1]), /^[0-9a-f]{16}$/);
    assert.deepEqual(ids[1]?.[0], [ids[1]?.[1]]);
  });

  it("has the peer's address, and that of a client behind a proxy that is trusted", async () => {
    respond("");
    await get();
    await get("X-Forwarded-For: 1.2.3.4, 5.6.7.8\r\n");
    assert.deepEqual(
      server.functions.httpCalls.map(({ request }) => request.ip),
      ["127.0.0.1", "1.2.3.4"],
    );
  });
});

describe("an HTTP action that fails", () => {
  const error = {
    message: "Uncaught Error: boom",
    frames: "    at <anonymous> (../convex/http.ts:1:1)\n",
    data: null,
  };
  const fail = (data: string | null): void => {
    server.functions.runHttpAction = () => ({ type: "error", error: { ...error, data } });
  };

  it("has an id in its answer that is neither the request's nor another answer's", async () => {
    fail(null);
    const ids = await Promise.all(
      [0, 1].map(
        async () => /\[Request ID: ([0-9a-f]{16})\]/.exec(await get("Convex-Request-Id: abc\r\n"))?.[1],
      ),
    );
    assert.equal(new Set(ids).size, 2);
    assert.ok(!ids.includes(server.functions.httpCalls[0]?.request.requestId));
  });

  it("shows neither text nor place where errors are redacted, but its data", async () => {
    await using redacted = await TestServer.start({ parts: { redactErrors: true } });
    for (const [data, keys] of [
      [null, ["code"]],
      ['{"n":{"$integer":"BQAAAAAAAAA="}}', ["code", "data"]],
    ] as const) {
      redacted.functions.runHttpAction = () => ({ type: "error", error: { ...error, data } });
      const response = await fetch(`${redacted.site}/a`);
      const json = (await response.json()) as Record<string, unknown>;
      assert.equal(response.status, 500);
      assert.deepEqual(Object.keys(json), keys);
      assert.match(String(json["code"]), /^\[Request ID: [0-9a-f]{16}\] Server Error$/);
      if (data !== null) assert.deepEqual(json["data"], JSON.parse(data));
    }
  });

  it("through the server's fault shows the general text, and is reported", async () => {
    server.functions.runHttpAction = () => {
      throw new Error("out of luck");
    };
    const response = await fetch(`${server.site}/a`);
    assert.deepEqual(
      [response.status, await response.json()],
      [500, { code: "InternalServerError", message: "Your request couldn't be completed. Try again later." }],
    );
    assert.deepEqual(server.faults, ["out of luck"]);
  });
});

describe("more calls than may run at once", () => {
  it("wait for a place, and then are answered with 429", async () => {
    const admission = new Admission({
      concurrent: { query: 1, mutation: 1, action: 1 },
      waitMs: { query: 50, mutation: 50, action: 50 },
    });
    let isRunning = Promise.withResolvers<void>();
    let mayEnd = Promise.withResolvers<void>();
    const work = async (): Promise<void> => {
      isRunning.resolve();
      await mayEnd.promise;
    };
    server.functions.invokeFunction = () =>
      admission.run("query", async () => {
        await work();
        return { status: "success", value: "null", logLines: [], ts: null };
      });
    server.functions.runHttpAction = (call) =>
      admission.run("action", async () => {
        await work();
        return respondText("done")(call);
      });
    for (const [send, what] of [
      [() => server.post("/api/query", { path: "m:l", args: {} }), "queries"],
      [() => fetch(`${server.site}/a`), "actions"],
    ] as const) {
      isRunning = Promise.withResolvers<void>();
      mayEnd = Promise.withResolvers<void>();
      const running = send();
      await isRunning.promise;
      const refused = await send();
      const { code, message } = (await refused.json()) as Record<string, string>;
      assert.deepEqual([refused.status, code], [429, "TooManyConcurrentRequests"]);
      assert.ok(
        message?.startsWith(`Too many concurrent requests. Your backend is limited to 1 concurrent ${what}`),
        message,
      );
      mayEnd.resolve();
      assert.equal((await running).status, 200);
    }
  });
});

describe("origins", () => {
  it("may be below a path, and HTTP actions of a server with one port are below that", async () => {
    await using test = await TestServer.start({
      sitePort: null,
      parts: { origins: { api: "https://e.com/backend", site: null } },
    });
    const urls = await fetch(`${test.api}/api/v1/get_canonical_urls`, {
      headers: { Authorization: test.adminHeader },
    });
    assert.deepEqual(await urls.json(), {
      convexCloudUrl: "https://e.com/backend",
      convexSiteUrl: "https://e.com/backend/http",
    });
    test.functions.runHttpAction = respondText("action");
    assert.equal(await (await fetch(`${test.api}/http/a`)).text(), "action");
    const { status } = await fetch(`${test.api}/http`);
    assert.equal(status, 404);
  });

  it("leave an OPTIONS request below /http/ to the app", async () => {
    server.functions.runHttpAction = () => ({ type: "noRoute" });
    const response = await fetch(`${server.api}/http/a`, {
      method: "OPTIONS",
      headers: { Origin: "http://o" },
    });
    assert.deepEqual([response.status, await response.text()], [404, "No matching routes found"]);
    assert.ok(![...response.headers.keys()].some((name) => name.startsWith("access-control")));
  });
});
