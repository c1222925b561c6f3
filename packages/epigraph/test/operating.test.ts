import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BareServer } from "./support/bare-server.ts";
import { runEpigraph } from "./support/command.ts";
import { OfficialApp } from "./support/official-cli.ts";
import { fixture, readFolder } from "./support/start-app.ts";

const files = readFolder(fixture("official-cli"));
let server: BareServer;
let app: OfficialApp;

before(async () => {
  server = await BareServer.start();
  app = new OfficialApp(files, server);
  await app.succeed(["deploy", "--message", "the first"]);
});
after(async () => {
  app[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

const epigraph = async (
  args: readonly string[],
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> =>
  runEpigraph([...args, "--dir", app.folder], {
    env: { CONVEX_SELF_HOSTED_URL: server.api, CONVEX_SELF_HOSTED_ADMIN_KEY: server.adminKey },
  });

const withKey = (key: string): Record<string, string> => ({ Authorization: `Convex ${key}` });
const codeOf = async (response: Response): Promise<string | undefined> =>
  ((await response.json()) as { code?: string }).code;

describe("the history of pushes", () => {
  it("tells who pushed what, and brings earlier code back", async () => {
    app.write({
      "convex/extra.ts":
        'import { query } from "./_generated/server";\nexport const x = query(async () => 1);\n',
    });
    await app.succeed(["deploy", "--message", "with extra"]);
    assert.equal(await server.value("extra:x"), 1);
    const { stdout } = await epigraph(["pushes"]);
    const [newest, oldest] = stdout.trimEnd().split("\n");
    assert.match(newest as string, /^\* {2}\w{32} {2}\S+Z {2}root {2}with extra: \+extra:x$/);
    assert.match(oldest as string, /^ {3}\w{32} {2}\S+Z {2}root {2}the first: \+/);
    const rolledBack = await epigraph(["rollback"]);
    assert.equal(rolledBack.exitCode, 0, rolledBack.stderr);
    assert.equal((await server.run("extra:x")).status, "error");
    await server.value("messages:list");
    const id = (newest as string).split(/\s+/)[1] as string;
    assert.equal((await epigraph(["rollback", id])).exitCode, 0);
    assert.equal(await server.value("extra:x"), 1);
    const missing = await epigraph(["rollback", "nope"]);
    assert.equal(missing.exitCode, 1);
    assert.match(missing.stderr, /There is no push nope/);
    assert.match(await app.deploy(), /Deployed/);
    const pushes = JSON.parse((await epigraph(["pushes", "--json"])).stdout) as object[];
    assert.ok(pushes.length >= 4 && pushes.length <= 10);
  });
});

describe("admin keys", () => {
  const create = async (name: string, scope: string): Promise<string> => {
    const { stdout, exitCode, stderr } = await epigraph(["admin-key", "create", name, "--scope", scope]);
    assert.equal(exitCode, 0, stderr);
    return stdout.trim();
  };

  it("for looking look, and change nothing", async () => {
    const key = await create("auditor", "readOnly");
    const ask = (path: string, body?: unknown): Promise<Response> => server.request(path, body, withKey(key));
    assert.equal((await ask("/api/v1/list_environment_variables")).status, 200);
    assert.equal((await ask("/api/stream_function_logs?cursor=0")).status, 200);
    for (const [path, body] of [
      ["/api/update_environment_variables", { changes: [] }],
      ["/api/get_config_hashes", {}],
      ["/api/deploy2/start_push", {}],
      ["/api/import/start_upload", {}],
      ["/api/export/request/zip", {}],
      ["/api/epigraph/rollback", {}],
      ["/api/epigraph/create_key", { name: "mine" }],
    ] as const) {
      const answer = await ask(path, body);
      assert.equal(answer.status, 403, path);
      const { code, message } = (await answer.json()) as { code: string; message: string };
      assert.equal(code, "OperationNotPermitted");
      assert.match(message, /^You do not have permission to perform this operation/);
    }
    const run = async (path: string): Promise<string> =>
      (await ask("/api/function", { path, args: {} })).text();
    assert.match(await run("messages:secret"), /"status":"success"/);
    assert.match(await run("messages:clear"), /You do not have permission to perform this operation/);
    assert.match(await run("_system/cli/tables"), /"status":"success"/);
    const check = await ask("/api/check_admin_key");
    const { isReadOnly, allowedOps } = (await check.json()) as { isReadOnly: boolean; allowedOps: string[] };
    assert.equal(isReadOnly, true);
    assert.ok(allowedOps.includes("ViewData") && !allowedOps.includes("Deploy"));
    const acting = Buffer.from('{"issuer":"i","subject":"s"}').toString("base64");
    assert.equal((await server.request("/api/query", {}, withKey(`${key}:${acting}`))).status, 400);
    const asUser = await server.request(
      "/api/query",
      { path: "messages:whoAmI", args: {} },
      withKey(`${key}:${acting}`),
    );
    assert.equal(await codeOf(asUser), "OperationNotPermitted");
  });

  it("for deploying deploy, under their name, and read no backups", async () => {
    const key = await create("ci", "deploy");
    const env = { CONVEX_SELF_HOSTED_ADMIN_KEY: key };
    app.write({
      "convex/by_ci.ts":
        'import { query } from "./_generated/server";\nexport const x = query(async () => 2);\n',
    });
    await app.deploy({ env });
    await app.succeed(["env", "set", "FROM_CI", "1"], { env });
    assert.match(await app.succeed(["env", "list"], { env }), /FROM_CI=1/);
    assert.match(await app.fail(["export", "--path", app.folder], { env }), /You do not have permission/);
    const { stdout } = await epigraph(["pushes"]);
    assert.match(stdout.split("\n")[0] as string, / ci {2}\+by_ci:x$/);
  });

  it("that were revoked open nothing", async () => {
    const key = await create("leaver", "full");
    assert.equal((await server.request("/api/check_admin_key", undefined, withKey(key))).status, 200);
    assert.equal((await epigraph(["admin-key", "revoke", "leaver"])).exitCode, 0);
    const answer = await server.request("/api/check_admin_key", undefined, withKey(key));
    assert.deepEqual([answer.status, await codeOf(answer)], [401, "BadAdminKey"]);
    assert.match((await epigraph(["admin-key", "list"])).stdout, /^leaver {2}full {2}\S+ {2}revoked \S+$/m);
    assert.equal((await epigraph(["admin-key", "revoke", "leaver"])).exitCode, 1);
    assert.equal((await epigraph(["admin-key", "explode"])).exitCode, 1);
  });
});

describe("the audit log", () => {
  it("has what was done with keys, by whom, and no secret", async () => {
    await server.request("/api/update_environment_variables", {
      changes: [{ name: "HIDDEN", value: "a-secret-value" }],
    });
    await server.request("/api/update_environment_variables", { changes: [{ name: "HIDDEN", value: null }] });
    const answer = await server.request("/api/query", {
      path: "_system/epigraph/auditLog",
      args: { limit: 50 },
      format: "json",
    });
    const text = await answer.text();
    assert.doesNotMatch(text, /a-secret-value/);
    const { value } = JSON.parse(text) as {
      value: { author: string; action: string; metadata: Record<string, unknown> }[];
    };
    const seen = value.map(({ author, action }) => `${author} ${action}`);
    assert.equal(seen[0], "root delete_environment_variable");
    assert.equal(seen[1], "root create_environment_variable");
    assert.deepEqual(value[1]?.metadata, { variable_name: "HIDDEN" });
    for (const entry of ["ci push_config", "ci create_environment_variable", "root revoke_admin_key"]) {
      assert.ok(seen.includes(entry), `${entry}\n${seen.join("\n")}`);
    }
  });
});
