import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { printedUntil } from "./support/command.ts";
import { CANNOT_SEE_PROCESSES, descendantsOf, survivorsAfter } from "./support/process-tree.ts";
import { fixture, readFolder } from "./support/start-app.ts";

const BIN = fileURLToPath(new URL("../bin", import.meta.url));
const BINARY = join(BIN, "epigraph.js");
const OLDEST = 24;

/** An older Node of this machine and its version. */
function findOlderNode(): { readonly node: string; readonly version: string } | null {
  for (const folder of ["/usr/local/bin", "/usr/bin", ...(process.env["PATH"] ?? "").split(delimiter)]) {
    const node = join(folder, "node");
    if (!existsSync(node)) continue;
    const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    if (Number(/\d+/.exec(version)?.[0]) < OLDEST) return { node, version };
  }
  return null;
}

const older = findOlderNode();
const options = { skip: older === null && "this machine has no older Node" };

function spawnOlder(binary: string, args: readonly string[]): ChildProcess {
  return spawn(older?.node as string, [binary, ...args], { stdio: ["ignore", "pipe", "pipe"] });
}

async function runOlder(binary: string, args: readonly string[]) {
  const child = spawnOlder(binary, args);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (piece) => (stdout += piece));
  child.stderr?.on("data", (piece) => (stderr += piece));
  const [exitCode] = await once(child, "close");
  return { exitCode, stdout, stderr };
}

describe("the command's entry", () => {
  it("is in a dialect that every Node can read, so that it can say what it lacks", () => {
    parse(readFileSync(BINARY, "utf8"), { ecmaVersion: 2015, sourceType: "script", allowHashBang: true });
    assert.equal(JSON.parse(readFileSync(join(BIN, "package.json"), "utf8")).type, "commonjs");
  });
});

describe("an older Node, where the repository has brought one", options, () => {
  it("runs commands as if it were new enough", async () => {
    const newer = execFileSync(process.execPath, [BINARY, "--help"], { encoding: "utf8" });
    assert.deepEqual(await runOlder(BINARY, ["--help"]), { exitCode: 0, stdout: newer, stderr: "" });
  });

  it("ends with the exit code of the command", async () => {
    const { exitCode, stderr } = await runOlder(BINARY, ["run"]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^epigraph run needs the name of a function\./);
  });

  for (const [signal, ending] of [
    ["SIGINT", [0, null]],
    ["SIGTERM", [0, null]],
    ["SIGKILL", [null, "SIGKILL"]],
  ] as const) {
    it(`serves an app until ${signal}, and nothing is left`, { skip: CANNOT_SEE_PROCESSES }, async () => {
      using app = new TempApp(readFolder(fixture("faults-process")));
      const child = spawnOlder(BINARY, ["dev", "--dir", app.folder, "--port", "0", "--site-port", "0"]);
      const exit = once(child, "exit");
      await printedUntil(child, "ready in");
      const processes = descendantsOf(child.pid as number);
      assert.ok(processes.length > 1);
      child.kill(signal);
      assert.deepEqual(await exit, ending);
      assert.deepEqual(await survivorsAfter(5000, processes), []);
    });
  }
});

describe("an older Node that is all there is", options, () => {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-bin-"));
  after(() => rmSync(folder, { recursive: true }));
  cpSync(BIN, join(folder, "bin"), { recursive: true });
  const binary = join(folder, "bin", "epigraph.js");
  const refusal = {
    exitCode: 1,
    stdout: "",
    stderr: `Epigraph needs Node.js ${OLDEST} or newer, and this is ${older?.version}: install a newer one from https://nodejs.org.\n`,
  };

  it("is told in one sentence what to do", async () =>
    assert.deepEqual(await runOlder(binary, ["--help"]), refusal));

  it("does not take another that is too old itself", async () => {
    const names = Object.keys(JSON.parse(readRootManifest()).optionalDependencies);
    for (const name of names) {
      const installed = join(folder, "node_modules", name);
      mkdirSync(join(installed, "bin"), { recursive: true });
      writeFileSync(join(installed, "package.json"), '{ "version": "20.1.0" }');
      for (const file of ["node", "node.exe"]) writeFileSync(join(installed, "bin", file), "");
    }
    assert.deepEqual(await runOlder(binary, ["--help"]), refusal);
  });
});

function readRootManifest(): string {
  return readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
}
