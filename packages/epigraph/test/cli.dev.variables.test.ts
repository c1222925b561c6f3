import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { BareServer } from "./support/bare-server.ts";
import { runEpigraph } from "./support/command.ts";
import { FunctionCaller } from "./support/functions-api.ts";
import { startApp } from "./support/start-app.ts";

const CONFIG = `import { defineApp } from "convex/server";
import { v } from "convex/values";
export default defineApp({
  env: { NEEDED: v.string(), LEVEL: v.union(v.literal("low"), v.literal("high")), EXTRA: v.optional(v.string()) },
});
`;
const FILES = {
  "convex/convex.config.ts": CONFIG,
  "convex/m.ts": `import { env, query } from "./_generated/server";
export const all = query({
  args: {},
  handler: (): readonly [string, "low" | "high", string | null] => [env.NEEDED, env.LEVEL, env.EXTRA ?? null],
});
`,
};

describe("an app that declares environment variables", async () => {
  const app = await startApp({
    files: FILES,
    isBroken: true,
    args: ["--typecheck", "warn"],
    packages: ["typescript"],
  });
  after(() => app.stop());
  const functions = new FunctionCaller(app);
  const change = async (name: string, value: string | null): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${app.api}/api/update_environment_variables`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Convex ${app.adminKey}` },
      body: JSON.stringify({ changes: [{ name, value }] }),
    });
    return { status: response.status, text: await response.text() };
  };

  it("is pushed by dev once they are set, and right", async () => {
    assert.match(app.output(), /Required environment variables are not set: NEEDED, LEVEL\./);
    assert.match(await functions.errorOf("query", "m:all"), /Could not find public function/);
    await change("NEEDED", "x");
    const from = app.output().length;
    await change("LEVEL", "medium");
    await app.waitForOutput(/`LEVEL` does not match its declared validator/, { from });
    await change("LEVEL", "high");
    await app.waitForOutput(/✔ Pushed in \d+ ms/, { from });
    assert.deepEqual(await functions.query("m:all"), ["x", "high", null]);
  });

  it("has them as they must be for as long as it runs", async () => {
    assert.match((await change("NEEDED", null)).text, /RequiredEnvironmentVariable/);
    assert.match((await change("LEVEL", "medium")).text, /InvalidEnvironmentVariable/);
    assert.equal((await change("EXTRA", "more")).status, 200);
    assert.deepEqual(await functions.query("m:all"), ["x", "high", "more"]);
    assert.doesNotMatch(app.output(), /error TS/);
  });

  it("may declare something else at the next save", async () => {
    await app.save(
      {
        "convex/convex.config.ts": CONFIG.replace("NEEDED: v.string(), ", "NEEDED: v.optional(v.string()), "),
      },
      /✔ Pushed in \d+ ms/,
    );
    assert.equal((await change("NEEDED", null)).status, 200);
  });

  it("is told what can't be declared", async () => {
    await app.save(
      { "convex/convex.config.ts": CONFIG.replace("NEEDED: v.string()", "NEEDED: v.number() as any") },
      /Environment variable `NEEDED` is declared with a validator other than/,
    );
  });

  it("is pushed by deploy as well, with its types", async () => {
    await using server = await BareServer.start();
    await app.save(
      { "convex/convex.config.ts": CONFIG },
      /Required environment variables are not set: NEEDED\./,
    );
    const deploy = (): ReturnType<typeof runEpigraph> =>
      runEpigraph(["deploy", "--dir", app.folder, "--url", server.api, "--admin-key", server.adminKey]);
    const refused = await deploy();
    assert.equal(refused.exitCode, 1);
    assert.match(refused.stderr, /MissingEnvironmentVariables.*NEEDED, LEVEL\./s);
    const changes = [
      { name: "NEEDED", value: "y" },
      { name: "LEVEL", value: "low" },
    ];
    await server.request("/api/update_environment_variables", { changes });
    const deployed = await deploy();
    assert.equal(deployed.exitCode, 0, deployed.stderr);
    assert.deepEqual(await server.value("m:all"), ["y", "low", null]);
    assert.match(
      readFileSync(join(app.folder, "convex/_generated/server.d.ts"), "utf8"),
      /EnvFromAppDefinition/,
    );
  });
});
