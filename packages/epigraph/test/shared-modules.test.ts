import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { bundleApp } from "../src/deploy/bundle.ts";
import { writeGenerated } from "../src/deploy/codegen/write-generated.ts";
import { prepareModules } from "../src/deploy/prepare-modules.ts";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { Deployment } from "../src/deployment.ts";

const FILES = {
  "convex/shared.ts": `import { ConvexError, v } from "convex/values";
import { env, query } from "./_generated/server";

class Refused extends ConvexError<string> {}
class Failure extends Error { code = 1; constructor(text: string) { super(text); this.name = "Failure"; } }
const WORD = /^[a-z]+$/;
const KINDS = new Set(["a", "b"]);
const math = { half: (n: number) => n / 2 };
const ROLES = ["admin", "user"];
function label(role: string) { return ROLES.includes(role) ? role : env.CONVEX_SITE_URL; }
export const get = query({ args: { role: v.string() }, handler: async (_ctx, { role }) => label(role) });
export const refuse = query(async () => { throw new Refused("no"); });
export const use = query(async () => {
  const failure = new Failure("x");
  return [
    WORD.test("abc"), "abc".replace(WORD, "z"), "a1".match(WORD), "1a".search(/a/), "a-b".split(/-/),
    KINDS.has("a"), KINDS.size, ROLES.map((role) => role.length), math.half(4),
    failure.name, failure.code, failure instanceof Failure, String(failure),
  ];
});
// The analysis looks for names; what has another one is stopped when it happens.
export const tamper = query(async () => { const other: any = label; other.calls = (other.calls ?? 0) + 1; });
`,
  "convex/own.ts": `import { query } from "./_generated/server";
import { get } from "./shared";

let count = 0;
export const next = query(async () => [++count, typeof get]);
`,
};

describe("executions in one realm", () => {
  let temp: TempApp;
  let deployment: Deployment;

  before(async () => {
    temp = new TempApp(FILES);
    deployment = await Deployment.start({
      dataFolder: join(temp.folder, ".epigraph"),
      host: "127.0.0.1",
      port: 0,
      sitePort: 0,
      log: (text) => assert.fail(text),
    });
    writeGenerated(temp.app);
    const code = await prepareModules(await bundleApp(temp.app));
    const shareable = code.modules.filter(({ isShareable }) => isShareable).map(({ path }) => path);
    assert.ok(shareable.includes("shared.js") && !shareable.includes("own.js"));
    await deployment.push(code);
  });
  after(async () => {
    await deployment.close();
    temp[Symbol.dispose]();
  });

  async function call(path: string, args: object = {}): Promise<Record<string, unknown>> {
    const response = await fetch(`${deployment.apiUrl}/api/query`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ path, args, format: "json" }),
    });
    return (await response.json()) as Record<string, unknown>;
  }

  it("have the state of modules each for itself", async () => {
    for (let i = 0; i < 3; i++) assert.deepEqual((await call("own:next"))["value"], [1, "function"]);
  });

  it("use what is shared as if it was their own", async () => {
    for (let i = 0; i < 3; i++) {
      assert.equal((await call("shared:get", { role: "user" }))["value"], "user");
      assert.equal((await call("shared:get", { role: "x" }))["value"], deployment.siteUrl);
      assert.equal((await call("shared:refuse"))["errorData"], "no");
    }
  });

  it("get from shared values what they would get from new ones", async () => {
    const expected = [true, "z", null, 1, ["a", "b"], true, 2, [5, 4], 2, "Failure", 1, true, "Failure: x"];
    for (let i = 0; i < 2; i++) assert.deepEqual((await call("shared:use"))["value"], expected);
  });

  it("can't leave anything behind in what is shared", async () => {
    for (let i = 0; i < 2; i++) {
      const { errorMessage } = await call("shared:tamper");
      assert.match(String(errorMessage), /TypeError: Cannot add property calls, object is not extensible/);
    }
  });
});
