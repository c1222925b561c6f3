import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { BareServer } from "./support/bare-server.ts";
import { CliOutput, OfficialApp } from "./support/official-cli.ts";
import { RecordingProxy } from "./support/recording-proxy.ts";
import { fixture, readFolder } from "./support/start-app.ts";

let server: BareServer;
let app: OfficialApp;

before(async () => {
  server = await BareServer.start();
  app = new OfficialApp(readFolder(fixture("official-cli")), server);
  await app.deploy();
});
after(async () => {
  app[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

describe("convex env", () => {
  it("sets, shows and removes variables", async () => {
    await app.succeed(["env", "set", "A", "1"]);
    assert.equal((await app.run(["env", "get", "A"])).stdout, "1\n");
    assert.match(await app.succeed(["env", "list"]), /^A=1$/m);
    await app.succeed(["env", "set", "B=two"]);
    assert.match(await app.succeed(["env", "list"]), /^A=1\nB=two$/m);
    await app.succeed(["env", "remove", "A"]);
    await app.succeed(["env", "remove", "B"]);
    assert.match(await app.succeed(["env", "get", "A"]), /Environment variable "A" not found/);
    assert.equal((await app.run(["env", "get", "CONVEX_SITE_URL"])).stdout, `${server.site}\n`);
  });

  it("takes a whole file", async () => {
    app.write({ "some.env": 'X1=1\nX2="two words"\n' });
    await app.succeed(["env", "set", "--from-file", "some.env"]);
    assert.match(await app.succeed(["env", "list"]), /^X1=1\nX2=.*two words/m);
    app.write({ "some.env": "X1=other\n" });
    await app.fail(["env", "set", "--from-file", "some.env"]);
    await app.succeed(["env", "set", "--from-file", "some.env", "--force"]);
    assert.equal((await app.run(["env", "get", "X1"])).stdout, "other\n");
  });

  const refused: readonly (readonly [name: string, value: string, code: string])[] = [
    ["1A", "x", "EnvironmentVariableNameInvalid"],
    ["A".repeat(257), "x", "EnvironmentVariableNameTooLong"],
    ["BIG", "x".repeat(9 * 1024), "EnvironmentVariableValueTooLarge"],
    ["CONVEX_SITE_URL", "x", "EnvVarNameForbidden"],
  ];
  for (const [name, value, code] of refused) {
    it(`tells why ${name.slice(0, 20)} can't be set to ${value.slice(0, 5)}`, async () => {
      assert.match(await app.fail(["env", "set", name, value]), new RegExp(code));
    });
  }
});

describe("convex data", () => {
  it("says that there are no tables where there are none", async () => {
    await using empty = await BareServer.start();
    const env = { CONVEX_SELF_HOSTED_URL: empty.api, CONVEX_SELF_HOSTED_ADMIN_KEY: empty.adminKey };
    assert.match(await app.succeed(["data"], { env }), /There are no tables in the/);
  });

  it("shows tables, and rows of one in either order, and that there are more", async () => {
    for (const body of ["1", "2", "3"]) await server.value("messages:send", { author: "Ada", body });
    assert.match(await app.succeed(["data"]), /^messages$/m);
    const { stdout, stderr } = await app.run(["data", "messages", "--limit", "2", "--order", "asc"]);
    assert.match(stdout, /"1"[\s\S]*"2"/);
    assert.doesNotMatch(stdout, /"3"/);
    assert.match(stderr, /more|--limit/i);
    const lines = (await app.run(["data", "messages", "--format", "jsonl"])).stdout.trimEnd().split("\n");
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { body: string }).body),
      ["3", "2", "1"],
    );
    assert.match(await app.succeed(["data", "_storage"]), /There are no documents in this table/);
  });
});

describe("what else is asked over a WebSocket", () => {
  it("convex function-spec has functions and routes", async () => {
    const { stdout } = await app.run(["function-spec"]);
    const { url, functions } = JSON.parse(stdout) as {
      url: string;
      functions: { identifier?: string; path?: string; functionType: string }[];
    };
    assert.equal(url, server.api);
    assert.ok(functions.some(({ identifier }) => identifier === "messages.js:send"));
    assert.deepEqual(functions.at(-1), { functionType: "HttpAction", method: "GET", path: "/hello" });
    await app.succeed(["function-spec", "--file"]);
    const file = readdirSync(app.folder).find((name) => name.startsWith("function_spec_")) as string;
    assert.equal(
      (JSON.parse(readFileSync(join(app.folder, file), "utf8")) as { url: string }).url,
      server.api,
    );
  });

  it("convex network-test passes", async () => {
    const printed = await app.succeed(["network-test"]);
    assert.match(printed, /OK: WebSocket connection established/);
    assert.match(printed, /Network test passed/);
  });

  it("convex run names what there is when a function is not there", async () => {
    const printed = await app.fail(["run", "messages:nope"]);
    assert.match(printed, /Could not find function for 'messages:nope'/);
    assert.match(printed, /Available functions:\n[\s\S]*• messages:send/);
  });

  it("convex run --watch prints each new result", async () => {
    const child = app.spawn(["run", "--watch", "messages:list"]);
    try {
      const output = new CliOutput(child);
      await output.until(/Ada/);
      await server.value("messages:send", { author: "Watched", body: "now" });
      await output.until(/Watched/);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("convex dev pushes again by itself when a document that did not fit is mended, or the schema is", async () => {
    using other = new OfficialApp(readFolder(fixture("official-cli")), server);
    await server.value("messages:clear");
    await server.value("messages:send", { author: "Ada", body: "odd" });
    const schema = other.read("convex/schema.ts");
    const strict = schema.replace("body: v.string()", 'body: v.literal("fits")');
    other.write({ "convex/schema.ts": strict });
    const child = other.spawn(["dev", "--typecheck", "disable", "--tail-logs", "disable"]);
    try {
      const output = new CliOutput(child);
      await output.until(/Schema validation failed\.[\s\S]*does not match the schema/);
      let from = output.text.length;
      await server.value("messages:clear");
      // The command begins to watch the table a moment after it has printed why.
      const writing = setInterval(
        () => void server.run("messages:send", { author: "Ada", body: "fits" }),
        500,
      );
      await output.until(/Convex functions ready!/, from).finally(() => clearInterval(writing));
      from = output.text.length;
      other.write({ "convex/schema.ts": schema });
      await output.until(/Convex functions ready!/, from);
      await server.value("messages:send", { author: "Ada", body: "odd" });
      from = output.text.length;
      other.write({ "convex/schema.ts": strict });
      await output.until(/Schema validation failed/, from);
      from = output.text.length;
      other.write({ "convex/schema.ts": schema });
      await output.until(/Convex functions ready!/, from);
    } finally {
      child.kill("SIGKILL");
    }
  });
});

it("commands for the cloud are refused without a request", async () => {
  await using proxy = await RecordingProxy.start(server.api);
  const env = { CONVEX_SELF_HOSTED_URL: proxy.url };
  for (const command of ["dashboard", "insights"]) {
    const { stdout, stderr } = await app.run([command], { env });
    assert.match(stdout + stderr, /self-hosted|cloud deployments/i, command);
  }
  assert.deepEqual(proxy.paths, []);
});
