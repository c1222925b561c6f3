import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { BareServer } from "./support/bare-server.ts";
import { type CommandResult, printedUntil, runEpigraph, spawnEpigraph } from "./support/command.ts";

const MESSAGES = `import { mutationGeneric as mutation, queryGeneric as query } from "convex/server";
export const list = query({ args: {}, handler: (ctx) => ctx.db.query("messages").collect() });
export const send = mutation({ args: {}, handler: async (ctx) => {
  console.log("sent");
  await ctx.db.insert("messages", { body: "hi", n: 1n });
} });
export const fail = mutation({ args: {}, handler: () => { throw new Error("broken"); } });
`;
const SCHEMA = `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ messages: defineTable({ body: v.string(), n: v.int64() }).index("by_n", ["n"]) });
`;

let server: BareServer;
let app: TempApp;
before(async () => {
  server = await BareServer.start();
  app = new TempApp({ "convex/messages.ts": MESSAGES, "convex/schema.ts": SCHEMA }, { packages: [] });
});
after(async () => {
  app[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

const epigraph = (args: readonly string[], more: { readonly cwd?: string } = {}): Promise<CommandResult> =>
  runEpigraph([...args, "--url", server.api, "--admin-key", server.adminKey], {
    cwd: more.cwd ?? app.folder,
  });
async function succeed(args: readonly string[]): Promise<CommandResult> {
  const result = await epigraph(args);
  assert.equal(result.exitCode, 0, result.stderr);
  return result;
}

describe("epigraph deploy", () => {
  it("rehearses without changing anything", async () => {
    const { stderr } = await succeed(["deploy", "--dry-run", "--typecheck", "off"]);
    assert.match(stderr, /^It could be deployed to http:\S+: \+ index messages\.by_n\n$/);
    assert.equal((await epigraph(["run", "messages:list"])).exitCode, 1);
  });

  it("brings an app into a deployment that is named on the command line, and says what changed", async () => {
    const { stdout, stderr } = await succeed(["deploy", "--typecheck", "off", "--message", "first"]);
    assert.equal(stdout, "");
    assert.match(stderr, /Pushed in \d+ ms: .*\+ 3 functions .*\nDeployed to http:\S+\n$/);
    assert.equal((await succeed(["run", "messages:list", "--json"])).stdout, "[]\n");
    assert.match((await succeed(["pushes"])).stdout, /root {2}first: \+messages:fail/);
  });

  it("does not send again what the deployment has, and tells programs in JSON", async () => {
    const { stdout, stderr } = await succeed(["deploy", "--json", "--typecheck", "off"]);
    assert.equal(stderr, "");
    assert.deepEqual(JSON.parse(stdout), { type: "unchanged" });
  });

  it("leaves the old code where the new one is broken, and says where", async () => {
    app.write({
      "convex/messages.ts": "export const x = ((): never => { throw new Error('at the top'); })();",
    });
    const { exitCode, stderr } = await epigraph(["deploy", "--typecheck", "off"]);
    app.write({ "convex/messages.ts": MESSAGES });
    assert.equal(exitCode, 1);
    assert.match(stderr, /InvalidModules: [\s\S]*at the top/);
    assert.equal((await succeed(["run", "messages:list", "--json"])).stdout, "[]\n");
  });

  it("tells of a wrong key, in JSON where that was asked for", async () => {
    const args = ["deploy", "--json", "--url", server.api, "--admin-key", "bare|01ff"];
    const { exitCode, stdout, stderr } = await runEpigraph(args, { cwd: app.folder });
    assert.deepEqual([exitCode, stdout], [1, ""]);
    assert.match((JSON.parse(stderr) as { error: string }).error, /^BadAdminKey: /);
  });

  it("never sends the key of one deployment to another", async () => {
    app.write({
      ".env.local": `CONVEX_SELF_HOSTED_URL=http://a.invalid\nCONVEX_SELF_HOSTED_ADMIN_KEY=${server.adminKey}\n`,
    });
    const { exitCode, stderr } = await runEpigraph(["deploy", "--url", server.api], { cwd: app.folder });
    app.remove(".env.local");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^No admin key for http:\S+ is known: give it with --admin-key/);
  });
});

describe("epigraph logs", () => {
  it("shows what was logged before, and what is logged meanwhile", async () => {
    await succeed(["run", "messages:send"]);
    await epigraph(["run", "messages:fail"]);
    const { stdout } = await succeed(["logs", "--history", "10", "--no-follow"]);
    assert.match(stdout, /^\S+Z messages:send \[LOG\] 'sent'$/m);
    assert.match(stdout, /^\S+Z messages:fail failed in [\d.]+ ms: Uncaught Error: broken$/m);
    const child = spawnEpigraph(["logs", "--json", "--url", server.api, "--admin-key", server.adminKey], {
      cwd: app.folder,
    });
    let followed = "";
    const seen = new Promise<void>((resolve) => {
      child.stdout?.setEncoding("utf8").on("data", (text: string) => {
        followed += text;
        if (followed.includes("\n")) resolve();
      });
    });
    // Until it follows, a call is history to it, so calls go on.
    const calling = new AbortController();
    const calls = (async () => {
      while (!calling.signal.aborted) await server.run("messages:send");
    })();
    await seen;
    calling.abort();
    await calls;
    child.kill("SIGINT");
    const [line] = followed.split("\n");
    assert.equal((JSON.parse(line as string) as { identifier: string }).identifier, "messages:send");
  });
});

describe("epigraph data", () => {
  it("lists tables, and documents in columns or as lines of JSON", async () => {
    await succeed(["run", "messages:send"]);
    await succeed(["run", "messages:send"]);
    assert.equal((await succeed(["data"])).stdout, "messages\n");
    const { stdout, stderr } = await succeed(["data", "messages", "--limit", "1"]);
    assert.match(
      stdout,
      /^_id +_creationTime +body +n\n"\w{32}" +[\d.]+ +"hi" +\{"\$integer":"AQAAAAAAAAA="\}\n$/,
    );
    assert.match(stderr, /^There are more/);
    const rows = (await succeed(["data", "messages", "--json"])).stdout.trim().split("\n");
    assert.ok(rows.length >= 2 && rows.every((row) => (JSON.parse(row) as { body: string }).body === "hi"));
    const wrong = await epigraph(["data", "messages", "--order", "up"]);
    assert.match(wrong.stderr, /^--order is asc or desc, not "up"\./);
  });
});

describe("epigraph export and import", () => {
  it("take documents out and bring them back", async () => {
    const before = (await succeed(["data", "messages", "--json"])).stdout;
    const path = join(app.folder, "out.zip");
    assert.equal((await succeed(["export", "--path", path])).stdout, `${path}\n`);
    assert.ok(statSync(path).size > 0 && !existsSync(`${path}.partial`));
    const refused = await epigraph(["import", path, "--replace"]);
    assert.equal(refused.exitCode, 1);
    assert.match(
      refused.stderr,
      /Documents that are there would be deleted: nothing was imported\. --yes allows it\.\n$/,
    );
    const done = await succeed(["import", path, "--replace", "--yes"]);
    assert.match(done.stderr, /Imported \d+ documents\.\n$/);
    assert.equal((await succeed(["data", "messages", "--json"])).stdout, before);
  });

  it("says which line of a file is broken, and keeps nothing of it", async () => {
    app.write({ "more.jsonl": '{"body":"a"}\n{"body":\n' });
    const { exitCode, stderr } = await epigraph(["import", "more.jsonl", "--table", "notes"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /Row 2 wasn't valid JSON/);
    assert.equal((await succeed(["data"])).stdout, "messages\n");
  });

  for (const [args, message] of [
    [["import"], /^epigraph import needs a file\./],
    [["import", "a.txt"], /^--format is needed: one of csv, jsonLines, jsonArray, zip\./],
    [["import", "a.csv"], /^--table is needed for this file\./],
    [
      ["import", "a.csv", "--table", "t", "--append", "--replace"],
      /^--append and --replace exclude each other\./,
    ],
    [["import", "nowhere.csv", "--table", "t"], /^The file can't be read: ENOENT/],
  ] as const) {
    it(`is told what is missing: ${args.join(" ")}`, async () => {
      const { exitCode, stderr } = await epigraph(args);
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
    });
  }
});

describe("epigraph admin-key show", () => {
  it("prints the first key of a data folder, whether its deployment runs or not", async () => {
    const data = join(app.folder, "d");
    const child = spawnEpigraph(["serve", "--data", data, "--port", "0", "--site-port", "0"], {
      cwd: app.folder,
    });
    const printed = await printedUntil(child, "ready:");
    const url = /functions at (http:[^\s,]+)/.exec(printed)?.[1] as string;
    const { stdout } = await runEpigraph(["admin-key", "show", "--data", data], { cwd: app.folder });
    const args = ["env", "list", "--url", url, "--admin-key", stdout.trim()];
    assert.equal((await runEpigraph(args, { cwd: app.folder })).exitCode, 0);
    child.kill("SIGTERM");
    const nowhere = await runEpigraph(["admin-key", "show", "--data", "/nowhere"], { cwd: app.folder });
    assert.equal(nowhere.exitCode, 1);
    assert.match(nowhere.stderr, /^There is no deployment in \/nowhere: name its folder with --data/);
    assert.equal(readFileSync(join(data, "instance.json"), "utf8").includes("secret"), true);
  });
});
