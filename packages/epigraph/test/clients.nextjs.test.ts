import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { fetchAction, fetchMutation, fetchQuery, preloadedQueryResult, preloadQuery } from "convex/nextjs";
import { anyApi } from "convex/server";
import { CustomJwt } from "./support/custom-jwt.ts";
import { DeployedApp } from "./support/deployed-app.ts";
import { fixture } from "./support/start-app.ts";

const jwt = new CustomJwt();
const { add, all, count, failing, shout, whoami } = anyApi["items"]!;

describe("the official helpers for servers of Next.js", () => {
  let app: DeployedApp;
  before(async () => {
    app = await DeployedApp.start({
      copyOf: fixture("clients"),
      files: { "convex/auth.config.ts": jwt.authConfig },
    });
  });
  after(() => app[Symbol.asyncDispose]());

  it("run functions, whose values keep their types", async () => {
    const options = { url: app.api };
    assert.equal(await fetchMutation(add!, { list: "next", text: "hello" }, options), 5);
    assert.deepEqual(await fetchQuery(all!, { list: "next" }, options), ["hello"]);
    assert.equal(await fetchQuery(count!, { list: "next" }, options), 1n);
    assert.equal(await fetchAction(shout!, { text: "hello" }, options), "HELLO");
  });

  it("pass a result on to the page, with all that it takes to go on live", async () => {
    const args = { list: "preloaded", n: undefined };
    await fetchMutation(add!, { list: "preloaded", text: "first" }, { url: app.api });
    const preloaded = await preloadQuery(all!, args, { url: app.api });
    const { _name, _argsJSON, _valueJSON } = JSON.parse(JSON.stringify(preloaded)) as Record<string, unknown>;
    assert.deepEqual([_name, _argsJSON, _valueJSON], ["items:all", { list: "preloaded" }, ["first"]]);
    assert.deepEqual(preloadedQueryResult(preloaded), ["first"]);
  });

  it("name the user by a token, and are refused with a bad one", async () => {
    const token = jwt.token("ada");
    assert.equal(await fetchQuery(whoami!, {}, { url: app.api, token }), "ada");
    assert.equal(await fetchQuery(whoami!, {}, { url: app.api }), "nobody");
    await assert.rejects(fetchQuery(whoami!, {}, { url: app.api, token: "x.y.z" }), /InvalidAuthHeader/);
  });

  it("throw what a function throws", async () => {
    await assert.rejects(fetchQuery(failing!, {}, { url: app.api }), { data: { reason: "always" } });
  });

  it("find the deployment by the variable that a page gets", async () => {
    process.env["NEXT_PUBLIC_CONVEX_URL"] = app.api;
    after(() => delete process.env["NEXT_PUBLIC_CONVEX_URL"]);
    assert.equal(await fetchQuery(whoami!, {}), "nobody");
  });
});
