import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { after, before, describe, it } from "node:test";
import { BareServer } from "./support/bare-server.ts";
import { OfficialApp } from "./support/official-cli.ts";
import { fixture, readFolder } from "./support/start-app.ts";

/** The current command line, and the newest release of each of the five minor versions before it. */
const PACKAGES = ["convex-1-49", "convex", "convex-1-46", "convex-1-45", "convex-1-44", "convex-1-43"];

for (const name of PACKAGES) {
  const manifest = findPackageJSON(name, import.meta.url) as string;
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };

  describe(`convex ${version}`, () => {
    let server: BareServer;
    let app: OfficialApp;
    before(async () => {
      server = await BareServer.start();
      app = new OfficialApp(readFolder(fixture("official-cli")), server, name);
    });
    after(async () => {
      app[Symbol.dispose]();
      await server[Symbol.asyncDispose]();
    });

    it("deploys, runs functions, and pushes again", async () => {
      await app.succeed(["deploy"]);
      await app.succeed(["run", "messages:send", '{"author":"Ada","body":"hello"}']);
      const { stdout } = await app.run(["run", "messages:list"]);
      assert.match(stdout, /"author": "Ada"/);
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
