import assert from "node:assert/strict";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { TempApp } from "../deploy/testing/temp-app.ts";
import { readVersion } from "../version.ts";
import { env, requests, run as runCommand } from "./commands/clients.ts";
import { COMMANDS } from "./commands/command-table.ts";
import { verify } from "./commands/keeping.ts";
import { dev } from "./commands/serving.ts";
import { commandHelp, overview } from "./help.ts";
import { runCli } from "./main.ts";
import { MemoryIo, type MemoryIoOptions } from "./testing/memory-io.ts";

const HELP = overview(COMMANDS);
const [DEV_HELP, RUN_HELP, ENV_HELP, VERIFY_HELP, REQUESTS_HELP] = [
  dev,
  runCommand,
  env,
  verify,
  requests,
].map(commandHelp) as [string, string, string, string, string];

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(argv: readonly string[], options?: MemoryIoOptions): Promise<Outcome> {
  const io = new MemoryIo(options);
  const code = await runCli(argv, io);
  return { code, out: io.out, err: io.err };
}

describe("the command line", () => {
  for (const [argv, out] of [
    [[], HELP],
    [["--help"], HELP],
    [["-h"], HELP],
    [["help"], HELP],
    [["dev", "--help"], DEV_HELP],
    [["run", "-h"], RUN_HELP],
    [["env", "set", "--help"], ENV_HELP],
    [["verify", "--help"], VERIFY_HELP],
    [["requests", "--help"], REQUESTS_HELP],
    [["--version"], `${readVersion()}\n`],
  ] as const) {
    it(`prints what was asked for: epigraph ${argv.join(" ")}`, async () => {
      assert.deepEqual(await run(argv), { code: 0, out, err: "" });
    });
  }

  const misunderstood: readonly (readonly [
    argv: readonly string[],
    sentence: string | null,
    help: string,
  ])[] = [
    [["frobnicate"], 'Unknown command "frobnicate".', HELP],
    [["constructor"], 'Unknown command "constructor".', HELP],
    [["--port", "1", "dev"], 'Unknown option "--port": a command comes first.', HELP],
    [["dev", "--prot", "1"], 'epigraph dev has no option "--prot".', DEV_HELP],
    [["requests"], "The form is: epigraph requests list, show ID, or replay ID.", REQUESTS_HELP],
    [["requests", "show", "x"], '"x" is no number of a request.', REQUESTS_HELP],
    [["dev", "now"], 'epigraph dev takes no "now".', DEV_HELP],
    [["dev", "--port", "http"], '--port is a number from 0 to 65535, not "http".', DEV_HELP],
    [["dev", "--port", "65536"], '--port is a number from 0 to 65535, not "65536".', DEV_HELP],
    [["dev", "--site-port", "-1"], null, DEV_HELP],
    [["dev", "--site-port=-1"], '--site-port is a number from 0 to 65535, or off, not "-1".', DEV_HELP],
    [["dev", "--port", "off"], '--port is a number from 0 to 65535, not "off".', DEV_HELP],
    [
      ["dev", "--trusted-proxies", "127.0.0.1,proxy"],
      '--trusted-proxies: "proxy" is neither an address nor a subnet such as 10.0.0.0/8.',
      DEV_HELP,
    ],
    [["dev", "--max-body", "0"], '--max-body is a number of MiB, at least 1, not "0".', DEV_HELP],
    [["dev", "--max-body", "20MB"], '--max-body is a number of MiB, at least 1, not "20MB".', DEV_HELP],
    [
      ["dev", "--query-timeout", "1.5"],
      '--query-timeout is a number of seconds from 1 to 60, not "1.5".',
      DEV_HELP,
    ],
    [["dev", "--max-actions", "0"], '--max-actions is a number from 1 to 100000, not "0".', DEV_HELP],
    [["dev", "--parallel-jobs", "0"], '--parallel-jobs is a number from 1 to 256, not "0".', DEV_HELP],
    [["dev", "--typecheck", "maybe"], '--typecheck is off, warn or fail, not "maybe".', DEV_HELP],
    [["run"], "epigraph run needs the name of a function.", RUN_HELP],
    [["run", "a:b", "{}", "{}"], "epigraph run takes one JSON object: put it in quotes.", RUN_HELP],
    [["run", "a:b", "{"], null, RUN_HELP],
    [["run", "a:b", "[1]"], `The arguments must be a JSON object such as '{"name": "value"}'.`, RUN_HELP],
    [["env"], "epigraph env needs to know what to do: set, get, list or remove.", ENV_HELP],
    [["env", "drop"], 'epigraph env does not know "drop": it is one of set, get, list, remove.', ENV_HELP],
    [["env", "get"], "The form is: epigraph env get NAME.", ENV_HELP],
    [["env", "list", "all"], "The form is: epigraph env list.", ENV_HELP],
    [
      ["env", "set", "A"],
      "The form is: epigraph env set NAME value, or NAME=value, or NAME with the value on standard input.",
      ENV_HELP,
    ],
  ];
  for (const [argv, sentence, help] of misunderstood) {
    it(`says in one sentence what it does not understand, with help: ${argv.join(" ")}`, async () => {
      const { code, out, err } = await run(argv);
      assert.equal(code, 1);
      assert.equal(out, "");
      assert.ok(err.endsWith(`\n\n${help}`), err);
      const said = err.slice(0, -help.length - 2);
      assert.ok(!said.includes("\n"), said);
      if (sentence !== null) assert.equal(said, sentence);
    });
  }
});

describe("a command that can't do its work", () => {
  it("says that a folder is not there", async () => {
    const { code, err } = await run(["dev", "--dir", "nowhere"], { cwd: "/tmp" });
    assert.deepEqual([code, err], [1, "There is no folder /tmp/nowhere: correct --dir.\n"]);
  });

  it("says what EPIGRAPH_LOG may be", async () => {
    const { code, err } = await run(["dev"], { env: { EPIGRAPH_LOG: "verbose" } });
    assert.deepEqual([code, err], [1, 'EPIGRAPH_LOG is debug or info, not "verbose".\n']);
  });

  it("says what CRON_SPLAY_SECONDS may be", async () => {
    const { code, err } = await run(["dev"], { env: { CRON_SPLAY_SECONDS: "a minute" } });
    assert.deepEqual([code, err], [1, 'CRON_SPLAY_SECONDS is a number from 0 to 3600, not "a minute".\n']);
  });

  it("says what EPIGRAPH_RECORD_REQUESTS may be", async () => {
    for (const value of ["true", "1.1", "-1", "1e-3", "."]) {
      const { code, err } = await run(["dev"], { env: { EPIGRAPH_RECORD_REQUESTS: value } });
      assert.deepEqual(
        [code, err],
        [1, `EPIGRAPH_RECORD_REQUESTS is a number from 0 to 1, such as 0.1, not "${value}".\n`],
      );
    }
  });

  it("says what HTTP_SERVER_TIMEOUT_SECONDS may be", async () => {
    for (const value of ["0", "soon", "1.5", "6001"]) {
      const { code, err } = await run(["dev"], { env: { HTTP_SERVER_TIMEOUT_SECONDS: value } });
      assert.deepEqual(
        [code, err],
        [1, `HTTP_SERVER_TIMEOUT_SECONDS is a number of seconds from 1 to 6000, not "${value}".\n`],
      );
    }
  });

  for (const value of [
    "example.com",
    "ftp://example.com",
    "https://",
    "https://e.com/?a",
    "https://e.com/#a",
  ]) {
    it(`says what CONVEX_CLOUD_ORIGIN and CONVEX_SITE_ORIGIN may be: ${value}`, async () => {
      for (const name of ["CONVEX_CLOUD_ORIGIN", "CONVEX_SITE_ORIGIN"]) {
        const { code, err } = await run(["dev"], { env: { [name]: value } });
        assert.equal(code, 1);
        assert.equal(
          err,
          `${name} is a URL such as https://example.com or https://example.com/backend, not "${value}".\n`,
        );
      }
    });
  }

  it("starts with no setting of redaction that it does not know", async () => {
    const { code, err } = await run(["dev"], { env: { REDACT_LOGS_TO_CLIENT: "yes" } });
    assert.equal(code, 1);
    assert.equal(err, 'REDACT_LOGS_TO_CLIENT is true or false, not "yes".\n');
  });

  it("says where the app is when it is not here", async () => {
    using temp = new TempApp({ "apps/web/package.json": "{}", "apps/web/convex/a.ts": "" }, { packages: [] });
    const { code, err } = await run(["dev"], { cwd: temp.folder });
    assert.equal(code, 1);
    assert.equal(
      err,
      `There is no convex/ folder in ${temp.folder}, but one in apps/web: run this with --dir apps/web.\n`,
    );
  });

  it("says how to get a deployment when none is known", async () => {
    using temp = new TempApp({}, { packages: [] });
    const { code, err } = await run(["run", "a:b"], { cwd: temp.folder });
    assert.equal(code, 1);
    assert.equal(
      err,
      `No deployment is known: run \`epigraph dev\` in ${temp.folder} once, or set CONVEX_SELF_HOSTED_URL and CONVEX_SELF_HOSTED_ADMIN_KEY.\n`,
    );
  });

  it("says that the deployment does not run, whose address is taken from the environment first", async () => {
    const port = await freePort();
    const files = {
      ".env": "CONVEX_SELF_HOSTED_URL=http://env.invalid\nCONVEX_SELF_HOSTED_ADMIN_KEY=x\n",
      ".env.local": "CONVEX_SELF_HOSTED_URL='http://local.invalid'\n",
    };
    using temp = new TempApp(files, { packages: [] });
    const env = { CONVEX_SELF_HOSTED_URL: `http://127.0.0.1:${port}/` };
    for (const argv of [
      ["run", "a:b"],
      ["env", "list"],
    ]) {
      const { code, err } = await run(argv, { cwd: temp.folder, env });
      assert.equal(code, 1);
      assert.equal(
        err,
        `Nothing answers at http://127.0.0.1:${port}: start the deployment with \`epigraph dev\`.\n`,
      );
    }
    const { err } = await run(["env", "list"], { cwd: temp.folder });
    assert.match(err, /^Nothing answers at http:\/\/local\.invalid:/);
  });
});

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
