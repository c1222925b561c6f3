import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { CommitterThread } from "../database/committer/committer-thread.ts";
import { DEFAULT_NODE_LIMITS } from "../runtime/node/node-limits.ts";
import { MAX_RESPONSE_BYTES } from "../runtime/runner/response-channel.ts";
import { DEFAULT_TIME_LIMITS } from "../runtime/runner/time-limits.ts";
import { AnalyseJob } from "./analyse-job.ts";
import { CallJob } from "./call-job.ts";
import { RunnerPool } from "./runner-pool.ts";

/** One piece of work that takes seconds, until its limit ends it. */
const LONG = "for (;;);";

describe("the pool of runners", () => {
  let folder: string;
  let committer: CommitterThread;
  let pool: RunnerPool;
  let reports: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-pool-"));
    reports = [];
    committer = await CommitterThread.start({
      dataFolder: folder,
      onNotice: (notice) => pool.notice(notice),
      onStopped: (error) => {
        throw error;
      },
    });
  });
  afterEach(async () => {
    pool.close();
    await committer.close();
    rmSync(folder, { recursive: true });
  });

  function open(size: number, token: string = committer.address.token): void {
    pool = new RunnerPool({
      init: {
        dataFolder: folder,
        instanceName: "test",
        secret: "00".repeat(32),
        explain: false,
        maxResponseBytes: MAX_RESPONSE_BYTES,
        timeLimits: DEFAULT_TIME_LIMITS,
        node: DEFAULT_NODE_LIMITS,
        files: { type: "local", folder: join(folder, "files") },
        committer: { path: committer.address.path, token },
      },
      size,
      report: (message) => void reports.push(message),
      onExplained: () => {},
    });
  }

  /** A query of which there is no code: whoever runs it can say so. */
  function query(): CallJob {
    return new CallJob(
      {
        kind: "query",
        path: "m.js:f",
        componentPath: "",
        argsJson: "[{}]",
        caller: { type: "anonymous" },
        origin: "HttpApi",
        request: { requestId: "0", ip: null, userAgent: null },
        at: null,
        once: null,
      },
      () => {},
    );
  }

  /** Code that runs in the runner it is given to. */
  function code(source: string): AnalyseJob {
    return new AnalyseJob({
      modules: [{ path: "m.js", source, sourceMap: null, environment: "isolate" }],
      paths: ["m.js"],
      packagesFolder: null,
      environment: {},
      importSeed: "00".repeat(12),
      importTimeMs: 0,
    });
  }

  async function messageOf({ outcome }: CallJob): Promise<string> {
    const end = await outcome;
    return end.status === "error" ? end.error.message : end.value;
  }
  const NOT_FOUND = "Could not find public function for 'm:f'.";

  it("runs what it is given before a runner is ready", async () => {
    open(1);
    const jobs = [query(), query()];
    for (const job of jobs) pool.run(job);
    assert.deepEqual(await Promise.all(jobs.map(messageOf)), [NOT_FOUND, NOT_FOUND]);
  });

  it("starts a further runner for what waits behind work that does not end", async () => {
    open(1);
    const long = code(LONG);
    let isLongOver = false;
    const longOver = long.outcome.finally(() => {
      isLongOver = true;
    });
    pool.run(long);
    const waiting = query();
    pool.run(waiting);
    assert.equal(await messageOf(waiting), NOT_FOUND);
    assert.equal(isLongOver, false);
    assert.deepEqual(reports, []);
    pool.close();
    await assert.rejects(longOver, /shut down/);
  });

  it("runs again what may be repeated when a runner has died, and fails the rest", async () => {
    open(1);
    const isReady = query();
    pool.run(isReady);
    await isReady.outcome;
    const analysis = code(LONG);
    const failed = assert.rejects(analysis.outcome, /the process that ran it ended unexpectedly/);
    const repeated = query();
    pool.run(analysis);
    pool.run(repeated);
    // A runner that can't commit any more is ended.
    pool.notice({ type: "closed", connection: "runner-1" });
    await failed;
    assert.equal(await messageOf(repeated), NOT_FOUND);
    assert.match(reports.join(), /^A process that runs functions ended unexpectedly while it had 2 of them/);
  });

  it("says so when runners never get ready, instead of waiting for ever", async () => {
    open(1, "a wrong token");
    const job = query();
    pool.run(job);
    assert.match(await messageOf(job), /ended unexpectedly/);
    while (reports.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
    const late = query();
    pool.run(late);
    assert.match(await messageOf(late), /end before they have started/);
    assert.match(reports[0] ?? "", /refused the connection/);
  });

  it("fails what still runs, and what comes after, when it is closed", async () => {
    open(1);
    const running = query();
    pool.run(running);
    pool.close();
    const late = query();
    pool.run(late);
    const closed = "The function was stopped because the deployment shut down.";
    assert.deepEqual(await Promise.all([running, late].map(messageOf)), [closed, closed]);
  });
});
