import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AppError } from "../src/deploy/app-error.ts";
import { InThreadApp } from "./support/in-thread-app.ts";

const ACTION = 'import { actionGeneric as action } from "convex/server";\n';

/** The first problem of an app that can't be pushed, as `text (file:line)`. */
async function problemOf(files: Readonly<Record<string, string>>): Promise<string> {
  try {
    await using _app = await InThreadApp.start(files);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const [{ text, location, notes } = { text: "", location: null, notes: [] }] = error.problems;
    const place = location === null ? "" : ` (${location.file}:${location.line})`;
    return [`${text}${place}`, ...notes].join("\n");
  }
  throw new assert.AssertionError({ message: "it was pushed" });
}

describe("a push is refused", () => {
  for (const [builder, kind] of [
    ["queryGeneric", "Query"],
    ["internalMutationGeneric", "Mutation"],
  ] as const) {
    it(`for a ${kind} in a Node module`, async () =>
      assert.equal(
        await problemOf({
          "convex/mod.ts": `"use node";\nimport { ${builder} as build } from "convex/server";\nexport const fn = build(async () => null);\n`,
        }),
        `\`fn\` defined in \`mod.js\` is a ${kind} function. Only actions can be defined in Node.js. See https://docs.convex.dev/functions/actions for more details.`,
      ));
  }

  it("for a Node module that throws while it is evaluated, with its place and its lines", async () => {
    const problem = await problemOf({
      "convex/sub/mod.ts": `"use node";\nconsole.log("so far", process.version.length > 0);\nthrow new TypeError("no further");\nexport const x = 1;\n`,
    });
    assert.match(
      problem,
      /^Failed to analyze sub\/mod\.js: Uncaught TypeError: no further \(convex\/sub\/mod\.ts:3\)\n/,
    );
    assert.match(problem, /\[LOG\] 'so far' true/);
  });

  it("for a Node module that ends its process", async () => {
    assert.match(
      await problemOf({ "convex/mod.ts": '"use node";\nprocess.exit(1);\nexport const x = 1;\n' }),
      /^Failed to analyze mod\.js: The Node\.js process that ran the function exited with code 1/,
    );
  });

  it("for operations while a Node module is evaluated", async () =>
    assert.match(
      await problemOf({
        "convex/mod.ts": `"use node";\nawait (globalThis as any).Convex.asyncSyscall("1.0/actions/query", "{}");\nexport const x = 1;\n`,
      }),
      /^Failed to analyze mod\.js: Uncaught Error: Cannot invoke syscall during module imports/,
    ));

  for (const file of ["http.ts", "crons.ts", "schema.ts", "auth.config.ts"]) {
    it(`for the directive in ${file}`, async () =>
      assert.equal(
        await problemOf({
          [`convex/${file}`]: '"use node";\nexport default 1;\n',
          "convex/a.ts": "export const x = 1;\n",
        }),
        `"use node" directive is not allowed for ${file}. (convex/${file}:1)`,
      ));
  }

  it("for a file in actions/ without the directive", async () =>
    assert.match(
      await problemOf({ "convex/actions/mail.ts": `${ACTION}export const x = action(async () => 1);\n` }),
      /put "use node"; at its top.*\(convex\/actions\/mail\.ts:1\)$/,
    ));

  it("for a file of the default runtime that imports one that needs Node", async () =>
    assert.match(
      await problemOf({
        "convex/node.ts":
          '"use node";\nimport { readFileSync } from "node:fs";\nexport const read = readFileSync;\n',
        "convex/plain.ts": 'import { read } from "./node";\nexport const x = read;\n',
      }),
      /^Could not resolve "node:fs" \(convex\/node\.ts:2\)\n.*a file without the directive must not import one that has it/,
    ));

  it("for a package with native code that is to be bundled", async () =>
    assert.match(
      await problemOf({
        "convex/mod.ts": '"use node";\nimport addon from "addon";\nexport const x = addon;\n',
        "node_modules/addon/package.json": '{ "name": "addon", "version": "1.0.0" }',
        "node_modules/addon/index.js": 'module.exports = require("./build.node");\n',
        "node_modules/addon/build.node": "",
      }),
      /name the package that the app installs under "node\.externalPackages" in convex\.json/,
    ));
});

describe("packages that are not bundled", () => {
  it("are those that convex.json names, if the app asks for them and has them", async () => {
    const manifest = (name: string, version: string): Record<string, string> => ({
      [`node_modules/${name}/package.json`]: JSON.stringify({ name, version }),
      [`node_modules/${name}/index.js`]: `exports.of = "${name} in " + __filename.split("/").slice(-2).join("/");\n`,
    });
    await using app = await InThreadApp.start({
      "package.json": JSON.stringify({
        name: "app",
        dependencies: { named: "^1.0.0", "@scope/named": "^1.0.0", other: "^1.0.0", own: "file:./own" },
      }),
      "convex.json": JSON.stringify({
        node: { externalPackages: ["named", "@scope/named", "own", "unlisted", "missing"] },
      }),
      "convex/mod.ts": `"use node";\n${ACTION}import { of as a } from "named";\nimport { of as b } from "@scope/named";\nimport { of as c } from "other";\nimport { of as d } from "own";\nimport { of as e } from "unlisted";\nexport const all = action(async () => [a, b, c, d, e]);\n`,
      ...manifest("named", "1.2.3"),
      ...manifest("@scope/named", "1.0.1"),
      ...manifest("other", "1.0.0"),
      ...manifest("own", "1.0.0"),
      ...manifest("unlisted", "1.0.0"),
    });
    assert.deepEqual(await app.value("action", "mod:all"), [
      "named in named/index.js",
      "@scope/named in named/index.js",
      "other in out/module.js",
      "own in out/module.js",
      "unlisted in out/module.js",
    ]);
    const packages = app.database.read(({ catalogue }) => catalogue.activePush("")?.packages) as string;
    assert.deepEqual(JSON.parse(packages), {
      folder: app.temp.folder,
      versions: { "@scope/named": "1.0.1", named: "1.2.3" },
    });
  });
});
