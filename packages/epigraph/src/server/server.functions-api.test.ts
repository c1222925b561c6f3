import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { FunctionOutcome } from "../functions/calls.ts";
import { decodeTimestamp, encodeTimestamp } from "../functions/timestamp.ts";
import { LATEST_TS, TestServer } from "./testing/test-server.ts";

let server: TestServer;
before(async () => {
  server = await TestServer.start();
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  server.functions.calls.length = 0;
  answerWith('{"a":1}');
});

function answerWith(value: string, logLines: readonly string[] = []): void {
  server.functions.invokeFunction = () => ({ status: "success", value, logLines, ts: null });
}

function failWith(error: Partial<Extract<FunctionOutcome, { status: "error" }>["error"]>): void {
  const whole = {
    message: "Uncaught Error: x",
    frames: "    at f (../convex/m.ts:1:2)\n",
    data: null,
    ...error,
  };
  server.functions.invokeFunction = () => ({ status: "error", error: whole, logLines: [] });
}

async function assertRefused(
  response: Response | Promise<Response>,
  status: number,
  code: string,
  message: RegExp,
): Promise<void> {
  const answer = await response;
  const body = (await answer.json()) as { code: string; message: string };
  assert.equal(answer.status, status, JSON.stringify(body));
  assert.equal(answer.headers.get("content-type"), "application/json");
  assert.equal(body.code, code);
  assert.match(body.message, message);
  assert.equal(server.functions.calls.length, 0, "the function must not run");
}

describe("calls", () => {
  for (const kind of ["query", "mutation", "action"] as const) {
    test(`/api/${kind} runs a ${kind}`, async () => {
      const response = await server.post(`/api/${kind}`, {
        path: "m:list",
        args: { x: 1 },
        format: "json",
        more: 1,
      });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "application/json");
      assert.deepEqual(await response.json(), { status: "success", value: { a: 1 } });
      const [call] = server.functions.calls;
      assert.equal(call?.kind, kind);
      assert.equal(call?.path, "m.js:list");
      assert.equal(call?.argsJson, '[{"x":1}]');
      assert.equal(call?.componentPath, "");
      assert.equal(call?.at, null);
      assert.deepEqual(call?.caller, { type: "anonymous" });
    });
  }

  test("arguments in an array are positional and stay encoded", async () => {
    await server.post("/api/query", { path: "m:list", args: [{ n: { $integer: "BQAAAAAAAAA=" } }] });
    assert.equal(server.functions.calls[0]?.argsJson, '[{"n":{"$integer":"BQAAAAAAAAA="}}]');
  });

  test("a path without a colon names the default export", async () => {
    await server.post("/api/query", { path: "m", args: {} });
    assert.equal(server.functions.calls[0]?.path, "m.js:default");
  });

  test("a query can be asked for with GET", async () => {
    const args = encodeURIComponent('{"x":1}');
    const response = await fetch(
      `${server.api}/api/query?path=m:list&args=${args}&format=convex_encoded_json`,
    );
    assert.deepEqual(await response.json(), { status: "success", value: { a: 1 } });
    assert.equal(server.functions.calls[0]?.argsJson, '[{"x":1}]');
  });

  test("GET without arguments is refused", async () => {
    await assertRefused(
      fetch(`${server.api}/api/query?path=m:list`),
      400,
      "BadQueryArgs",
      /^Failed to deserialize query string: missing field `args`/,
    );
  });

  test("the request's facts reach the function", async () => {
    await server.post(
      "/api/query",
      { path: "m:l", args: {} },
      {
        "Convex-Request-Id": "abc",
        "X-Forwarded-For": " 1.2.3.4 , 5.6.7.8",
        "User-Agent": "tester",
      },
    );
    assert.deepEqual(server.functions.calls[0]?.request, {
      requestId: "abc",
      ip: "1.2.3.4",
      userAgent: "tester",
    });
  });

  test("without headers the id is 16 hex digits and the address is the connection's", async () => {
    await server.post("/api/query", { path: "m:l", args: {} });
    const info = server.functions.calls[0]?.request;
    assert.match(info?.requestId ?? "", /^[0-9a-f]{16}$/);
    assert.equal(info?.ip, "127.0.0.1");
  });
});

describe("bodies that are not right", () => {
  const request = { path: "m:list", args: {} };
  for (const type of ["text/plain", "", "application/jsonx", "application/x-www-form-urlencoded"]) {
    test(`content type "${type}" is refused`, async () => {
      await assertRefused(
        server.post("/api/query", request, { "Content-Type": type }),
        400,
        "BadJsonBody",
        /^Expected request with `Content-Type: application\/json`$/,
      );
    });
  }

  for (const type of [
    "application/json; charset=utf-8",
    "APPLICATION/JSON",
    "application/ld+json",
    "application/json;x",
  ]) {
    test(`content type "${type}" is JSON`, async () => {
      assert.equal((await server.post("/api/query", request, { "Content-Type": type })).status, 200);
    });
  }

  const broken: readonly (readonly [string, RegExp])[] = [
    ["{", /^Failed to parse the request body as JSON/],
    ["", /^Failed to parse the request body as JSON/],
    ["[]", /^Failed to deserialize the JSON body into the target type/],
    ["null", /^Failed to deserialize the JSON body into the target type/],
    ['{"path":"m:l"}', /missing field `args`/],
    ['{"args":{}}', /missing field `path`/],
    ['{"path":1,"args":{}}', /^Failed to deserialize .*path/],
    ['{"path":"m:l","args":"x"}', /^Failed to deserialize .*args/],
    ['{"path":"m:l","args":null}', /^Failed to deserialize .*args/],
    ['{"path":"m:l","args":{},"format":1}', /^Failed to deserialize .*format/],
  ];
  for (const [body, message] of broken) {
    test(`the body ${body === "" ? "(empty)" : body} is refused`, async () => {
      await assertRefused(server.post("/api/query", body), 400, "BadJsonBody", message);
    });
  }

  test("a body that is not UTF-8 is refused", async () => {
    const response = fetch(`${server.api}/api/query`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: Buffer.from('{"path":"m:\xff","args":{}}', "latin1"),
    });
    await assertRefused(response, 400, "BadJsonBody", /^Failed to parse the request body as JSON/);
  });

  test("a body of 17 MiB is refused with 400, whether its length is announced or not", async () => {
    const body = Buffer.alloc(17 * 1024 * 1024, " ");
    const message = /^Failed to buffer the request body/;
    await assertRefused(server.post("/api/query", body.toString()), 400, "BadJsonBody", message);
    const chunked = fetch(`${server.api}/api/query`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: new Blob([body]).stream(),
      duplex: "half",
    } as RequestInit);
    await assertRefused(chunked, 400, "BadJsonBody", message);
  });

  test("a path that names no function is refused", async () => {
    await assertRefused(
      server.post("/api/query", { path: "/m:list", args: {} }),
      400,
      "BadConvexFunctionIdentifier",
      /^\/m:list is not a valid path to a Convex function\. /,
    );
  });
});

describe("formats", () => {
  const int64 = '{"n":{"$integer":"BQAAAAAAAAA="}}';
  const cases: readonly (readonly [string | undefined, string | undefined, string])[] = [
    ["json", undefined, '{"n":"5"}'],
    ["convex_clean_json", undefined, '{"n":"5"}'],
    ["convex_encoded_json", undefined, int64],
    ["convex_json", undefined, int64],
    ["export_json", undefined, '{"n":5}'],
    [undefined, undefined, '{"n":"5"}'],
    [undefined, "npm-1.48.0", '{"n":"5"}'],
    [undefined, "npm-1.0.0", int64],
    ["json", "npm-1.0.0", '{"n":"5"}'],
  ];
  for (const [format, client, expected] of cases) {
    test(`format ${format} for client ${client} writes ${expected}`, async () => {
      answerWith(int64);
      const headers = client === undefined ? undefined : { "Convex-Client": client };
      const response = await server.post("/api/query", { path: "m:l", args: {}, format }, headers);
      assert.equal(await response.text(), `{"status":"success","value":${expected}}`);
    });
  }

  test("clean JSON has strings for what JSON has no notation for", async () => {
    answerWith('[{"$float":"AAAAAAAA+H8="},{"$float":"AAAAAAAA8P8="},{"$bytes":"AQI="}]');
    const response = await server.post("/api/query", { path: "m:l", args: {}, format: "json" });
    assert.deepEqual(await response.json(), { status: "success", value: ["NaN", "-Infinity", "AQI="] });
  });

  test("an unknown format is refused before anything runs", async () => {
    await assertRefused(
      server.post("/api/mutation", { path: "m:l", args: {}, format: "xml" }),
      400,
      "BadFormat",
      /^format param must be one of \[`json`\]\. Got xml$/,
    );
  });
});

describe("failures of functions", () => {
  test("a thrown error is a 200 with the request's id, text and frames", async () => {
    failWith({});
    const response = await server.post(
      "/api/query",
      { path: "m:l", args: {} },
      { "Convex-Request-Id": "abc" },
    );
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), {
      status: "error",
      errorMessage: "[Request ID: abc] Server Error\nUncaught Error: x\n    at f (../convex/m.ts:1:2)\n",
    });
  });

  test("data of a ConvexError comes in the format asked for", async () => {
    failWith({ data: '{"n":{"$integer":"BQAAAAAAAAA="}}' });
    const clean = await server.post("/api/query", { path: "m:l", args: {}, format: "json" });
    assert.deepEqual(((await clean.json()) as { errorData: unknown }).errorData, { n: "5" });
    failWith({ data: "null" });
    const isNull = (await (await server.post("/api/query", { path: "m:l", args: {} })).json()) as object;
    assert.ok("errorData" in isNull && isNull.errorData === null);
  });

  test("log lines are there when there are some", async () => {
    answerWith("null", ["[LOG] 'hi' 1"]);
    const response = await server.post("/api/query", { path: "m:l", args: {} });
    assert.deepEqual(await response.json(), { status: "success", value: null, logLines: ["[LOG] 'hi' 1"] });
  });

  test("redaction leaves id and data", async () => {
    await using redacted = await TestServer.start({ parts: { redactErrors: true } });
    redacted.functions.invokeFunction = () => ({
      status: "error",
      error: { message: "Uncaught ConvexError: 1", frames: "    at f\n", data: "1" },
      logLines: ["[LOG] 'secret'"],
    });
    const response = await redacted.post(
      "/api/query",
      { path: "m:l", args: {} },
      { "Convex-Request-Id": "abc" },
    );
    assert.deepEqual(await response.json(), {
      status: "error",
      errorMessage: "[Request ID: abc] Server Error",
      errorData: 1,
    });
  });

  test("a write conflict is a 503 with its text", async () => {
    server.functions.invokeFunction = () => {
      throw Object.assign(new Error("Documents read from"), { code: "OptimisticConcurrencyControlFailure" });
    };
    const response = await server.post("/api/mutation", { path: "m:l", args: {} });
    assert.equal(response.status, 503);
    assert.deepEqual(await response.json(), {
      code: "OptimisticConcurrencyControlFailure",
      message: "Documents read from",
    });
  });

  test("a fault of the server is a 500 with a general text, and is reported", async () => {
    server.functions.invokeFunction = () => {
      throw new TypeError("secret detail");
    };
    const response = await server.post("/api/query", { path: "m:l", args: {} });
    assert.equal(response.status, 500);
    assert.deepEqual(await response.json(), {
      code: "InternalServerError",
      message: "Your request couldn't be completed. Try again later.",
    });
    assert.deepEqual(server.faults.splice(0), ["secret detail"]);
  });
});

describe("/api/run", () => {
  test("the URL names the function, its own kind decides", async () => {
    answerWith('{"$integer":"BQAAAAAAAAA="}');
    const response = await server.post("/api/run/a/b/list", { args: {} }, { "Convex-Client": "npm-1.0.0" });
    assert.deepEqual(await response.json(), { status: "success", value: "5" });
    assert.equal(server.functions.calls[0]?.path, "a/b.js:list");
    assert.equal(server.functions.calls[0]?.kind, "any");
  });

  test("segments are percent-decoded", async () => {
    await server.post("/api/run/%6Dessages/list", { args: {} });
    assert.equal(server.functions.calls[0]?.path, "messages.js:list");
  });

  test("one segment is not enough", async () => {
    await assertRefused(
      server.post("/api/run/list", { args: {} }),
      400,
      "MissingIdentifier",
      /^Path or function name not provided in path, e\.g\. \/api\/run\/messages\/list$/,
    );
  });

  test("a broken percent encoding is refused", async () => {
    await assertRefused(
      server.post("/api/run/m%zz/list", { args: {} }),
      400,
      "BadConvexFunctionIdentifier",
      /^m%zz:list is not/,
    );
  });

  test("GET is not allowed", async () => {
    const response = await fetch(`${server.api}/api/run/m/list`);
    assert.equal(response.status, 405);
    assert.equal(response.headers.get("allow"), "POST");
    assert.equal(await response.text(), "");
  });
});

describe("consistent reads", () => {
  test("/api/query_ts needs no body and gives 8 bytes that /api/query_at_ts takes", async () => {
    const response = await fetch(`${server.api}/api/query_ts`, { method: "POST" });
    const { ts } = (await response.json()) as { ts: string };
    assert.equal(ts.length, 12);
    await server.post("/api/query_at_ts", { path: "m:l", args: {}, ts });
    assert.equal(server.functions.calls[0]?.at, LATEST_TS);
    assert.equal(server.functions.calls[0]?.kind, "query");
  });

  test("timestamps survive the way to the client and back", () => {
    for (const ticks of [0, 1, LATEST_TS, Number.MAX_SAFE_INTEGER]) {
      assert.equal(decodeTimestamp(encodeTimestamp(ticks)), ticks);
    }
    assert.equal(encodeTimestamp(1), "AAQAAAAAAAA=");
    for (const text of ["", "AAAA", "x", "AAQAAAAAAAA"]) assert.equal(decodeTimestamp(text), null);
  });

  test("a timestamp that is none is refused", async () => {
    await assertRefused(
      server.post("/api/query_at_ts", { path: "m:l", args: {}, ts: "soon" }),
      400,
      "BadJsonBody",
      /ts/,
    );
  });

  test("a read further back than the history is a 503 with a general text", async () => {
    server.functions.invokeFunction = () => {
      throw Object.assign(new Error("too old"), { code: "SnapshotTooOld" });
    };
    const ts = encodeTimestamp(1);
    const response = await server.post("/api/query_at_ts", { path: "m:l", args: {}, ts });
    assert.equal(response.status, 503);
    assert.equal(((await response.json()) as { code: string }).code, "InternalServerError");
    server.faults.length = 0;
  });

  test("a batch reads one instant and gives an entry each, in order", async () => {
    server.functions.invokeFunction = ({ path }) =>
      path === "m.js:bad"
        ? { status: "error", error: { message: "Uncaught Error: x", frames: "", data: null }, logLines: [] }
        : { status: "success", value: '"ok"', logLines: [], ts: null };
    const response = await server.post("/api/query_batch", {
      queries: [
        { path: "m:good", args: {} },
        { path: "m:bad", args: [] },
      ],
    });
    const { results } = (await response.json()) as { results: { status: string }[] };
    assert.deepEqual(
      results.map((result) => result.status),
      ["success", "error"],
    );
    assert.deepEqual(
      server.functions.calls.map((call) => call.at),
      [LATEST_TS, LATEST_TS],
    );
  });

  test("a batch with one bad path fails as a whole", async () => {
    const queries = [
      { path: "m:good", args: {} },
      { path: "/m", args: {} },
    ];
    await assertRefused(
      server.post("/api/query_batch", { queries }),
      400,
      "BadConvexFunctionIdentifier",
      /^\/m /,
    );
  });
});

describe("client versions", () => {
  test("an old client is refused with the deprecation headers and without CORS", async () => {
    const headers = { "Convex-Client": "npm-0.1.0", Origin: "http://o" };
    const response = await server.post("/api/query", { path: "m:l", args: {} }, headers);
    assert.equal(response.headers.get("x-convex-deprecation-state"), "Unsupported");
    assert.match(response.headers.get("x-convex-deprecation-message") ?? "", /too old/);
    assert.equal(response.headers.get("access-control-allow-origin"), null);
    await assertRefused(response, 400, "ClientVersionUnsupported", /npm/);
  });

  test("a deprecated client is served and told", async () => {
    const response = await server.post(
      "/api/query",
      { path: "m:l", args: {} },
      { "Convex-Client": "python-0.2.0" },
    );
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("x-convex-deprecation-state"), "UpgradeRequired");
  });
});
