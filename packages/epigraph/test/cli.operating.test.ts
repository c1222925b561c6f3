import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { BareServer } from "./support/bare-server.ts";
import { type CommandResult, runEpigraph, spawnEpigraph } from "./support/command.ts";

let server: BareServer;
before(async () => {
  server = await BareServer.start();
});
after(() => server[Symbol.asyncDispose]());

const env = (): Record<string, string> => ({
  CONVEX_SELF_HOSTED_URL: server.api,
  CONVEX_SELF_HOSTED_ADMIN_KEY: server.adminKey,
});
const epigraph = (...args: string[]): Promise<CommandResult> => runEpigraph(args, { env: env() });

describe("epigraph pause and resume", () => {
  it("stop functions and let them run again", async () => {
    const paused = await epigraph("pause");
    assert.deepEqual([paused.exitCode, paused.stdout], [0, ""]);
    assert.match(paused.stderr, /^Paused: no function runs until `epigraph resume`\.\n$/);
    assert.match((await server.run("m:any")).errorMessage ?? "", /while this deployment is paused/);
    const again = await epigraph("pause");
    assert.equal(again.exitCode, 1);
    assert.match(again.stderr, /PauseDeploymentFailed: Deployment is already paused\./);
    const resumed = await epigraph("resume", "--json");
    assert.deepEqual([resumed.exitCode, resumed.stdout], [0, '{"isPaused":false}\n']);
    assert.match((await server.run("m:any")).errorMessage ?? "", /Could not find function/);
    const more = await epigraph("resume", "--json");
    assert.equal(more.exitCode, 1);
    assert.deepEqual(JSON.parse(more.stderr), {
      error: "UnpauseDeploymentFailed: Deployment is not currently paused.",
    });
  });
});

describe("epigraph audit", () => {
  const set = (value: string | null): Promise<Response> =>
    server.request("/api/update_environment_variables", { changes: [{ name: "NAME", value }] });
  before(async () => {
    for (const value of ["1", "2", null]) await set(value);
    await server.request("/api/epigraph/create_key", { name: "ci", scope: "deploy" });
  });

  it("shows what was done, the latest at the end", async () => {
    const { exitCode, stdout } = await epigraph("audit", "--limit", "3");
    assert.equal(exitCode, 0);
    const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
    assert.match(
      stdout,
      new RegExp(
        `^${time} root update_environment_variable {"variable_name":"NAME"}\n${time} root delete_environment_variable {"variable_name":"NAME"}\n${time} root create_admin_key {"name":"ci","scope":"deploy"}\n$`,
      ),
    );
  });

  it("shows an entry a line as JSON", async () => {
    const { stdout } = await epigraph("audit", "--limit", "2", "--json");
    const entries = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { author: string; action: string; metadata: object });
    assert.deepEqual(
      entries.map(({ author, action, metadata }) => ({ author, action, metadata })),
      [
        { author: "root", action: "delete_environment_variable", metadata: { variable_name: "NAME" } },
        { author: "root", action: "create_admin_key", metadata: { name: "ci", scope: "deploy" } },
      ],
    );
  });

  it("follows what is done from now on, each entry once", async () => {
    const child = spawnEpigraph(["audit", "--follow", "--limit", "1", "--json"], { env: env() });
    let output = "";
    let look = (): void => {};
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      look();
    });
    const lines = async (count: number): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      look = () => {
        if (output.split("\n").length > count) resolve();
      };
      look();
      await promise;
    };
    await lines(1);
    await set("3");
    await lines(2);
    await set("4");
    await set(null);
    await lines(4);
    const actions = output
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { action: string }).action.replace("_environment_variable", ""));
    assert.deepEqual(actions, ["create_admin_key", "create", "update", "delete"]);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await ended;
  });

  it("is for keys that may see it", async () => {
    const created = await server.request("/api/epigraph/create_key", { name: "pusher", scope: "deploy" });
    const { key } = (await created.json()) as { key: string };
    for (const args of [[], ["--follow"]]) {
      const refused = await runEpigraph(["audit", ...args], {
        env: { ...env(), CONVEX_SELF_HOSTED_ADMIN_KEY: key },
      });
      assert.equal(refused.exitCode, 1);
      assert.match(refused.stderr, /You do not have permission to perform this operation/);
    }
  });

  it("takes no number that is none", async () => {
    const { exitCode, stderr } = await epigraph("audit", "--limit", "0");
    assert.equal(exitCode, 1);
    assert.match(stderr, /--limit is a number, at least 1, not "0"\./);
  });
});
