import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { after, describe, it } from "node:test";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { runEpigraph, spawnEpigraph } from "./support/command.ts";

const APP = {
  "convex/hello.ts": `import { queryGeneric as query } from "epigraph/server";
export const world = query({ args: {}, handler: () => "hello" });
`,
};
const SECRET = "ab".repeat(32);
const apps: TempApp[] = [];
const children: ChildProcess[] = [];
after(() => {
  for (const child of children) child.kill("SIGKILL");
  for (const app of apps) app[Symbol.dispose]();
});

function makeApp(files: Readonly<Record<string, string>> = {}): TempApp {
  const app = new TempApp({ ...APP, ...files }, { packages: [] });
  apps.push(app);
  return app;
}

interface Served {
  readonly child: ChildProcess;
  readonly api: string;
  /** What it has printed, results first. */
  readonly printed: () => { readonly out: string; readonly err: string };
  /** How it ended. */
  readonly end: () => Promise<number | null>;
}

async function serve(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const child = spawnEpigraph(["serve", ...args], { env });
  children.push(child);
  let [out, err] = ["", ""];
  const ready = Promise.withResolvers<string>();
  const look = (): void => {
    const url = /ready: functions at (http:\/\/[^\s,]+)/.exec(out + err)?.[1];
    if (url !== undefined) ready.resolve(url);
  };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    look();
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    err += text;
    look();
  });
  const closed = once(child, "close");
  void closed.then(() => ready.reject(new Error(`It ended:\n${out}\n${err}`)));
  const api = await ready.promise;
  return {
    child,
    api,
    printed: () => ({ out, err }),
    end: async () => {
      child.kill("SIGTERM");
      return ((await closed) as [number | null])[0];
    },
  };
}

describe("epigraph serve", () => {
  it("serves what it was asked to push, tells its settings without secrets, and ends in order on SIGTERM", async () => {
    const app = makeApp();
    const served = await serve(["--dir", app.folder, "--push", "--site-port", "0"], {
      PORT: "0",
      INSTANCE_NAME: "shop",
      INSTANCE_SECRET: SECRET,
    });
    const health = await fetch(`${served.api}/health`);
    assert.deepEqual([health.status, ((await health.json()) as { status: string }).status], [200, "ok"]);
    const answer = await fetch(`${served.api}/api/query`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ path: "hello:world", args: {} }),
    });
    assert.equal(((await answer.json()) as { value: unknown }).value, "hello");
    assert.equal(await (await fetch(`${served.api}/instance_name`)).text(), "shop");
    assert.equal(await served.end(), 0);
    const { out, err } = served.printed();
    assert.equal(out, "");
    assert.match(err, /^ {2}port +0 \(PORT\)$/m);
    assert.match(err, /^ {2}sitePort +0 \(--site-port\)$/m);
    assert.match(err, /^ {2}host +127\.0\.0\.1 \(default\)$/m);
    assert.match(err, /^ {2}instanceSecret +\*+ \(INSTANCE_SECRET\)$/m);
    assert.ok(!err.includes(SECRET));
    assert.match(err, /Ended; everything is stored\.\n$/);
  });

  it("finds the same data and code again, without the app", async () => {
    const app = makeApp();
    const data = `${app.folder}/data`;
    const place = ["--data", data, "--port", "0", "--site-port", "0"];
    assert.equal(await (await serve(["--dir", app.folder, "--push", ...place])).end(), 0);
    const elsewhere = makeApp();
    const again = await serve(["--dir", elsewhere.folder, ...place]);
    const answer = await fetch(`${again.api}/api/query`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ path: "hello:world", args: {} }),
    });
    assert.equal(((await answer.json()) as { value: unknown }).value, "hello");
    assert.equal(await again.end(), 0);
  });

  it("logs JSON, a line each, settings first", async () => {
    const app = makeApp({ "epigraph.config.ts": "export default { port: 0 as number, sitePort: 'off' };" });
    const served = await serve(["--dir", app.folder, "--json"]);
    assert.equal(await served.end(), 0);
    const { out } = served.printed();
    const records = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { topic: string; settings?: { key: string; source: string }[] });
    assert.deepEqual(
      records[0]?.settings?.find(({ key }) => key === "port"),
      { key: "port", value: "0", source: "port in epigraph.config.ts" },
    );
    assert.ok(records.slice(1).every(({ topic }) => topic === "server"));
  });

  it("does not serve an app that can't be pushed", async () => {
    const app = makeApp({ "convex/hello.ts": "export const = 1;" });
    const { exitCode, stderr } = await runEpigraph([
      "serve",
      "--push",
      "--port",
      "0",
      "--site-port",
      "0",
      "--dir",
      app.folder,
    ]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /convex\/hello\.ts:1:14/);
  });

  for (const [files, env, sentence] of [
    [
      { "epigraph.config.json": '{"prot": 1}' },
      {},
      'epigraph.config.json has no setting "prot": docs/CLI.md lists all of them.',
    ],
    [
      { "epigraph.config.json": '{"site-port": 1}' },
      {},
      'epigraph.config.json has no setting "site-port": it is called sitePort there.',
    ],
    [
      { "epigraph.config.js": "export default { port: 'x' }" },
      {},
      'port in epigraph.config.js is a number from 0 to 65535, not "x".',
    ],
    [
      { "epigraph.config.js": "export default 1" },
      {},
      'epigraph.config.js exports an object by default, such as { "port": 3210 }.',
    ],
    [{}, { SITE_PROXY_PORT: "70000" }, 'SITE_PROXY_PORT is a number from 0 to 65535, or off, not "70000".'],
    [
      {},
      { INSTANCE_SECRET: "hush" },
      "INSTANCE_SECRET is 64 hexadecimal digits, as `openssl rand -hex 32` prints them; this one has 4 characters.",
    ],
  ] as const) {
    it(`refuses to start with: ${sentence}`, async () => {
      const app = makeApp({ "convex/hello.ts": "", ...files });
      const { exitCode, stderr } = await runEpigraph(["serve", "--dir", app.folder], { env });
      assert.deepEqual([exitCode, stderr], [1, `${sentence}\n`]);
    });
  }
});
