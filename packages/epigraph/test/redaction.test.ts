import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { ConvexHttpClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { ConvexError } from "convex/values";
import { asAdmin, FunctionCaller, failureOf, postApi } from "./support/functions-api.ts";
import { startApp } from "./support/start-app.ts";

const FILES = {
  "convex/f.ts": `import { ConvexError, v } from "convex/values";
import { api } from "./_generated/api";
import { action, query } from "./_generated/server";

export const logs = query({ args: {}, handler: async () => { console.log("hidden line"); return 1; } });
export const fails = query({
  args: {},
  handler: async () => {
    console.log("hidden line");
    throw new Error("hidden text");
  },
});
export const failsWith = query({ args: { data: v.any() }, handler: async (_ctx, { data }) => { throw new ConvexError(data); } });
export const failsWithNothing = query({ args: {}, handler: async () => { throw new ConvexError(undefined as never); } });
export const takesNumber = query({ args: { n: v.number() }, handler: async () => null });
export const caught = action({
  args: {},
  handler: async (ctx): Promise<string> => {
    try {
      return String(await ctx.runQuery(api.f.fails, {}));
    } catch (error) {
      return (error as Error).message;
    }
  },
});
`,
  "convex/http.ts": `import { httpRouter } from "convex/server";
import { ConvexError } from "convex/values";
import { httpAction } from "./_generated/server";

const http = httpRouter();
http.route({ path: "/fails", method: "GET", handler: httpAction(async () => { throw new Error("hidden text"); }) });
http.route({ path: "/data", method: "GET", handler: httpAction(async () => { throw new ConvexError({ n: 5n }); }) });
export default http;
`,
};

const ID = { "convex-request-id": "abc" };

describe("dev with REDACT_LOGS_TO_CLIENT=true", async () => {
  const app = await startApp({ files: FILES, env: { REDACT_LOGS_TO_CLIENT: "true" } });
  after(() => app.stop());

  it("answers failures with the request's id alone, and the log has the rest", async () => {
    const from = app.output().length;
    const { status, json } = await postApi(app, "/api/query", { path: "f:fails", args: {} }, ID);
    assert.equal(status, 200);
    assert.deepEqual(json, { status: "error", errorMessage: "[Request ID: abc] Server Error" });
    await app.waitForOutput(/Uncaught Error: hidden text\n/, { from });
    await app.waitForOutput(/LOG 'hidden line'/, { from });
  });

  it("keeps log lines from those whose call succeeds", async () => {
    const { json } = await postApi(app, "/api/query", { path: "f:logs", args: {} });
    assert.deepEqual(json, { status: "success", value: 1 });
  });

  it("redacts what the server says about a call too", async () => {
    for (const call of [
      { path: "f:absent", args: {} },
      { path: "f:takesNumber", args: { n: "one" } },
    ]) {
      const json = await failureOf(
        postApi(app, "/api/query", call),
        /^\[Request ID: [0-9a-f]{16}\] Server Error$/,
      );
      assert.ok(!("errorData" in json));
    }
  });

  it("redacts for admins, and in batches, as for anybody", async () => {
    const call = { path: "f:fails", args: {} };
    await failureOf(
      postApi(app, "/api/function", call, asAdmin(app)),
      /^\[Request ID: [0-9a-f]{16}\] Server Error$/,
    );
    const { json } = await postApi(app, "/api/query_batch", { queries: [call] }, ID);
    assert.deepEqual(json["results"], [{ status: "error", errorMessage: "[Request ID: abc] Server Error" }]);
  });

  it("leaves the data of a ConvexError: of an object, a text, and of nothing", async () => {
    const client = new ConvexHttpClient(app.api, { logger: false });
    const failsWith = makeFunctionReference<"query">("f:failsWith");
    for (const data of [{ code: 1, big: 5n }, "text", null]) {
      await assert.rejects(client.query(failsWith, { data }), (error) => {
        assert.ok(error instanceof ConvexError);
        assert.deepEqual(error.data, data);
        assert.match(error.message, /^\[Request ID: [0-9a-f]{16}\] Server Error$/);
        return true;
      });
    }
    const json = await failureOf(
      postApi(app, "/api/query", { path: "f:failsWithNothing", args: {} }),
      / Server Error$/,
    );
    assert.equal(json["errorData"], null);
  });

  it("leaves HTTP actions the id and the data", async () => {
    for (const [path, data] of [
      ["/fails", undefined],
      ["/data", { n: { $integer: "BQAAAAAAAAA=" } }],
    ] as const) {
      const response = await fetch(app.site + path);
      const { code, ...rest } = (await response.json()) as Record<string, unknown>;
      assert.equal(response.status, 500);
      assert.match(String(code), /^\[Request ID: [0-9a-f]{16}\] Server Error$/);
      assert.deepEqual(rest, data === undefined ? {} : { data });
    }
  });

  it("hides nothing from functions that call one another", async () => {
    assert.match(
      String(await new FunctionCaller(app).action("f:caught")),
      /^Uncaught Error: hidden text\n {4}at /,
    );
  });
});
