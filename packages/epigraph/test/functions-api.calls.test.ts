import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { type ApiAnswer, asAdmin, assertFailed, assertRefused, postApi } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("functions-api") });
after(() => app.stop());

const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<ApiAnswer> =>
  postApi(app, path, body, headers);

/** Answer of a query. */
const query = (path: string, body: object = {}, headers: Record<string, string> = {}): Promise<ApiAnswer> =>
  post("/api/query", { path, args: {}, ...body }, headers);

describe("calls", () => {
  it("of a query answer its value", async () => {
    const { status, json } = await query("m:echo", { args: { value: [1, "a"] }, format: "json" });
    assert.deepEqual([status, json], [200, { status: "success", value: [1, "a"] }]);
  });

  it("take arguments as an object or as an array of one", async () =>
    assert.deepEqual((await query("m:echo", { args: [{ value: 7 }] })).json, {
      status: "success",
      value: 7,
    }));

  it("of mutations and actions have endpoints of their own", async () => {
    const sent = await post("/api/mutation", { path: "m:send", args: { text: "one" } });
    assert.deepEqual(sent.json, { status: "success", value: null });
    const acted = await post("/api/action", { path: "m:sendLater", args: { text: "two" } });
    assert.deepEqual(acted.json, { status: "success", value: "two" });
  });

  for (const path of ["m", "m:default", "m.js:default"]) {
    it(`reach a default export as ${path}`, async () =>
      assert.equal((await query(path)).json["value"], "default"));
  }

  it("reach modules in folders", async () =>
    assert.equal((await query("dir/deep:list")).json["value"], "deep"));

  it("answer null for undefined", async () => assert.equal((await query("m:nothing")).json["value"], null));

  it("of a query can be made with GET", async () => {
    const args = encodeURIComponent('{"value":1}');
    const response = await fetch(`${app.api}/api/query?path=m:echo&args=${args}`);
    assert.deepEqual(await response.json(), { status: "success", value: 1 });
  });
});

describe("functions that can't be called", () => {
  it("do not exist", () => assertFailed(query("m:nope"), /Could not find public function for 'm:nope'\./));

  it("are in no module", () =>
    assertFailed(query("nowhere:nope"), /Could not find public function for 'nowhere:nope'\./));

  it("are internal: as if they did not exist", () =>
    assertFailed(query("m:secret"), /Could not find public function for 'm:secret'\./));

  it("are of another kind than the endpoint", () =>
    assertFailed(query("m:send"), /Trying to execute m\.js:send as Query, but it is defined as Mutation\./));

  it("get arguments of another shape", () =>
    assertFailed(
      post("/api/mutation", { path: "m:send", args: {} }),
      /ArgumentValidationError: Object is missing the required field `text`\./,
    ));

  it("get arguments that are no value", () =>
    assertFailed(
      query("m:echo", { args: { value: { $integer: "!" } } }),
      /Invalid arguments for m\.js:echo: /,
    ));

  it("get two arguments", () =>
    assertFailed(
      query("m:list", { args: [{}, {}] }),
      /ArgumentValidationError: Expected to receive a single object as the function's argument\. Instead received 2 arguments: /,
    ));
});

describe("/api/run", () => {
  it("names the function in the URL", async () => {
    assert.deepEqual(
      (await post("/api/run/m/echo", { args: { value: { $integer: "BQAAAAAAAAA=" } } })).json,
      {
        status: "success",
        value: "5",
      },
    );
    assert.equal((await post("/api/run/dir/deep/list", { args: {} })).json["value"], "deep");
    assert.equal((await post("/api/run/m/default", { args: {} })).json["value"], "default");
  });

  it("can't be called with GET", async () =>
    assert.equal((await fetch(`${app.api}/api/run/m/list`)).status, 405));

  it("wants a module and a function", () =>
    assertRefused(post("/api/run/list", { args: {} }), 400, "MissingIdentifier"));

  it("runs internal functions for an admin only", async () => {
    await assertFailed(post("/api/run/m/secret", { args: {} }), /Could not find function for 'm:secret'\./);
    assert.equal((await post("/api/run/m/secret", { args: {} }, asAdmin(app))).json["value"], "secret");
  });
});

describe("/api/function", () => {
  it("is for admins", () =>
    assertRefused(post("/api/function", { path: "m:list", args: {} }), 403, "BadDeployKey"));

  it("runs functions of each kind and visibility", async () => {
    const run = async (path: string, args: object): Promise<unknown> =>
      (await post("/api/function", { path, args }, asAdmin(app))).json["value"];
    assert.equal(await run("m:secret", {}), "secret");
    assert.equal(await run("m:send", { text: "by admin" }), null);
    assert.equal(await run("m:sendLater", { text: "x" }), "x");
  });

  it("takes null or nothing as the path of the app itself", async () => {
    for (const componentPath of [null, ""]) {
      const body = { componentPath, path: "m:secret", args: {} };
      assert.equal((await post("/api/function", body, asAdmin(app))).json["value"], "secret");
    }
  });

  it("says that a function is missing, and what to do", () =>
    assertFailed(
      post("/api/function", { path: "m:nope", args: {} }, asAdmin(app)),
      /Could not find function for 'm:nope'\. Did you forget to run `npx convex dev`\?/,
    ));
});

describe("/api/query_batch", () => {
  it("answers each query by itself", async () => {
    const queries = ["m:nothing", "m:fails"].map((path) => ({ path, args: {} }));
    const { status, json } = await post("/api/query_batch", { queries });
    assert.equal(status, 200);
    const [good, bad, ...others] = json["results"] as {
      status: string;
      value?: unknown;
      errorMessage?: string;
    }[];
    assert.deepEqual(good, { status: "success", value: null });
    assert.equal(bad?.status, "error");
    assert.match(bad?.errorMessage ?? "", /Uncaught Error: x/);
    assert.deepEqual(others, []);
  });
});

describe("reads of the past", () => {
  it("see the database as it was at the timestamp", async () => {
    const before = (await query("m:list")).json["value"];
    const stamped = await post("/api/query_ts", "");
    assert.match(String(stamped.json["ts"]), /^[A-Za-z0-9+/]{11}=$/);
    await post("/api/mutation", { path: "m:send", args: { text: "later" } });
    const body = { path: "m:list", args: {}, ts: stamped.json["ts"] };
    assert.deepEqual((await post("/api/query_at_ts", body)).json["value"], before);
    assert.deepEqual((await query("m:list")).json["value"], [...(before as string[]), "later"]);
  });

  it("need no content type to get a timestamp", async () =>
    assert.equal((await fetch(`${app.api}/api/query_ts`, { method: "POST" })).status, 200));
});
