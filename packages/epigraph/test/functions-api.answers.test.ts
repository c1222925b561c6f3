import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { type ApiAnswer, assertFailed, failureOf, postApi } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("functions-api") });
after(() => app.stop());

/** Answer of a query. */
const query = (path: string, body: object = {}, headers: Record<string, string> = {}): Promise<ApiAnswer> =>
  postApi(app, "/api/query", { path, args: {}, ...body }, headers);

describe("failures of functions", () => {
  it("have the error's text and place, and no data", async () => {
    const json = await failureOf(
      query("m:fails"),
      /^\[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: x\n {4}at .*\(\.\.\/convex\/m\.ts:\d+:\d+\)\n$/,
    );
    assert.ok(!("errorData" in json));
    assert.deepEqual(json["logLines"], ["[INFO] 'before'"]);
  });

  it("carry the id that the client gave the request", () =>
    assertFailed(
      query("m:fails", {}, { "Convex-Request-Id": "abc" }),
      /^\[Request ID: abc\] Server Error\n/,
    ));

  it("carry the data of a ConvexError", async () => {
    const json = await failureOf(
      query("m:failsWith", { args: { data: { a: 1 } } }),
      /Uncaught ConvexError: \{"a":1\}/,
    );
    assert.deepEqual(json["errorData"], { a: 1 });
  });

  it("carry null as data too", async () => {
    const json = await failureOf(
      query("m:failsWith", { args: { data: null } }),
      /Uncaught ConvexError: null/,
    );
    assert.ok("errorData" in json);
    assert.equal(json["errorData"], null);
  });

  it("have their data in the format that was asked for", async () => {
    const dataIn = async (format: string): Promise<unknown> =>
      (await query("m:failsWithBytes", { format })).json["errorData"];
    assert.deepEqual(await dataIn("json"), { n: "5", bytes: "AQ==" });
    assert.deepEqual(await dataIn("convex_encoded_json"), {
      n: { $integer: "BQAAAAAAAAA=" },
      bytes: { $bytes: "AQ==" },
    });
  });
});

describe("log lines", () => {
  it("are part of the answer", async () =>
    assert.deepEqual((await query("m:logs")).json["logLines"], ["[LOG] 'hi' 1", "[WARN] {\n  a: 1\n}"]));

  it("are left out when there are none", async () =>
    assert.ok(!("logLines" in (await query("m:list")).json)));
});

describe("formats", () => {
  const args = {
    value: {
      int: { $integer: "BQAAAAAAAAA=" },
      bytes: { $bytes: "AQ==" },
      nan: { $float: "AAAAAAAA+H8=" },
      one: 1,
    },
  };
  const valueIn = async (
    format: string | undefined,
    headers: Record<string, string> = {},
  ): Promise<unknown> =>
    (await query("m:echo", { args, ...(format === undefined ? {} : { format }) }, headers)).json["value"];
  const clean = { int: "5", bytes: "AQ==", nan: "NaN", one: 1 };

  for (const format of ["json", "convex_clean_json"]) {
    it(`${format} writes what JSON lacks as text`, async () =>
      assert.deepEqual(await valueIn(format), clean));
  }

  for (const format of ["convex_encoded_json", "convex_json"]) {
    it(`${format} loses nothing`, async () => assert.deepEqual(await valueIn(format), args.value));
  }

  it("are json for clients that name none", async () => {
    assert.deepEqual(await valueIn(undefined), clean);
    assert.deepEqual(await valueIn(undefined, { "Convex-Client": "npm-1.48.0" }), clean);
  });

  it("are the lossless one for clients older than the parameter", async () =>
    assert.deepEqual(await valueIn(undefined, { "Convex-Client": "npm-1.0.0" }), args.value));
});
