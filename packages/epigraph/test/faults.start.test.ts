import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { type CommandResult, runEpigraph } from "./support/command.ts";
import { FunctionCaller } from "./support/functions-api.ts";
import type { RunningApp } from "./support/running-app.ts";
import { startApp } from "./support/start-app.ts";

const FILES = {
  "convex/messages.ts": `import { query } from "./_generated/server";
export const hi = query({ args: {}, handler: async () => "hi" });
`,
};

const portOf = (url: string): string => new URL(url).port;

/** A failure is one sentence with its fix, and nothing else. */
function assertOneSentence({ exitCode, stdout, stderr }: CommandResult, sentence: string): void {
  assert.deepEqual({ exitCode, stdout, stderr }, { exitCode: 1, stdout: "", stderr: `${sentence}\n` });
}

describe("a port that is taken", () => {
  const blocker = createServer();
  let taken: string;
  before(async () => {
    await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
    taken = String((blocker.address() as { readonly port: number }).port);
  });
  after(() => blocker.close());

  for (const [flag, other] of [
    ["--port", "--site-port"],
    ["--site-port", "--port"],
  ] as const) {
    it(`is told in one sentence with the fix (${flag})`, async () => {
      using app = new TempApp(FILES);
      const result = await runEpigraph(["dev", "--dir", app.folder, flag, taken, other, "0"]);
      assertOneSentence(
        result,
        `Port ${taken} is in use, perhaps by the deployment of another app: stop it, or choose another port with ${flag} (0 takes any free one).`,
      );
    });
  }

  it("by another app leaves that one unharmed", async () => {
    await using first = await startApp({ files: FILES });
    using second = new TempApp(FILES);
    const ports = ["--port", portOf(first.api), "--site-port", portOf(first.site)];
    const result = await runEpigraph(["dev", "--dir", second.folder, ...ports]);
    assert.equal(result.exitCode, 1);
    assert.match(result.stderr, /^Port \d+ is in use, .*\n$/);
    assert.equal(await new FunctionCaller(first).query("messages:hi"), "hi");
  });
});

describe("a data folder that another process has", () => {
  let app: RunningApp;
  before(async () => {
    app = await startApp({ files: FILES });
  });
  after(() => app.stop());

  it("is told in one sentence with the fix, and stays unharmed", async () => {
    const settings = await readFile(join(app.folder, ".env.local"), "utf8");
    for (const more of [["--port", "0", "--site-port", "0"], ["--once"]]) {
      assertOneSentence(
        await runEpigraph(["dev", "--dir", app.folder, ...more]),
        `The data folder ${app.folder}/.epigraph is in use by another process, perhaps by \`epigraph dev\` or \`epigraph serve\` in another terminal: stop it, or choose another folder with --data.`,
      );
    }
    assert.equal(await readFile(join(app.folder, ".env.local"), "utf8"), settings);
    assert.equal(await new FunctionCaller(app).query("messages:hi"), "hi");
  });

  it("can be left to it by choosing another folder", async () => {
    const data = await mkdtemp(join(tmpdir(), "epigraph-data-"));
    const result = await runEpigraph(["dev", "--dir", app.folder, "--data", data, "--once"]);
    assert.equal(result.exitCode, 0, result.stderr);
    await rm(data, { recursive: true });
  });
});

describe("a data folder that can't be used", () => {
  it("because it is a file is told in one sentence", async () => {
    using app = new TempApp({ ...FILES, data: "no folder" });
    const result = await runEpigraph([
      "dev",
      "--dir",
      app.folder,
      "--once",
      "--data",
      join(app.folder, "data"),
    ]);
    assert.equal(result.exitCode, 1);
    assert.match(
      result.stderr,
      /^The data folder \S+\/data can't be used: .* Choose another one with --data\.\n$/,
    );
  });
});

describe("an address that is not this machine's", () => {
  it("is told in one sentence with the fix", async () => {
    using app = new TempApp(FILES);
    const result = await runEpigraph([
      "dev",
      "--dir",
      app.folder,
      "--port",
      "0",
      "--site-port",
      "0",
      "--host",
      "192.0.2.1",
    ]);
    assertOneSentence(
      result,
      'Cannot listen on "192.0.2.1", which is not an address of this machine: use 127.0.0.1 for this machine only, 0.0.0.0 for every address it has.',
    );
  });
});
