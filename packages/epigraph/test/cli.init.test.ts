import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { printedUntil, runEpigraph, spawnEpigraph } from "./support/command.ts";

const MODULES = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const root = realpathSync(mkdtempSync(join(tmpdir(), "epigraph-init-")));
after(() => rmSync(root, { recursive: true, force: true }));

function emptyFolder(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}

describe("epigraph init", () => {
  it("makes an HTTP API that runs at once, without packages and without a question", async () => {
    const cwd = emptyFolder("api");
    const made = await runEpigraph(["init", "--json", "--no-install"], { cwd });
    assert.equal(made.exitCode, 0, made.stderr);
    assert.equal((JSON.parse(made.stdout) as { template: string }).template, "http");
    const child = spawnEpigraph(["dev", "--port", "0", "--site-port", "0"], { cwd });
    const printed = await printedUntil(child, "ready in");
    const site = /HTTP actions at (http:[^\s,]+)/.exec(printed)?.[1] as string;
    const post = await fetch(`${site}/tasks`, { method: "POST", body: '{"text":"Water the plants"}' });
    assert.equal(post.status, 201);
    const { id } = (await post.json()) as { id: string };
    const list = (await (await fetch(`${site}/tasks`)).json()) as { text: string }[];
    assert.deepEqual(
      list.map(({ text }) => text),
      ["Water the plants"],
    );
    assert.equal((await fetch(`${site}/tasks`, { method: "POST", body: "{" })).status, 400);
    assert.equal((await fetch(`${site}/tasks/${id}`, { method: "DELETE" })).status, 204);
    assert.equal((await fetch(`${site}/tasks/nope`, { method: "DELETE" })).status, 404);
    assert.deepEqual(await (await fetch(`${site}/tasks`)).json(), []);
    child.kill("SIGINT");
  });

  for (const template of ["http", "chat", "both"]) {
    it(`makes an app whose types are right: ${template}`, async () => {
      const cwd = emptyFolder(`types-${template}`);
      const made = await runEpigraph(["init", "--template", template, "--no-install"], { cwd });
      assert.equal(made.exitCode, 0, made.stderr);
      // The repository's own packages in the place of what npm would install.
      mkdirSync(join(cwd, "node_modules"));
      for (const name of ["typescript", "convex"]) {
        symlinkSync(join(MODULES, name), join(cwd, "node_modules", name));
      }
      const pushed = await runEpigraph(["dev", "--once", "--typecheck", "fail"], { cwd });
      assert.equal(pushed.exitCode, 0, pushed.stderr);
      assert.match(pushed.stderr, /Pushed in/);
      assert.doesNotMatch(pushed.stderr, /not checked/);
    });
  }

  it("has made the app where npm fails, and says what is missing", {
    skip: process.platform === "win32",
  }, async () => {
    const tools = emptyFolder("tools");
    writeFileSync(join(tools, "npm"), "#!/bin/sh\necho no network >&2\nexit 1\n", { mode: 0o755 });
    const env = { PATH: `${tools}:${process.env["PATH"]}` };
    for (const [template, code] of [
      ["http", 0],
      ["chat", 1],
    ] as const) {
      const cwd = emptyFolder(`offline-${template}`);
      const { exitCode, stderr } = await runEpigraph(["init", "--template", template], { cwd, env });
      assert.equal(exitCode, code);
      assert.match(
        stderr,
        /^no network\nMade \d+ files in .*\.\nIts packages are not installed: run `npm install` there/,
      );
      assert.ok(existsSync(join(cwd, "convex/schema.ts")));
    }
  });

  it("takes a folder by name, and leaves alone what is not empty", async () => {
    const named = await runEpigraph(["init", "new-app", "--no-install"], { cwd: root });
    assert.equal(named.exitCode, 0, named.stderr);
    assert.match(named.stderr, /Next:\n {2}cd new-app\n {2}epigraph dev\n/);
    const again = await runEpigraph(["init", "new-app", "--no-install"], { cwd: root });
    assert.equal(again.exitCode, 1);
    assert.match(
      again.stderr,
      /new-app is not empty \(.*convex.*\): go to an empty folder, or name a new one/,
    );
  });
});

describe("epigraph completion", () => {
  it("completes commands, options and their values in bash", async () => {
    const { stdout } = await runEpigraph(["completion", "bash"]);
    const complete = (...words: string[]): string => {
      const script = `${stdout}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}; _epigraph; echo "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", script], { encoding: "utf8" }).trim();
    };
    assert.equal(complete("epigraph", "ro"), "rollback");
    assert.equal(complete("epigraph", "env", "g"), "get");
    assert.equal(complete("epigraph", "dev", "--typ"), "--typecheck");
    assert.equal(complete("epigraph", "dev", "--typecheck", "w"), "warn");
  });

  for (const shell of ["zsh", "fish"]) {
    const isThere = spawnSync(shell, ["-c", "true"]).status === 0;
    it(`gives ${shell} a script that it can read`, {
      skip: isThere ? false : `${shell} is not installed`,
    }, async () => {
      const { stdout } = await runEpigraph(["completion", shell]);
      execFileSync(shell, ["-n", "-c", stdout]);
    });
  }

  it("needs to know the shell", async () => {
    const { exitCode, stderr } = await runEpigraph(["completion"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^epigraph completion needs a shell: bash, zsh or fish\./);
  });
});

describe("epigraph doctor", () => {
  interface Seen {
    readonly exitCode: number | null;
    readonly findings: Readonly<Record<string, { readonly state: string; readonly text: string }>>;
  }
  async function doctor(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Seen> {
    const cwd = join(root, "api");
    const { exitCode, stdout } = await runEpigraph(["doctor", "--json", ...args], { cwd, env });
    const { findings } = JSON.parse(stdout) as {
      findings: { subject: string; state: string; text: string }[];
    };
    return { exitCode, findings: Object.fromEntries(findings.map((each) => [each.subject, each])) };
  }

  it("finds a machine well, and a deployment that runs on it", async () => {
    const cwd = join(root, "api");
    const child = spawnEpigraph(["serve", "--port", "0", "--site-port", "0"], { cwd });
    const printed = await printedUntil(child, "ready:");
    const api = /functions at (http:[^\s,]+)/.exec(printed)?.[1] as string;
    const { findings, exitCode } = await doctor(["--port", new URL(api).port, "--cloud-origin", api]);
    assert.match(findings["data folder"]?.text ?? "", /is served at http:/);
    assert.equal(findings["public URL"]?.state, "ok");
    assert.equal(findings["WebSocket"]?.state, "ok");
    assert.match(findings["port"]?.text ?? "", /is served by this deployment/);
    assert.equal(exitCode, 0);
    const taken = await doctor([
      "--port",
      new URL(api).port,
      "--site-port",
      "off",
      "--data",
      join(root, "d"),
    ]);
    assert.match(taken.findings["port"]?.text ?? "", /^Port \d+ is in use: stop what listens there/);
    const wrong = await doctor(["--port", "0", "--data", join(root, "d"), "--cloud-origin", api], {
      INSTANCE_NAME: "shop",
    });
    assert.match(wrong.findings["public URL"]?.text ?? "", /leads to a deployment "epigraph", not to "shop"/);
    child.kill("SIGTERM");
  });

  it("says what is wrong, and what to do", async () => {
    writeFileSync(join(root, "file"), "");
    const { exitCode, findings } = await doctor(
      ["--port", "0", "--site-port", "off", "--data", join(root, "file"), "--trusted-proxies", "0.0.0.0/0"],
      { CONVEX_CLOUD_ORIGIN: "http://127.0.0.1:1", CONVEX_SITE_ORIGIN: "http://127.0.0.1:1" },
    );
    assert.equal(exitCode, 1);
    assert.match(findings["data folder"]?.text ?? "", /is no folder: name another one with --data\.$/);
    assert.match(findings["proxies"]?.text ?? "", /^Everybody counts as a proxy/);
    assert.match(findings["public URL"]?.text ?? "", /does not answer/);
    assert.match(findings["public URL of HTTP actions"]?.text ?? "", /does not answer/);
    const broken = await doctor([], { PORT: "many" });
    assert.match(broken.findings["settings"]?.text ?? "", /^PORT is a number/);
    assert.ok(!existsSync(join(root, "api/.epigraph/restoring")));
  });
});
