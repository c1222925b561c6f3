import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { after, before, describe, it } from "node:test";
import { BareServer } from "./support/bare-server.ts";
import { OfficialApp } from "./support/official-cli.ts";
import { fixture, readFolder } from "./support/start-app.ts";

/** The current command line, and the newest release of each of the five minor versions before it. */
const PACKAGES = ["convex-1-49", "convex", "convex-1-46", "convex-1-45", "convex-1-44", "convex-1-43"];

let server: BareServer;
before(async () => {
  server = await BareServer.start();
});
after(() => server[Symbol.asyncDispose]());

/* Each pushes over what the one before has left, as a deployment meets them that lives for years. */
for (const name of PACKAGES) {
  const manifest = findPackageJSON(name, import.meta.url) as string;
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };

  describe(`convex ${version}`, () => {
    let app: OfficialApp;
    before(() => {
      app = new OfficialApp(readFolder(fixture("official-cli")), server, name);
    });
    after(() => app[Symbol.dispose]());

    it("deploys, runs functions, and pushes again", async () => {
      await app.succeed(["deploy"]);
      await app.succeed([
        "run",
        "messages:send",
        JSON.stringify({ author: `Ada ${version}`, body: "hello" }),
      ]);
      const { stdout } = await app.run(["run", "messages:list"]);
      assert.ok(stdout.includes(`"author": "Ada ${version}"`), stdout);
      assert.equal(await (await fetch(`${server.site}/hello`)).text(), "hello");
      await app.succeed(["codegen"]);
      await app.succeed(["dev", "--once", "--tail-logs", "disable"]);
      assert.match(app.read(".env.local"), /CONVEX_URL=http/);
      await server.value("computing:digest", { text: "abc" });
      const hashes = await server.request("/api/get_config_hashes", {});
      const { udfServerVersion } = (await hashes.json()) as { udfServerVersion: string };
      assert.equal(udfServerVersion, version);
    });
  });
}

it("convex 1.49.0 has validators of function handles", async () => {
  using app = new OfficialApp(
    {
      "convex/m.ts": `import { createFunctionHandle } from "convex/server";
import { v } from "convex/values";
import { api } from "./_generated/api";
import { mutation, query } from "./_generated/server";

export const one = query({ args: {}, handler: async () => 1 });
export const handle = mutation({ args: {}, handler: async (): Promise<string> => createFunctionHandle(api.m.one) });
export const call = query({
  args: { callback: v.function({ fnType: "query", args: {}, returns: v.number() }) },
  handler: async (ctx, { callback }): Promise<number> => ctx.runQuery(callback as any, {}),
});
`,
    },
    server,
  );
  await app.succeed(["deploy"]);
  const callback = await server.value("m:handle");
  assert.equal(await server.value("m:call", { callback }), 1);
  const { errorMessage } = await server.run("m:call", { callback: "m:one" });
  assert.match(errorMessage as string, /Value: "m:one"\nValidator: v\.function\(\)/);
});
