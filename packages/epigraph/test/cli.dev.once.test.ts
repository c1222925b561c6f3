import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { runEpigraph } from "./support/command.ts";

const FUNCTIONS = {
  "convex/tasks.ts": `
import { query } from "./_generated/server";
export const list = query({ args: {}, handler: async () => ["one"] });
`,
};

describe("dev --once", () => {
  const once = (app: TempApp): ReturnType<typeof runEpigraph> =>
    runEpigraph(["dev", "--once", "--dir", app.folder]);

  it("pushes and ends with 0", async () => {
    using app = new TempApp(FUNCTIONS);
    const { exitCode, stderr } = await once(app);
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /✔ Pushed in \d+ ms: \+ function tasks:list\n/);
    // The code is there for whoever serves the app next.
    assert.match((await once(app)).stderr, /nothing changed/);
  });

  it("ends with 1 when the app can't be pushed", async () => {
    using app = new TempApp({ "convex/tasks.ts": "export const list = ;\n" });
    const { exitCode, stderr } = await once(app);
    assert.equal(exitCode, 1);
    assert.match(stderr, /✘ Unexpected ";"/);
  });

  it("prints type errors as the app's compiler does, and pushes all the same", async () => {
    using app = appWithTypeError();
    const { exitCode, stderr } = await once(app);
    assert.equal(exitCode, 0, stderr);
    assert.match(
      stderr,
      /convex\/tasks\.ts\(3,\d+\): error TS2322: Type 'string' is not assignable to type 'number'\./,
    );
  });

  it("does not push type errors with --typecheck fail", async () => {
    using app = appWithTypeError();
    const args = ["dev", "--once", "--typecheck", "fail", "--dir", app.folder];
    const { exitCode, stderr } = await runEpigraph(args);
    assert.equal(exitCode, 1);
    assert.match(stderr, /error TS2322/);
    assert.doesNotMatch(stderr, /Pushed/);
  });
});

describe("a folder without an app", () => {
  it("is told what to do in one sentence", async () => {
    using app = new TempApp({});
    const { exitCode, stderr } = await runEpigraph(["dev", "--once", "--dir", app.folder]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^There is no convex\/ folder in .+: create it and .+, or .+ with --dir\.\n$/);
  });

  it("that has one further down is told where", async () => {
    using app = new TempApp({ "packages/backend/package.json": "{}", "packages/backend/convex/x.ts": "" });
    const { exitCode, stderr } = await runEpigraph(["dev", "--once", "--dir", app.folder]);
    assert.equal(exitCode, 1);
    assert.match(
      stderr,
      /^There is no convex\/ folder in .+, but one in packages\/backend: run this with --dir packages\/backend\.\n$/,
    );
  });
});

function appWithTypeError(): TempApp {
  return new TempApp(
    {
      "convex/tsconfig.json": JSON.stringify({
        compilerOptions: {
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          module: "ESNext",
          moduleResolution: "Bundler",
          types: [],
        },
      }),
      "convex/tasks.ts":
        'import { query } from "./_generated/server";\nexport const list = query(async () => {\n  const wrong: number = "text";\n  return wrong;\n});\n',
    },
    { packages: ["convex", "typescript"] },
  );
}
