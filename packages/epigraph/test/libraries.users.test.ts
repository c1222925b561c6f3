// What convex-helpers has for users: limits for each of them, sessions that they take along.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { makeKey, sign, toJwk } from "../src/services/auth/testing/identity-provider.ts";
import { FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const ISSUER = "https://users.example";
const key = makeKey("key", "ES256");
const jwks = `data:application/json,${encodeURIComponent(JSON.stringify({ keys: [toJwk(key)] }))}`;
const provider = { type: "customJwt", issuer: ISSUER, algorithm: "ES256", jwks };

const app = await startApp({
  copyOf: fixture("library-users"),
  files: { "convex/auth.config.ts": `export default { providers: [${JSON.stringify(provider)}] };` },
  packages: ["convex-helpers"],
});
after(() => app.stop());

function as(subject: string): FunctionCaller {
  const token = sign({ iss: ISSUER, sub: subject, exp: Math.floor(Date.now() / 1000) + 3600 }, key);
  return new FunctionCaller(app, { authorization: `Bearer ${token}` });
}

const [ada, bea, nobody] = [as("ada"), as("bea"), new FunctionCaller(app)];

describe("custom functions that ask who calls", () => {
  it("let in those who are somebody, and limit each by itself", async () => {
    assert.match(
      await nobody.errorOf("mutation", "notes:add", { text: "x" }),
      /^Uncaught ConvexError: "?Sign in first/,
    );
    await ada.mutation("notes:add", { text: "one" });
    await ada.mutation("notes:add", { text: "two" });
    const limited = await ada.errorOf("mutation", "notes:add", { text: "three" });
    assert.match(limited, /^Uncaught ConvexError: \{"kind":"RateLimited","name":"add"/);
    await bea.mutation("notes:add", { text: "mine" });
    assert.deepEqual(await ada.query("notes:mine"), ["one", "two"]);
    assert.deepEqual(await bea.query("notes:mine"), ["mine"]);
  });
});

describe("sessions of convex-helpers", () => {
  it("belong to a browser, until somebody signs in there", async () => {
    const session = { sessionId: "browser 1" };
    await nobody.mutation("carts:put", { ...session, item: "book" });
    assert.deepEqual(await nobody.query("carts:show", session), { owner: null, items: ["book"] });
    await ada.mutation("carts:put", { ...session, item: "pen" });
    assert.deepEqual(await ada.query("carts:show", session), { owner: "ada", items: ["book", "pen"] });
    assert.equal(await ada.query("carts:show", { sessionId: "browser 2" }), null);
  });

  it("go on in what actions call", async () => {
    const cart = await bea.action("carts:putTwo", { sessionId: "browser 3" });
    assert.deepEqual(cart, { owner: "bea", items: ["one", "two"] });
  });
});
