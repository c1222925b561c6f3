import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { parseEnv } from "node:util";
import { startApp } from "./support/start-app.ts";

const FUNCTIONS = {
  "convex/tasks.ts": `
import { query } from "./_generated/server";
export const list = query({ args: {}, handler: async () => ["one"] });
`,
};

describe("an app that dev serves for the first time", async () => {
  const app = await startApp({
    files: {
      ...FUNCTIONS,
      "package.json": '{ "name": "app", "type": "module", "dependencies": { "vite": "*" } }',
      ".env.local": "# mine\nCONVEX_DEPLOYMENT=dev:happy-otter-1\nOTHER='kept'\n",
      ".gitignore": "node_modules\n",
    },
  });
  after(() => app.stop());
  const read = (file: string): string => readFileSync(join(app.folder, file), "utf8");

  it("finds its addresses and its key in .env.local, beside what was there", () => {
    const { CONVEX_SELF_HOSTED_ADMIN_KEY: key, ...settings } = parseEnv(read(".env.local"));
    assert.deepEqual(settings, {
      OTHER: "kept",
      CONVEX_SELF_HOSTED_URL: app.api,
      CONVEX_URL: app.api,
      CONVEX_SITE_URL: app.site,
      VITE_CONVEX_URL: app.api,
      VITE_CONVEX_SITE_URL: app.site,
    });
    assert.match(key ?? "", /^[\w-]+\|\S+$/);
    assert.match(read(".env.local"), /^# mine\n/);
  });

  it("has its cloud deployment commented out, and is told so", () => {
    assert.match(read(".env.local"), /^# CONVEX_DEPLOYMENT=dev:happy-otter-1$/m);
    assert.match(app.output(), /Commented out CONVEX_DEPLOYMENT in \.env\.local/);
  });

  it("keeps its key and its data out of git", () =>
    assert.equal(read(".gitignore"), "node_modules\n.env.local\n.epigraph/\n"));

  it("gets its generated code", () => {
    for (const file of ["api.d.ts", "api.js", "dataModel.d.ts", "server.d.ts", "server.js"]) {
      assert.ok(existsSync(join(app.folder, "convex/_generated", file)), file);
    }
  });

  it("is ready once, with both addresses and the time that it took", () =>
    assert.equal(
      app.output().match(/ready in \d+ ms: functions at http:\S+, HTTP actions at http:\S+/g)?.length,
      1,
    ));
});

describe("an app with no settings of its own", async () => {
  const app = await startApp({ files: FUNCTIONS });
  after(() => app.stop());

  it("gets a .env.local that only its owner can read", { skip: process.platform === "win32" }, () =>
    assert.equal(statSync(join(app.folder, ".env.local")).mode & 0o777, 0o600),
  );
});
