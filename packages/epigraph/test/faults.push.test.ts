import assert from "node:assert/strict";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { startApp } from "./support/start-app.ts";

const MESSAGES = `import { query } from "./_generated/server";
import { version } from "./version";

export const which = query({ args: {}, handler: async () => version });
`;

const versionFile = (version: number): string => `export const version = ${version};\n`;

const app = await startApp({
  files: {
    "convex/messages.ts": MESSAGES,
    "convex/version.ts": versionFile(1),
  },
});
after(() => app.stop());

const functions = new FunctionCaller(app);
let version = 1;

describe("a save that can't be pushed", () => {
  // Whatever a test has broken, the next save mends.
  afterEach(async () => {
    version++;
    await app.save({
      "convex/messages.ts": MESSAGES,
      "convex/version.ts": versionFile(version),
    });
    assert.equal(await functions.query("messages:which"), version);
  });

  /** Saves and waits for the text; what ran before goes on. @returns what was printed. */
  async function saveBroken(files: Readonly<Record<string, string>>, expected: RegExp): Promise<string> {
    const from = app.output().length;
    await app.save(files, expected);
    assert.equal(await functions.query("messages:which"), version);
    return app.output().slice(from);
  }

  it("for an import of what is not there says where it stands", async () => {
    const printed = await saveBroken(
      { "convex/version.ts": 'import { x } from "./nowhere";\nexport const version = x;\n' },
      /Could not resolve/,
    );
    assert.match(printed, /✘ Could not resolve "\.\/nowhere"\n {2}convex\/version\.ts:1:19\n/);
  });

  it("for a module that throws at its top level says what and where", async () => {
    const printed = await saveBroken(
      { "convex/version.ts": 'export const version = 2;\n\nthrow new Error("not today");\n' },
      /Failed to analyze/,
    );
    assert.match(printed, /Failed to analyze (?:messages|version)\.js: Uncaught Error: not today\n/);
    assert.ok(
      printed.includes(`
  convex/version.ts:3:7
    1 │ export const version = 2;
    2 │
  > 3 │ throw new Error("not today");
      │       ^
`),
      printed,
    );
  });

  it("for a module that never ends is given up after its time, and others are served meanwhile", async () => {
    const from = app.output().length;
    app.write("convex/version.ts", "export const version = 2;\nfor (;;);\n");
    const isOver = app.waitForOutput(/Function execution timed out \(maximum duration: 4s\)/, { from });
    assert.equal(await Promise.race([isOver, functions.query("messages:which")]), version);
    await isOver;
    assert.equal(await functions.query("messages:which"), version);
  });

  it("for a module that fills memory is given up", async () => {
    await saveBroken(
      {
        "convex/version.ts":
          "const all = [];\nfor (;;) all.push(new Array(10_000).fill(0.5));\nexport const version = all.length;\n",
      },
      /JavaScript execution ran out of memory \(maximum memory usage: 64 MB\)/,
    );
  });

  it("for a schema that is none says so", async () => {
    const more = "To learn more, see the schema documentation at https://docs.convex.dev/database/schemas.";
    const notOne = await saveBroken({ "convex/schema.ts": "export default 5;\n" }, /isn't a Convex schema/);
    const none = await saveBroken({ "convex/schema.ts": "export const schema = 5;\n" }, /missing default/);
    for (const [printed, text] of [
      [notOne, "Default export from schema file isn't a Convex schema."],
      [none, "Schema file missing default export."],
    ] as const) {
      assert.ok(
        printed.includes(`Hit an error while evaluating your schema:\n`) &&
          printed.includes(`${text} ${more}`),
        printed,
      );
    }
    app.remove("convex/schema.ts");
  });

  it("for a folder that is gone says what is missing", async () => {
    const folder = join(app.folder, "convex");
    const from = app.output().length;
    await rename(folder, `${folder}-away`);
    await app.waitForOutput(/There is no convex\/ folder in /, { from });
    assert.equal(await functions.query("messages:which"), version);
    await rename(`${folder}-away`, folder);
  });
});

describe("an app whose first push fails", () => {
  const broken = { "convex/messages.ts": "export const broken = {{;\n" };

  it("is served as soon as it is mended", async () => {
    await using other = await startApp({ files: broken, isBroken: true });
    assert.match(other.output(), /convex\/messages\.ts:1:24/);
    await other.save({
      "convex/messages.ts":
        'import { query } from "./_generated/server";\nexport const hi = query(async () => "hi");\n',
    });
    assert.equal(await new FunctionCaller(other).query("messages:hi"), "hi");
  });

  it("and that has no functions at all is told to add some, in one sentence", async () => {
    await using other = await startApp({
      files: { "convex/README.md": "Functions come here.\n" },
      isBroken: true,
    });
    const said =
      "✘ The folder convex/ has no functions yet: add a file such as convex/messages.ts that exports a query.\n";
    assert.ok(other.output().startsWith(said), other.output());
  });
});
