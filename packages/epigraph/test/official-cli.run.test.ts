import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BareServer } from "./support/bare-server.ts";
import { CliOutput, OfficialApp } from "./support/official-cli.ts";
import { fixture, readFolder } from "./support/start-app.ts";

const files = readFolder(fixture("official-cli"));
let server: BareServer;
let app: OfficialApp;

before(async () => {
  server = await BareServer.start();
  app = new OfficialApp(files, server);
  await app.deploy();
});
after(async () => {
  app[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

describe("convex run", () => {
  it("prints the value of a query, and apart from it what was logged", async () => {
    await server.value("messages:send", { author: "Ada", body: "hello" });
    const { exitCode, stdout, stderr } = await app.run(["run", "messages:list", "{}"]);
    assert.equal(exitCode, 0);
    const [message] = JSON.parse(stdout) as { author: string }[];
    assert.equal(message?.author, "Ada");
    assert.match(stderr, /\[CONVEX \?\(messages:list\)\] \[LOG\] 'listing' \{\s*all: true\s*\}/);
  });

  const runs: readonly (readonly [name: string, args: string, expected: unknown])[] = [
    ["messages:secret", "{}", "of the house"],
    ["messages.js:secret", "{}", "of the house"],
    ["convex/messages.ts:secret", "{}", "of the house"],
    ["internal.messages.secret", "{}", "of the house"],
    ["messages:hidden", "{}", "done"],
    [
      "computing:digest",
      '{"text":"abc"}',
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ],
  ];
  for (const [name, args, expected] of runs) {
    it(`runs ${name}`, async () => {
      const { exitCode, stdout } = await app.run(["run", name, args]);
      assert.equal(exitCode, 0);
      assert.deepEqual(JSON.parse(stdout), expected);
    });
  }

  it("prints values that JSON has not", async () => {
    const printed = await app.succeed(["run", "messages:work"]);
    assert.match(printed, /"big":\s*"5"|5n|\$integer/);
  });

  it("runs as a user who is described", async () => {
    const { stdout } = await app.run(["run", "--identity", '{"name":"Ada"}', "messages:whoAmI"]);
    const { name, issuer } = JSON.parse(stdout) as { name: string; issuer: string };
    assert.deepEqual({ name, issuer }, { name: "Ada", issuer: "https://convex.test" });
  });

  it("fails with the text of what was thrown, and with the data of a ConvexError", async () => {
    assert.match(await app.fail(["run", "messages:fails"]), /Uncaught Error: not today\n\s+at handler \(/);
    assert.match(await app.fail(["run", "messages:refuse"]), /ConvexError: .*too early/s);
  });

  it("says what is wrong with arguments", async () => {
    const printed = await app.fail(["run", "messages:send", '{"author":5,"body":"x"}']);
    assert.match(printed, /ArgumentValidationError: Value does not match validator/);
  });

  it("pushes first where it is told to", async () => {
    const changed = `${files["convex/messages.ts"]}\nexport const fresh = query({ args: {}, handler: async () => "fresh" });\n`;
    app.write({ "convex/messages.ts": changed });
    const { exitCode, stdout, stderr } = await app.run(["run", "--push", "messages:fresh"]);
    assert.equal(exitCode, 0, stderr);
    assert.equal(JSON.parse(stdout), "fresh");
  });

  it("runs a query that is typed in, which can only read", async () => {
    await server.value("messages:send", { author: "Ada", body: "typed" });
    const { exitCode, stdout, stderr } = await app.run([
      "run",
      "--inline-query",
      'const rows = await ctx.db.query("messages").take(1); return rows[0].author;',
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.equal(JSON.parse(stdout), "Ada");
    const before = ((await server.value("messages:list")) as unknown[]).length;
    const writing = 'await ctx.db.insert("messages", { author: "x", body: "y" }); return 1;';
    await app.fail(["run", "--inline-query", writing]);
    assert.equal(((await server.value("messages:list")) as unknown[]).length, before);
  });
});

describe("a test query", () => {
  const test = async (source: string): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await server.request("/api/run_test_function", {
      args: {},
      bundle: { path: "testQuery.js", source },
      format: "convex_encoded_json",
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const WRAPPERS = 'import { query, internalQuery } from "convex:/_system/repl/wrappers.js";\n';

  it("may be of either visibility, and sees the environment", async () => {
    await server.request("/api/update_environment_variables", {
      changes: [{ name: "SETTING", value: "on" }],
    });
    const { body } = await test(
      `${WRAPPERS}export default internalQuery({ handler: async () => process.env.SETTING });`,
    );
    assert.deepEqual(body, { status: "success", value: "on" });
  });

  const refused: readonly (readonly [source: string, code: string, message: RegExp])[] = [
    [
      `${WRAPPERS}export const a = query({ handler: async () => 1 });`,
      "InvalidTestQuery",
      /^Only `export default`/,
    ],
    ["export default 5;", "InvalidTestQuery", /^Default export is not a Convex function\.$/],
    ["export default {{;", "InvalidModules", /^Could not analyze the given module:\n/],
    ['import x from "node:fs"; export default x;', "InvalidModules", /can't be imported here/],
    ['throw new Error("x");', "InvalidModules", /^Could not analyze the given module:\n.*Uncaught Error: x/s],
  ];
  for (const [source, code, message] of refused) {
    it(`is refused: ${source.split("\n").at(-1)}`, async () => {
      const { status, body } = await test(source);
      assert.equal(status, 400);
      assert.equal(body["code"], code);
      assert.match(body["message"] as string, message);
    });
  }
});

describe("convex logs", () => {
  it("shows what happened, each line once, those of actions before their end", async () => {
    await server.value("messages:list");
    await server.value("messages:work");
    await fetch(`${server.site}/hello`);
    await server.run("messages:fails");
    await server.value("messages:send", { author: "the last of the history", body: "" });
    const child = app.spawn(["logs", "--history", "50", "--success"]);
    try {
      const output = new CliOutput(child);
      await output.until(/'from the last of the history'[\s\S]*Function executed in/);
      const { text } = output;
      assert.match(text, /Q\(messages:list\)\] \[LOG\] 'listing' \{\s*all: true\s*\}/);
      assert.match(
        text,
        /A\(messages:work\)\] \[WARN\] 'working'[\s\S]*A\(messages:work\)\] Function executed in/,
      );
      assert.match(
        text,
        /H\(GET \/hello\)\] \[LOG\] 'greeting'[\s\S]*H\(GET \/hello\)\] Function executed in/,
      );
      assert.match(text, /M\(messages:fails\)\] Uncaught Error: not today/);
      const count = (part: string): number => text.split(part).length - 1;
      assert.equal(count("'working'"), count("A(messages:work)] Function executed"));
      const from = text.length;
      await server.value("messages:send", { author: "Bob", body: "now" });
      await output.until(/M\(messages:send\)\] \[INFO\] 'from Bob'/, from);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("as JSON lines has every field that the platform's logs have", async () => {
    await server.run("messages:fails");
    const child = app.spawn(["logs", "--history", "--jsonl"]);
    try {
      const output = new CliOutput(child);
      await output.until(/not today/);
      const line = output.text.split("\n").findLast((text) => text.includes("not today")) as string;
      const entry = JSON.parse(line) as Record<string, unknown>;
      const { kind, udfType, identifier, environment, identityType, caller, success } = entry;
      assert.deepEqual(
        { kind, udfType, identifier, environment, identityType, caller, success },
        {
          kind: "Completion",
          udfType: "Mutation",
          identifier: "messages:fails",
          environment: "isolate",
          identityType: "instance_admin",
          caller: "HttpApi",
          success: null,
        },
      );
      assert.match(entry["requestId"] as string, /^[0-9a-f]{16}$/);
      assert.ok(
        (entry["timestamp"] as number) > 1_000_000_000 && (entry["timestamp"] as number) < 100_000_000_000,
      );
    } finally {
      child.kill("SIGKILL");
    }
  });

  interface Log {
    readonly entries: readonly { identifier: string; logLines: unknown[]; timestamp: number }[];
    readonly newCursor: number;
  }
  const follow = async (
    cursor: number,
    name = "stream_function_logs",
    client = "npm-cli-1.48.0",
  ): Promise<Log> =>
    (await (
      await server.request(`/api/${name}?cursor=${cursor}`, undefined, { "Convex-Client": client })
    ).json()) as Log;

  it("is held until something happens, and loses nothing", async () => {
    const { newCursor } = await follow(0);
    const next = follow(newCursor);
    await server.value("messages:secret");
    const { entries, newCursor: later } = await next;
    assert.deepEqual(
      entries.map(({ identifier }) => identifier),
      ["messages:secret"],
    );
    assert.ok(later > newCursor);
    await Promise.all([server.value("messages:secret"), server.value("messages:list")]);
    const both = await follow(later);
    const rest = both.entries.length === 2 ? [] : (await follow(both.newCursor)).entries;
    assert.deepEqual([...both.entries, ...rest].map(({ identifier }) => identifier).sort(), [
      "messages:list",
      "messages:secret",
    ]);
  });

  it("has lines as texts for others, and completions alone where they are asked for", async () => {
    const { newCursor } = await follow(0);
    await server.value("messages:work");
    const texts = await follow(newCursor, "stream_function_logs", "other-1.0.0");
    assert.deepEqual(texts.entries[0]?.logLines, ["[WARN] 'working'"]);
    const ends = await follow(newCursor, "stream_udf_execution");
    assert.deepEqual(
      ends.entries.map(({ identifier, logLines }) => [identifier, logLines]),
      [["messages:work", []]],
    );
  });

  it("of a server on which nothing has happened answers at once", async () => {
    await using empty = await BareServer.start();
    const response = await empty.request("/api/stream_function_logs?cursor=0");
    const { entries, newCursor } = (await response.json()) as Log;
    assert.deepEqual(entries, []);
    assert.ok(newCursor > 0);
  });

  it("needs a key, and does not tell of what the deployment was asked about itself", async () => {
    assert.equal((await fetch(`${server.api}/api/stream_function_logs?cursor=0`)).status, 403);
    const { newCursor } = await follow(0);
    await server.request("/api/query", { path: "_system/cli/tables", args: { paginationOpts: {} } });
    await server.value("messages:secret");
    const { entries } = await follow(newCursor);
    assert.deepEqual(
      entries.map(({ identifier }) => identifier),
      ["messages:secret"],
    );
  });
});

describe("system queries", () => {
  const ask = async (
    path: string,
    args: object,
    headers?: Record<string, string>,
  ): Promise<Record<string, unknown>> =>
    (await (await server.request("/api/query", { path, args, format: "json" }, headers)).json()) as Record<
      string,
      unknown
    >;
  const value = async (path: string, args: object = {}): Promise<unknown> => {
    const answer = await ask(path, args);
    assert.equal(answer["status"], "success", JSON.stringify(answer));
    return answer["value"];
  };

  it("tell tables, their documents and sizes", async () => {
    await server.value("messages:clear");
    for (const body of ["1", "2", "3"]) await server.value("messages:send", { author: "Ada", body });
    const page = { cursor: null, numItems: 2 };
    assert.deepEqual(
      await value("_system/cli/tables", { paginationOpts: { cursor: null, numItems: 10_000 } }),
      {
        page: [{ name: "messages" }],
        isDone: true,
        continueCursor: "end",
      },
    );
    const read = async (order: string): Promise<string[]> => {
      const answer = await value("_system/cli/tableData", { table: "messages", order, paginationOpts: page });
      return (answer as { page: { body: string }[] }).page.map(({ body }) => body);
    };
    assert.deepEqual(await read("asc"), ["1", "2"]);
    assert.deepEqual(await read("desc"), ["3", "2"]);
    assert.equal(await value("_system/cli/tableSize", { tableName: "messages" }), 3);
    assert.equal(await value("_system/cli/tableSize", { tableName: "nothing" }), 0);
    const before = await value("_system/cli/queryTable", { tableName: "messages" });
    await server.value("messages:send", { author: "Ada", body: "4" });
    assert.notEqual(await value("_system/cli/queryTable", { tableName: "messages" }), before);
  });

  it("tell functions, routes, addresses, variables, schemas and components", async () => {
    const spec = (await value("_system/cli/modules:apiSpec")) as Record<string, unknown>[];
    const send = spec.find(({ identifier }) => identifier === "messages.js:send");
    assert.deepEqual(send, {
      identifier: "messages.js:send",
      functionType: "Mutation",
      visibility: { kind: "public" },
      args: {
        type: "object",
        value: {
          author: { fieldType: { type: "string" }, optional: false },
          body: { fieldType: { type: "string" }, optional: false },
        },
      },
      returns: { type: "any" },
    });
    assert.deepEqual(spec.at(-1), { functionType: "HttpAction", method: "GET", path: "/hello" });
    assert.equal(await value("_system/cli/convexUrl:cloudUrl"), server.api);
    assert.equal(await value("_system/cli/convexUrl:siteUrl"), server.site);
    await server.request("/api/update_environment_variables", {
      changes: [{ name: "SETTING", value: "on" }],
    });
    assert.deepEqual(await value("_system/cli/queryEnvironmentVariables"), [
      { name: "SETTING", value: "on" },
    ]);
    const variable = (name: string): Promise<unknown> =>
      value("_system/cli/queryEnvironmentVariables:get", { name });
    assert.deepEqual(await variable("SETTING"), { name: "SETTING", value: "on" });
    assert.deepEqual(await variable("CONVEX_SITE_URL"), { name: "CONVEX_SITE_URL", value: server.site });
    assert.equal(await variable("NOTHING"), null);
    const { active } = (await value("_system/frontend/getSchemas")) as { active: string };
    assert.equal(
      (JSON.parse(active) as { tables: { tableName: string }[] }).tables[0]?.tableName,
      "messages",
    );
    assert.deepEqual(await value("_system/frontend/components:list"), []);
  });

  it("are there for admins alone, and as queries", async () => {
    const path = "_system/cli/tables";
    const anonymous = await ask(path, {}, { Authorization: "" });
    assert.equal(anonymous["code"] ?? anonymous["status"], "InvalidHeaderFailure");
    const response = await fetch(`${server.api}/api/query`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ path, args: {} }),
    });
    const { errorMessage } = (await response.json()) as { errorMessage: string };
    assert.match(errorMessage, /Could not find public function for '_system\/cli\/tables'/);
    const mutation = await server.request("/api/mutation", { path, args: {} });
    assert.match(((await mutation.json()) as { errorMessage: string }).errorMessage, /defined as Query/);
    assert.match((await server.run("_system/cli/nope")).errorMessage as string, /Could not find function/);
    assert.match(
      (await server.run("_system/cli/tableData", { table: 5 })).errorMessage as string,
      /`table`: expected a string/,
    );
  });
});
