// The watchdog of a runner, as main sees it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { CommitterThread } from "../../database/committer/committer-thread.ts";
import { DEFAULT_NODE_LIMITS } from "../node/node-limits.ts";
import type { FromRunner, ToRunner } from "../runner/messages.ts";
import { MAX_RESPONSE_BYTES } from "../runner/response-channel.ts";
import { DEFAULT_TIME_LIMITS } from "../runner/time-limits.ts";
import type { FromWatchdog } from "./runner-init.ts";
import { RunnerProcess } from "./runner-process.ts";

describe("the watchdog of a runner", () => {
  let folder: string;
  let committer: CommitterThread;
  let runner: RunnerProcess;
  let heard: (FromWatchdog | FromRunner | { readonly type: "exit" })[];
  let onHeard: () => void;
  let runners = 0;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-watchdog-"));
    committer = await CommitterThread.start({
      dataFolder: folder,
      onNotice: () => {},
      onStopped: (error) => {
        throw error;
      },
    });
  });
  after(async () => {
    await committer.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    heard = [];
    onHeard = () => {};
    const hear = (message: (typeof heard)[number]): void => {
      heard.push(message);
      onHeard();
    };
    runner = new RunnerProcess(
      {
        name: `runner-${++runners}`,
        dataFolder: folder,
        instanceName: "test",
        secret: "00".repeat(32),
        explain: false,
        maxResponseBytes: MAX_RESPONSE_BYTES,
        timeLimits: DEFAULT_TIME_LIMITS,
        node: DEFAULT_NODE_LIMITS,
        files: { type: "local", folder: join(folder, "files") },
        committer: committer.address,
      },
      { onMessage: hear, onWatchdog: hear, onExit: () => hear({ type: "exit" }) },
    );
    await until((types) => types.includes("ready"));
  });
  afterEach(async () => {
    runner.kill();
    await until((types) => types.includes("exit"));
  });

  /** Resolves when what was heard is as it should be. */
  async function until(isThere: (types: readonly string[]) => boolean): Promise<void> {
    while (!isThere(heard.map(({ type }) => type))) {
      await new Promise<void>((resolve) => {
        onHeard = resolve;
      });
    }
  }

  /** Code that runs for a while. */
  function work(job: number, source: string): ToRunner {
    return {
      type: "analyse",
      job,
      modules: [{ path: "m.js", source, sourceMap: null, environment: "isolate" }],
      paths: ["m.js"],
      packagesFolder: null,
      environment: {},
      importSeed: "00".repeat(12),
      importTimeMs: 0,
    };
  }

  it("says when the thread is in one job for long, and when it no longer is", async () => {
    runner.send(work(7, "for (let i = 0; i < 3e8; i++);"));
    await until((types) => types.includes("busy"));
    assert.deepEqual(
      heard.find(({ type }) => type === "busy"),
      { type: "busy", job: 7 },
    );
    await until((types) => types.includes("free") && types.includes("analysis"));
  });

  it("gives jobs back that the thread has not come to, and no others", async () => {
    for (const job of [1, 2, 3]) runner.send(work(job, "for (let i = 0; i < 3e8; i++);"));
    await until((types) => types.includes("busy"));
    runner.takeBack([1, 2, 3]);
    await until((types) => types.includes("taken"));
    assert.deepEqual(
      heard.find(({ type }) => type === "taken"),
      { type: "taken", jobs: [2, 3] },
    );
    // Nothing is heard of them any more, though the thread comes to them: the next job's answer is the second one.
    runner.send(work(4, ""));
    await until((types) => types.filter((type) => type === "analysis").length === 2);
    assert.deepEqual(
      heard.flatMap((message) => (message.type === "analysis" ? [message.job] : [])),
      [1, 4],
    );
  });

  it("gives nothing back of a thread that has come to it", async () => {
    runner.send(work(1, ""));
    await until((types) => types.includes("analysis"));
    runner.takeBack([1]);
    await until((types) => types.includes("taken"));
    assert.deepEqual(
      heard.find(({ type }) => type === "taken"),
      { type: "taken", jobs: [] },
    );
  });
});
