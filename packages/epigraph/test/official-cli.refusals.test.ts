import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { CHAT_APP } from "../src/deploy/testing/temp-app.ts";
import { BareServer } from "./support/bare-server.ts";
import { CliOutput, OfficialApp } from "./support/official-cli.ts";
import { RecordingProxy } from "./support/recording-proxy.ts";

const SCHEMA = CHAT_APP["convex/schema.ts"] as string;

let server: BareServer;
let proxy: RecordingProxy;
let app: OfficialApp;

before(async () => {
  server = await BareServer.start();
  proxy = await RecordingProxy.start(server.api);
  app = new OfficialApp(CHAT_APP, { api: proxy.url, adminKey: server.adminKey });
  await app.deploy();
});
after(async () => {
  app[Symbol.dispose]();
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe("a push that is refused leaves what runs, and says why:", () => {
  afterEach(async () => {
    assert.deepEqual(Object.keys((await server.run("messages:list")) as object).sort(), ["status", "value"]);
    app.write(CHAT_APP);
    for (const file of ["convex/broken.ts", "convex/crons.ts", "convex/auth.config.ts"]) {
      if (app.has(file)) app.remove(file);
    }
  });

  const refused: readonly (readonly [what: string, files: Record<string, string>, said: RegExp])[] = [
    [
      "a module that throws",
      { "convex/broken.ts": 'export const x = 1;\n\nthrow new Error("not today");\n' },
      /400 Bad Request: InvalidModules: Hit an error while pushing:\nLoading the pushed modules encountered the following\n {4}error:\nFailed to analyze broken\.js: Uncaught Error: not today\n\s+at .*\(\.\.\/convex\/broken\.ts:3:\d+\)/,
    ],
    [
      "a router that is none",
      { "convex/http.ts": "export default 1;\n" },
      /The default export of `convex\/http\.js` is not a Router\./,
    ],
    [
      "a function with a name that can't be called",
      {
        "convex/broken.ts":
          'import { query } from "./_generated/server";\nconst f = query(async () => 1);\nexport { f as "a b" };\n',
      },
      /InvalidFunctionName/,
    ],
    [
      "a schema that breaks a rule",
      { "convex/schema.ts": SCHEMA.replace('"by_author"', '"by_id"') },
      /Hit an error while evaluating your schema:\nIn table "messages" cannot name an index "by_id"/,
    ],
    [
      "a schema that documents do not match",
      {
        "convex/schema.ts": SCHEMA.replace("body: v.string()", "body: v.number()"),
        "convex/messages.ts": (CHAT_APP["convex/messages.ts"] as string).replace(
          "shout(args.body)",
          "shout(args.body).length",
        ),
      },
      /Schema validation failed\.\nDocument with ID "\w{32}" in table "messages" does not match the schema: /,
    ],
    [
      "search indexes",
      {
        "convex/schema.ts": SCHEMA.replace("]);", ']).searchIndex("s", { searchField: "body" });').replace(
          '.index("by_author", ["author"])',
          '.index("by_author", ["author"]).searchIndex("by_text", { searchField: "body" })',
        ),
      },
      /NotYet: Hit an error while pushing:\nnot yet in this version: search indexes/,
    ],
  ];
  for (const [what, files, said] of refused) {
    it(what, async () => {
      await server.value("messages:send", { author: "Ada", body: "hello" });
      app.write(files);
      assert.match(await app.fail(["deploy", "--typecheck", "disable"]), said);
    });
  }

  it("components", async () => {
    app.write({
      "convex/counter/convex.config.ts":
        'import { defineComponent } from "convex/server";\nexport default defineComponent("counter");\n',
      "convex/counter/public.ts": "export const nothing = 1;\n",
      "convex/convex.config.ts":
        'import { defineApp } from "convex/server";\nimport counter from "./counter/convex.config";\nconst app = defineApp();\napp.use(counter);\nexport default app;\n',
    });
    try {
      const printed = await app.fail(["deploy", "--typecheck", "disable"]);
      assert.match(
        printed,
        /NotYet: Hit an error while pushing:\nnot yet in this version: components, counter/,
      );
    } finally {
      app.remove("convex/counter");
      app.remove("convex/convex.config.ts");
    }
  });

  it('"use node" in http.ts, before anything is sent', async () => {
    proxy.forget();
    app.write({ "convex/http.ts": `"use node";\n${CHAT_APP["convex/http.ts"]}` });
    await app.fail(["deploy", "--typecheck", "disable"]);
    assert.ok(!proxy.paths.includes("/api/deploy2/start_push"));
  });

  it("documents do not matter where the schema says that they are not checked", async () => {
    app.write({
      "convex/schema.ts": SCHEMA.replace("body: v.string()", "body: v.number()").replace(
        /\n\}\);\n$/,
        "\n}, { schemaValidation: false });\n",
      ),
    });
    await app.deploy();
    app.write({ "convex/schema.ts": SCHEMA });
    await app.deploy();
  });
});

describe("environment variables that an app declares", () => {
  const config = (env: string): string =>
    `import { defineApp } from "convex/server";\nimport { v } from "convex/values";\nexport default defineApp({ env: { ${env} } });\n`;
  after(async () => {
    app.remove("convex/convex.config.ts");
    await app.deploy();
  });

  it("have to be set, and right, before its code runs, and stay so", async () => {
    app.write({
      "convex/convex.config.ts": config(
        'NEEDED: v.string(), LEVEL: v.union(v.literal("low"), v.literal("high")), EXTRA: v.optional(v.string())',
      ),
    });
    const printed = await app.fail(["deploy"]);
    assert.match(printed, /NEEDED/);
    assert.match(printed, /LEVEL/);
    assert.doesNotMatch(printed, /EXTRA/);
    await app.succeed(["env", "set", "NEEDED", "x"]);
    await app.succeed(["env", "set", "LEVEL", "medium"]);
    assert.match(
      await app.fail(["deploy"]),
      /InvalidEnvironmentVariable: .*`LEVEL` does not match its declared validator/s,
    );
    await app.succeed(["env", "set", "LEVEL", "low"]);
    await app.deploy();
    assert.match(
      await app.fail(["env", "remove", "NEEDED"]),
      /RequiredEnvironmentVariable: Cannot delete required/,
    );
    assert.match(await app.fail(["env", "set", "LEVEL", "medium"]), /InvalidEnvironmentVariable/);
    await app.succeed(["env", "set", "LEVEL", "high"]);
    assert.match(app.read("convex/_generated/server.d.ts"), /NEEDED: string/);
    // Code that is brought back declares what it declared.
    app.write({ "convex/after.ts": "export const nothing = 1;\n" });
    await app.deploy();
    assert.equal((await server.request("/api/epigraph/rollback", {})).status, 200);
    assert.match(await app.fail(["env", "remove", "NEEDED"]), /RequiredEnvironmentVariable/);
    app.remove("convex/after.ts");
  });

  it("are texts, and nothing else", async () => {
    app.write({ "convex/convex.config.ts": config("NUMBER: v.number() as any") });
    assert.match(await app.fail(["deploy", "--typecheck", "disable"]), /InvalidEnvVarDeclaration|env/);
  });
});

it("an auth config that reads a variable which is not set names it, with the command that sets it", async () => {
  app.write({
    "convex/auth.config.ts":
      'export default { providers: [{ domain: process.env.AUTH_X!, applicationID: "app" }] };\n',
  });
  const printed = await app.fail(["deploy"]);
  assert.match(printed, /AUTH_X/);
  assert.match(printed, /env set/);
  await app.succeed(["env", "set", "AUTH_X", "https://auth.example.com"]);
  await app.deploy();
  app.remove("convex/auth.config.ts");
  await app.deploy();
});

describe("a request of a push", () => {
  const codeOf = async (response: Response): Promise<string> =>
    ((await response.json()) as { code: string }).code;

  it("with a body that is cut short, or no JSON, is refused", async () => {
    const br = { "Content-Encoding": "br" };
    for (const path of ["start_push", "evaluate_push", "evaluate_schema", "finish_push"]) {
      const cut = await server.request(`/api/deploy2/${path}`, new Uint8Array([27, 100, 0]), br);
      assert.deepEqual([cut.status, await codeOf(cut)], [400, "BadJsonBody"]);
      const broken = await server.request(`/api/deploy2/${path}`, "{");
      assert.deepEqual([broken.status, await codeOf(broken)], [400, "BadJsonBody"]);
      const wrong = await server.request(`/api/deploy2/${path}`, { appDefinition: 5 });
      assert.deepEqual([wrong.status, await codeOf(wrong)], [400, "BadJsonBody"]);
      const unknown = await server.request(`/api/deploy2/${path}`, "{}", { "Content-Encoding": "zstd" });
      assert.deepEqual([unknown.status, await codeOf(unknown)], [400, "BadJsonBody"]);
    }
  });

  it("without a key, or with a key of a user, is refused", async () => {
    const answer = await fetch(`${server.api}/api/deploy2/start_push`, { method: "POST", body: "{}" });
    assert.deepEqual([answer.status, await codeOf(answer)], [403, "BadDeployKey"]);
  });

  let sent = "";
  before(async () => {
    await app.succeed(["deploy", "--push-all-modules"]);
    sent = proxy.last("/api/deploy2/start_push").body;
  });
  const start = (change: (body: PushBody) => void): Promise<Response> => {
    const body = JSON.parse(sent) as PushBody;
    change(body);
    return server.request("/api/deploy2/start_push", body);
  };
  interface PushBody {
    nodeVersion?: string;
    nodeDependencies: object[];
    appDefinition: { changedModules: object[]; unchangedModuleHashes: object[] };
  }
  const module = (path: string): object => ({ path, source: "export {};\n", environment: "isolate" });
  const claim = (path: string, sha256: string): object => ({ path, sha256, environment: "isolate" });

  const refused: readonly (readonly [
    what: string,
    change: (body: PushBody) => void,
    status: number,
    code: string,
  ])[] = [
    [
      "with too many modules",
      ({ appDefinition }) => {
        for (let i = 0; i < 4097; i++) appDefinition.changedModules.push(module(`m${i}.js`));
      },
      400,
      "InvalidModules",
    ],
    [
      "with a path that leads out",
      ({ appDefinition }) => void appDefinition.changedModules.push(module("../out.js")),
      400,
      "BadConvexModuleIdentifier",
    ],
    [
      "with two modules of one name",
      ({ appDefinition }) => appDefinition.changedModules.push(module("a.js"), module("a.js")) as never,
      400,
      "CanonicalizationConflict",
    ],
    [
      "that leaves out what was never there",
      ({ appDefinition }) => void appDefinition.unchangedModuleHashes.push(claim("gone.js", "00")),
      409,
      "MissingExistingModule",
    ],
    [
      "that leaves out another version of a module",
      ({ appDefinition }) => void appDefinition.unchangedModuleHashes.push(claim("messages.js", "00")),
      409,
      "ExistingModuleHashConflict",
    ],
    [
      "for a Node that is too old",
      (body) => void Object.assign(body, { nodeVersion: "18" }),
      400,
      "NodeVersionNotSupported",
    ],
    [
      "with a package whose name is none",
      (body) => {
        body.nodeDependencies.push({ name: "--global", version: "1.0.0" });
        body.appDefinition.changedModules.push({ ...module("n.js"), environment: "node" });
      },
      400,
      "InvalidExternalModules",
    ],
    [
      "with a package of no exact version",
      (body) => {
        body.nodeDependencies.push({ name: "left-pad", version: "file:/etc" });
        body.appDefinition.changedModules.push({ ...module("n.js"), environment: "node" });
      },
      400,
      "InvalidExternalModules",
    ],
    [
      "with a source map that is none",
      ({ appDefinition }) => void appDefinition.changedModules.push({ ...module("a.js"), sourceMap: "5" }),
      400,
      "InvalidModules",
    ],
  ];
  for (const [what, change, status, code] of refused) {
    it(`${what} is refused`, async () => {
      const answer = await start(change);
      const body = (await answer.json()) as { code: string; message: string };
      assert.deepEqual([answer.status, body.code], [status, code], body.message);
      await server.value("messages:list");
    });
  }

  it("with a message that is too long is refused", async () => {
    assert.match(await app.fail(["deploy", "--message", "x".repeat(1025)]), /PushMessageTooLong/);
    await app.succeed(["deploy", "--message", "x".repeat(1024)]);
  });

  it("that reports how long it took is answered with nothing", async () => {
    const answer = await server.request("/api/deploy2/report_push_completed", { spans: [] });
    assert.equal(await answer.json(), null);
  });
});

describe("pushes that meet", () => {
  it("of other schemas: the latest wins, the other is told; of the same one: the first", async () => {
    const body = async (schema: string): Promise<string> => {
      proxy.forget();
      app.write({ "convex/schema.ts": schema });
      await app.succeed(["deploy", "--push-all-modules", "--dry-run"]);
      const request = JSON.parse(proxy.last("/api/deploy2/start_push").body) as { dryRun: boolean };
      return JSON.stringify({ ...request, dryRun: false });
    };
    const first = await body(SCHEMA.replace('["author"])', '["author"]).index("by_first", ["body"])'));
    const second = await body(SCHEMA.replace('["author"])', '["author"]).index("by_second", ["body"])'));
    app.write(CHAT_APP);
    type Started = { schemaChange: object };
    const begin = async (text: string): Promise<Started> =>
      (await (await server.request("/api/deploy2/start_push", text)).json()) as Started;
    const wait = async ({ schemaChange }: Started): Promise<unknown> =>
      (
        (await (await server.request("/api/deploy2/wait_for_schema", { schemaChange })).json()) as {
          type: string;
        }
      ).type;
    const end = async (startPush: Started): Promise<string | undefined> =>
      (
        (await (await server.request("/api/deploy2/finish_push", { startPush, dryRun: false })).json()) as {
          code?: string;
        }
      ).code;
    const [one, other] = [await begin(first), await begin(second)];
    assert.equal(await wait(other), "complete");
    assert.equal(await wait(one), "raceDetected");
    assert.equal(await end(one), "SchemaAlreadyOverwritten");
    assert.equal(await end(other), undefined);

    const [same, again] = [await begin(first), await begin(first)];
    assert.deepEqual([await wait(same), await wait(again)], ["complete", "complete"]);
    assert.equal(await end(same), undefined);
    assert.equal(await end(again), "ConcurrentPush");

    const late = await begin(second);
    await wait(late);
    await server.request("/api/update_environment_variables", { changes: [{ name: "NEW", value: "1" }] });
    assert.equal(await end(late), "RaceDetected");
    const cut = await begin(first);
    await server.stop("SIGKILL");
    await server.start();
    assert.equal(await end(cut), "RaceDetected");
    await app.deploy();
    assert.match(await app.succeed(["deploy", "--dry-run"]), /Would have deployed/);
  });
});

describe("convex dev", () => {
  it("once: makes settings and generated files, and pushes", async () => {
    using fresh = new OfficialApp(
      {
        "package.json": JSON.stringify({
          name: "app",
          type: "module",
          dependencies: { convex: "*", vite: "*" },
        }),
      },
      server,
    );
    fresh.remove("convex");
    await fresh.succeed(["dev", "--once"]);
    assert.match(fresh.read(".env.local"), /VITE_CONVEX_URL=http:\/\/127\.0\.0\.1:\d+/);
    assert.ok(fresh.read(".env.local").includes(`VITE_CONVEX_SITE_URL=${server.site}`));
    assert.ok(fresh.has("convex/_generated/api.d.ts"));
    await app.deploy();
  });

  it("pushes at each save, again by itself after failures, and follows the log", async () => {
    const child = app.spawn(["dev"]);
    try {
      const output = new CliOutput(child);
      const pushed = /Convex functions ready!/;
      await output.until(pushed);
      let from = output.text.length;
      app.write({
        "convex/live.ts":
          'import { query } from "./_generated/server";\nexport const x = query(async () => { console.log("seen"); return 1; });\n',
      });
      await output.until(pushed, from);
      assert.equal(await server.value("live:x"), 1);
      await output.until(/Q\(live:x\)\] \[LOG\] 'seen'/, from);

      from = output.text.length;
      app.write({ "convex/live.ts": "export const x = {{;\n" });
      await output.until(/live\.ts/, from);
      from = output.text.length;
      let failures = 1;
      proxy.intervene = async ({ path }) =>
        path === "/api/deploy2/start_push" && failures-- > 0
          ? { status: 500, body: '{"code":"InternalServerError","message":"Try again later."}' }
          : null;
      app.write({
        "convex/live.ts":
          'import { query } from "./_generated/server";\nexport const x = query(async () => 2);\n',
      });
      await output.until(pushed, from);
      assert.equal(await server.value("live:x"), 2);

      from = output.text.length;
      let changed = false;
      proxy.intervene = async ({ path }) => {
        if (path === "/api/deploy2/finish_push" && !changed) {
          changed = true;
          await server.request("/api/update_environment_variables", {
            changes: [{ name: "MEANWHILE", value: "1" }],
          });
        }
        return null;
      };
      app.write({
        "convex/live.ts":
          'import { query } from "./_generated/server";\nexport const x = query(async () => 3);\n',
      });
      await output.until(/Environment variables have changed during push/, from);
      await output.until(pushed, from);
      assert.equal(await server.value("live:x"), 3);

      from = output.text.length;
      await server.stop();
      await server.start();
      app.write({
        "convex/live.ts":
          'import { query } from "./_generated/server";\nexport const x = query(async () => 4);\n',
      });
      await output.until(pushed, from);
      assert.equal(await server.value("live:x"), 4);
    } finally {
      proxy.intervene = () => null;
      child.kill("SIGKILL");
    }
  });
});
