import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { CHAT_APP } from "../src/deploy/testing/temp-app.ts";
import { BareServer } from "./support/bare-server.ts";
import { OfficialApp } from "./support/official-cli.ts";
import { RecordingProxy } from "./support/recording-proxy.ts";

const SCHEMA = CHAT_APP["convex/schema.ts"] as string;
const PUSH = ["/api/get_config_hashes", "/api/deploy2/start_push"];
const ROUND = [
  "/api/get_config_hashes",
  "/api/deploy2/evaluate_schema",
  "/api/deploy2/start_push",
  "/api/deploy2/wait_for_schema",
  "/api/deploy2/finish_push",
];

interface StartBody {
  readonly appDefinition: {
    readonly changedModules: readonly { readonly path: string }[];
    readonly unchangedModuleHashes: readonly { readonly path: string }[];
  };
}

describe("convex deploy", () => {
  let server: BareServer;
  let proxy: RecordingProxy;
  let app: OfficialApp;

  before(async () => {
    server = await BareServer.start();
    proxy = await RecordingProxy.start(server.api);
    app = new OfficialApp(CHAT_APP, { api: proxy.url, adminKey: server.adminKey });
    await app.succeed(["deploy"]);
  });
  beforeEach(() => {
    proxy.forget();
    app.write(CHAT_APP);
  });
  after(async () => {
    app[Symbol.dispose]();
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const sent = (): { changed: string[]; unchanged: string[] } => {
    const { appDefinition } = JSON.parse(proxy.last("/api/deploy2/start_push").body) as StartBody;
    return {
      changed: appDefinition.changedModules.map(({ path }) => path),
      unchanged: appDefinition.unchangedModuleHashes.map(({ path }) => path),
    };
  };

  it("brings an app to an empty server, in one round of requests", async () => {
    await using empty = await BareServer.start();
    await using between = await RecordingProxy.start(empty.api);
    using fresh = new OfficialApp(
      {
        "convex/numbers.ts":
          'import { query } from "./_generated/server";\nexport const five = query(async () => 5);\n',
      },
      { api: between.url, adminKey: empty.adminKey },
    );
    await fresh.succeed(["deploy"]);
    assert.deepEqual(between.paths.slice(0, ROUND.length), ROUND);
    assert.equal(await empty.value("numbers:five"), 5);
  });

  it("serves queries, mutations, actions and HTTP actions of what was pushed", async () => {
    await server.value("messages:send", { author: "Ada", body: "hello" });
    const messages = (await server.value("messages:list")) as { author: string; body: string }[];
    assert.deepEqual(
      messages.map(({ author, body }) => ({ author, body })),
      [{ author: "Ada", body: "HELLO" }],
    );
    assert.equal(await server.value("sub/tasks:default"), "DONE");
    assert.equal(await (await fetch(`${server.site}/hi`)).text(), "hi");
  });

  it("sends nothing again that has not changed, and works all the same", async () => {
    // The first push of a new folder is bundled with generated code that is not final.
    await app.deploy();
    await app.deploy();
    const { changed, unchanged } = sent();
    assert.deepEqual(changed, []);
    assert.ok(unchanged.includes("messages.js"));
    await server.value("messages:list");
  });

  it("sends what has changed", async () => {
    app.write({ "convex/sub/tasks.ts": `${CHAT_APP["convex/sub/tasks.ts"]}\nexport const more = 1;\n` });
    await app.deploy();
    const { changed, unchanged } = sent();
    assert.deepEqual(changed, ["sub/tasks.js"]);
    assert.ok(unchanged.includes("messages.js"));
  });

  it("sends everything where it is told to, without asking what is there", async () => {
    await app.succeed(["deploy", "--push-all-modules"]);
    assert.ok(!proxy.paths.includes("/api/get_config_hashes"));
    assert.ok(sent().changed.includes("messages.js"));
    await server.value("messages:list");
  });

  it("removes functions whose file is gone", async () => {
    app.write({
      "convex/extra.ts":
        'import { query } from "./_generated/server";\nexport const x = query(async () => 1);\n',
    });
    await app.deploy();
    assert.equal(await server.value("extra:x"), 1);
    app.remove("convex/extra.ts");
    await app.deploy();
    const { status, errorMessage } = await server.run("extra:x");
    assert.equal(status, "error");
    assert.match(errorMessage as string, /Could not find function for 'extra:x'/);
  });

  it("with --dry-run says what would change, and changes nothing", async () => {
    app.write({
      "convex/schema.ts": SCHEMA.replace("]);", ']).index("by_body", ["body"]);').replace(
        '.index("by_author", ["author"])',
        '.index("by_author", ["author"]).index("by_body", ["body"])',
      ),
      "convex/later.ts":
        'import { query } from "./_generated/server";\nexport const x = query(async () => 1);\n',
    });
    const printed = await app.succeed(["deploy", "--dry-run"]);
    assert.match(printed, /Would add table indexes:\n\s*\[\+\] messages\.by_body {3}body, _creationTime/);
    assert.equal((await server.run("later:x")).status, "error");
    app.write({ "convex/schema.ts": SCHEMA });
    app.remove("convex/later.ts");
    const after = await app.deploy();
    assert.doesNotMatch(after, /table indexes/, "the index was not there to be removed");
  });

  it("adds and removes indexes, and says so", async () => {
    const withBody = SCHEMA.replace('["author"])', '["author"]).index("by_body", ["body"])');
    app.write({ "convex/schema.ts": withBody });
    assert.match(await app.deploy(), /Added table indexes:\n\s*\[\+\] messages\.by_body/);
    app.write({ "convex/schema.ts": SCHEMA });
    assert.match(await app.deploy(), /Deleted table indexes:\n\s*\[-\] messages\.by_body/);
  });

  it("builds a staged index in the background, and enables it later without another push waiting", async () => {
    const staged = SCHEMA.replace(
      '["author"])',
      '["author"]).index("by_body", { fields: ["body"], staged: true })',
    );
    app.write({ "convex/schema.ts": staged });
    assert.match(await app.deploy(), /Added staged table indexes:\n\s*\[\+\] messages\.by_body/);
    app.write({ "convex/schema.ts": staged.replace("staged: true", "staged: false") });
    assert.match(await app.deploy(), /These indexes are now enabled:\n\s*\[.\] messages\.by_body/);
    app.write({ "convex/schema.ts": SCHEMA });
    await app.deploy();
  });

  it("asks before it removes an index of a large table, and there has to be somebody to ask", async () => {
    app.write({
      "convex/schema.ts": SCHEMA.replace('["author"])', '["author"]).index("by_body", ["body"])'),
    });
    await app.deploy();
    app.write({ "convex/schema.ts": SCHEMA });
    await server.value("messages:send", { author: "a", body: "b" });
    const env = { CONVEX_MIN_DOCUMENTS_FOR_INDEX_DELETE_WARNING: "1" };
    assert.match(await app.fail(["deploy"], { env }), /--skip-large-indexes-check|terminal/i);
    await app.succeed(["deploy", "--skip-large-indexes-check"], { env });
  });

  it("with a wrong key fails at once", async () => {
    const wrong = [`${server.adminKey.slice(0, -2)}00`, `other|${server.adminKey.split("|")[1]}`];
    for (const adminKey of wrong) {
      const printed = await app.fail(["deploy"], { env: { CONVEX_SELF_HOSTED_ADMIN_KEY: adminKey } });
      assert.match(printed, /BadAdminKey: The provided admin key was invalid for this instance/);
    }
    assert.deepEqual(proxy.paths, ["/api/get_config_hashes", "/api/get_config_hashes"]);
  });

  it("refuses to mix deployments, without a request", async () => {
    assert.match(
      await app.fail(["deploy"], { env: { CONVEX_DEPLOYMENT: "dev:happy-otter-1" } }),
      /CONVEX_DEPLOYMENT must not be set/,
    );
    assert.match(
      await app.fail(["run", "--prod", "messages:list"]),
      /cannot be used with a self-hosted deployment/,
    );
    assert.deepEqual(proxy.paths, []);
  });

  it("stops at types that are wrong, after the push has begun; what runs stays", async () => {
    app.write({
      "convex/typed.ts":
        'import { query } from "./_generated/server";\nexport const x = query(async (): Promise<string> => 1);\n',
    });
    assert.match(await app.fail(["deploy"]), /typed\.ts/);
    assert.equal(proxy.paths.at(-1), "/api/deploy2/start_push");
    assert.equal((await server.run("typed:x")).status, "error");
    await app.deploy();
    assert.equal(await server.value("typed:x"), 1);
    app.remove("convex/typed.ts");
    await app.deploy();
  });

  it("gives the command of --cmd the address, under the name that its framework knows", async () => {
    const print = `node -e "console.log(process.env.CONVEX_URL + ' ' + process.env.CONVEX_SITE_URL)"`;
    const printed = await app.succeed(["deploy", "--cmd", print]);
    assert.ok(printed.includes(`${server.api} ${server.site}`), printed);
    app.write({
      "package.json": JSON.stringify({
        name: "app",
        type: "module",
        dependencies: { convex: "*", vite: "*" },
      }),
    });
    const vite = `node -e "console.log(process.env.VITE_CONVEX_URL)"`;
    assert.ok((await app.succeed(["deploy", "--cmd", vite])).includes(server.api));
    app.write({
      "package.json": JSON.stringify({ name: "app", type: "module", dependencies: { convex: "*" } }),
    });
  });

  it("gets back what it was given in between, and the server is not fooled by what was changed", async () => {
    await app.deploy();
    const started = JSON.parse(proxy.last("/api/deploy2/start_push").answer) as {
      schemaChange: { pushId: string };
    };
    const finished = JSON.parse(proxy.last("/api/deploy2/finish_push").body) as { startPush: unknown };
    assert.deepEqual(finished.startPush, started);
    const start = await server.request("/api/deploy2/start_push", proxy.last("/api/deploy2/start_push").body);
    const startPush = (await start.json()) as { schemaChange: Record<string, unknown> };
    const forge = (schemaChange: object): Promise<Response> =>
      server.request("/api/deploy2/finish_push", {
        startPush: { ...startPush, schemaChange },
        dryRun: false,
      });
    for (const changed of [
      { ...startPush.schemaChange, pushId: "0".repeat(32) },
      { ...startPush.schemaChange, schemaIds: { "": "another" } },
      started.schemaChange,
    ]) {
      const answer = await forge(changed);
      assert.equal(answer.status, 400);
      assert.equal(((await answer.json()) as { code: string }).code, "RaceDetected");
    }
    assert.equal((await forge(startPush.schemaChange)).status, 200);
    assert.equal((await forge(startPush.schemaChange)).status, 400, "once is all");
  });

  it("with convex codegen changes nothing", async () => {
    app.write({
      "convex/fresh.ts":
        'import { query } from "./_generated/server";\nexport const x = query(async () => 1);\n',
    });
    await app.succeed(["codegen"]);
    assert.deepEqual(proxy.paths, PUSH);
    assert.match(app.read("convex/_generated/api.d.ts"), /import type \* as fresh from "\.\.\/fresh\.js"/);
    assert.equal((await server.run("fresh:x")).status, "error");
    app.remove("convex/fresh.ts");
  });

  it("with static code generation gets types from what the server has found", async () => {
    app.write({
      "convex.json": JSON.stringify({ codegen: { staticApi: true, staticDataModel: true, fileType: "ts" } }),
    });
    app.remove("convex/_generated");
    await app.succeed(["codegen"]);
    const api = app.read("convex/_generated/api.ts");
    assert.match(
      api,
      /send: FunctionReference<\s*"mutation",\s*"public",\s*\{ author: string; body: string \}/,
    );
    assert.match(app.read("convex/_generated/dataModel.ts"), /by_author: \["author", "_creationTime"\]/);
    await app.deploy();
    app.remove("convex.json");
    app.remove("convex/_generated");
  });

  it("that fails once at the server is over", async () => {
    let failures = 1;
    proxy.intervene = async ({ path }) =>
      path === "/api/deploy2/start_push" && failures-- > 0
        ? { status: 500, body: '{"code":"InternalServerError","message":"Try again later."}' }
        : null;
    await app.fail(["deploy"]);
    proxy.intervene = () => null;
  });
});
