import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { ConvexHttpClient } from "convex/browser";
import { anyApi } from "convex/server";
import { ConvexError } from "convex/values";
import { assertFailed, FunctionCaller, postApi } from "./support/functions-api.ts";
import { INSTALLED_PACKAGE } from "./support/node-package.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({
  copyOf: fixture("node-actions"),
  files: INSTALLED_PACKAGE,
  env: { SERVER_SECRET: "s", LANG: "C.UTF-8" },
});
after(() => app.stop());

const functions = new FunctionCaller(app);
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

async function logLinesOf(path: string): Promise<readonly string[]> {
  return (await postApi(app, "/api/action", { path, args: {} })).json["logLines"] as string[];
}

async function setVariable(name: string, value: string): Promise<void> {
  const body = { changes: [{ name, value }] };
  const headers = { Authorization: `Convex ${app.adminKey}` };
  const answer = await fetch(`${app.api}/api/update_environment_variables`, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, await answer.text());
}

describe("a Node action", () => {
  it("has files and buffers", async () =>
    assert.equal(await functions.action("node:throughFile", { text: "zoë" }), "zoë"));

  it("imports packages from where the app has them, not bundled", async () => {
    const folder = join(app.folder, "node_modules", "with-native-code");
    assert.deepEqual(await functions.action("node:ofPackage"), { version: 1, folder, isSame: true });
  });

  it("runs queries, mutations and actions, internal ones too", async () =>
    assert.deepEqual(await functions.action("node:roundTrip", { text: "first" }), {
      notes: ["first"],
      digest: hashOf("first"),
      identity: null,
    }));

  it("is run by an action of the default runtime, its lines in order among that one's", async () => {
    const { json } = await postApi(app, "/api/action", { path: "notes:hashInNode", args: { text: "x" } });
    assert.equal(json["value"], hashOf("x"));
    assert.deepEqual(json["logLines"], ["[LOG] 'before'", "[LOG] 'hashing'", "[LOG] 'after'"]);
  });

  it("answers the official client", async () => {
    const client = new ConvexHttpClient(app.api, { logger: false });
    assert.equal(await client.action(anyApi["node"]!["echo"]!, { text: "four" }), 4);
    await assert.rejects(client.action(anyApi["node"]!["throwingData"]!, {}), (error) => {
      assert.ok(error instanceof ConvexError);
      assert.deepEqual(error.data, { code: 7, big: 12n });
      return true;
    });
  });

  it("prints as Node does, with lines of nested calls between its own", async () =>
    assert.deepEqual(await logLinesOf("node:logging"), [
      "[LOG] 'hi' { a: 1 } Map(1) { 'k' => 1n }",
      "[WARN] '%s' 1",
      "[LOG] 'adding' 'from a log'",
      "[ERROR] 'last'",
    ]));

  it("prints a million characters at most", async () => {
    const lines = await logLinesOf("node:logMuch");
    assert.equal(lines.length, 117);
    assert.equal(lines.at(-1), "[ERROR] Log overflow (maximum 1M characters). Remaining log lines omitted.");
  });

  it("fails with frames in the app's sources, shared modules among them", async () => {
    const error = await functions.errorOf("action", "node:throwing");
    assert.match(
      error,
      /^Uncaught Error: no luck\n {4}at failWith \(\.\.\/convex\/shared\.ts:3:9\)\n {4}at .*\(\.\.\/convex\/node\.ts:\d+:\d+\)\n$/,
    );
  });

  it("catches what a mutation fails with", async () =>
    assert.match(
      String(await functions.action("node:failedMutation")),
      /^Uncaught Error: empty note\n {4}at handler \(\.\.\/convex\/notes\.ts:\d+:\d+\)$/,
    ));

  it("refuses arguments of more than 5 MiB, before anything runs", async () => {
    const error = await functions.errorOf("action", "node:echo", { text: "x".repeat(6 * 1024 * 1024) });
    assert.equal(
      error.trimEnd(),
      "Node actions arguments size is too large. The maximum size is 5 MiB. Reduce the size of the arguments or consider using Convex runtime actions instead, which have a 16 MiB limit. See https://docs.convex.dev/functions/runtimes",
    );
    assert.equal(await functions.action("node:echo", { text: "x".repeat(4 * 1024 * 1024) }), 4 * 1024 * 1024);
  });

  it("checks arguments and results like any function", async () => {
    assert.match(await functions.errorOf("action", "node:echo", { text: 1 }), /^ArgumentValidationError: /);
    await assertFailed(
      postApi(app, "/api/action", { path: "node:hash", args: { text: "x" } }),
      /Could not find public function for 'node:hash'\./,
    );
  });

  it("sees the deployment's variables and nothing of the server's own", async () => {
    await setVariable("SETTING", "on");
    const { names, setting, zone, url, globals } = (await functions.action("node:environment")) as Record<
      string,
      unknown
    >;
    const deployment = ["CONVEX_CLOUD_URL", "CONVEX_SITE_URL", "LANG", "PATH", "PWD", "SETTING", "TZ"];
    assert.deepEqual(
      (names as string[]).filter((name) => name !== "NODE_PATH"),
      deployment,
    );
    assert.equal(setting, "on");
    assert.match(String(zone), /^Thu Jan 01 1970 00:00:00 GMT\+0000/);
    assert.equal(url, app.api);
    assert.deepEqual(globals, ["function", "object", "object", "string", "string"]);
  });
});

describe("the state of a Node module", () => {
  it("stays between actions until variables change", async () => {
    const first = (await functions.action("node:counted")) as number;
    assert.equal(await functions.action("node:counted"), first + 1);
    await setVariable("OTHER", "1");
    assert.equal(await functions.action("node:counted"), 1);
  });

  it("does not let promises of an earlier action call in", async () => {
    const lines = await logLinesOf("node:leave");
    assert.ok(
      lines.some((line) =>
        line.startsWith(
          "[WARN] You have an outstanding mutation call. Operations should be awaited or they might not run.",
        ),
      ),
      lines.join("\n"),
    );
    assert.equal(
      await functions.action("node:meetLeftover"),
      "Leftover state detected. This typically happens if there are dangling promises from a previous request. Did you forget to await your promises?",
    );
  });
});

describe("a Node action that ends its process", () => {
  const ends: readonly (readonly [name: string, error: RegExp])[] = [
    ["exit", /^The Node\.js process that ran the function exited with code 3\./],
    ["crash", /^The Node\.js process that ran the function was ended by SIG[A-Z]+\./],
    ["uncaught", /^Uncaught Error: from a timer\n {4}at .*\(\.\.\/convex\/node\.ts:\d+:\d+\)\n$/],
    ["rejected", /^Uncaught Error: nobody listens\n {4}at .*\(\.\.\/convex\/node\.ts:\d+:\d+\)\n$/],
    ["fillOutside", /^JavaScript execution ran out of memory \(maximum memory usage: 512 MB\)\n$/],
  ];
  for (const [name, error] of ends) {
    it(`fails alone (${name})`, async () => {
      const beside = functions.action("node:wait", { ms: 300 });
      assert.match(await functions.errorOf("action", `node:${name}`), error);
      assert.equal(await beside, "waited");
      assert.equal(await functions.action("node:echo", { text: "x" }), 1);
    });
  }

  it("has printed its lines", () => assert.match(app.output(), /\[node:exit\] LOG 'about to go'/));
});

describe("a push", () => {
  it("warns of another version of Node", () =>
    assert.match(
      app.output(),
      /convex\.json asks for Node\.js 20, but functions with "use node" run on the Node\.js that runs this server, v\d+/,
    ));

  it("lets an action end on the code that it began with", async () => {
    const file = "convex/version.ts";
    const version = (text: string): string =>
      `"use node";\nimport { action } from "./_generated/server";\nexport const slow = action(async () => {\n  console.log("${text}");\n  await new Promise((resolve) => setTimeout(resolve, 1500));\n  return "${text}";\n});\n`;
    await app.save({ [file]: version("old") });
    const from = app.output().length;
    const old = functions.action("version:slow");
    await app.waitForOutput(/'old'/, { from });
    await app.save({ [file]: version("new") });
    assert.equal(await functions.action("version:slow"), "new");
    assert.equal(await old, "old");
  });
});
