import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { describe, it } from "node:test";
import { CANNOT_SEE_PROCESSES } from "../../test/support/process-tree.ts";
import { type Footprint, footprintOf, totalMiB } from "./footprint.ts";
import { judgeHandles, judgeMemory, type Sample } from "./judge.ts";
import { OPERATIONS, RUNAWAYS } from "./operations.ts";
import { soak } from "./soak.ts";
import { startSoaked } from "./start-soaked.ts";

describe("a server that does everything at once", { skip: CANNOT_SEE_PROCESSES }, () => {
  it("stays as large as it is, lets go of everything, and answers as it should", async () => {
    await using running = await startSoaked();
    const { findings, counts } = await soak(running, {
      seconds: 20,
      warmUpSeconds: 8,
      seed: 20_261_127,
      runawayPauseMs: 500,
      // Half a minute is the time in which heaps grow to what they are: only what is gross is told from that.
      maxGrowthMiB: 256,
    });
    assert.deepEqual(findings, []);
    for (const name of Object.keys(OPERATIONS)) assert.ok((counts[name] ?? 0) > 5, name);
    assert.ok(Object.keys(RUNAWAYS).some((name) => (counts[name] ?? 0) > 0));
  });
});

describe("the soak finds", () => {
  const samples = (memory: (seconds: number) => number): Sample[] =>
    Array.from({ length: 40 }, (_, seconds) => ({ seconds, memory: new Map([["main", memory(seconds)]]) }));

  it("memory that grows, and not that it goes up and down", () => {
    assert.equal(
      judgeMemory(
        samples((s) => 250 + 20 * Math.sin(s)),
        48,
      ),
      null,
    );
    assert.match(
      judgeMemory(
        samples((s) => 250 + 2 * s),
        48,
      ) ?? "",
      /^memory of 1 processes grew from \d+ to \d+ MiB/,
    );
  });

  it("what is left open", { skip: CANNOT_SEE_PROCESSES }, async () => {
    const before = footprintOf(process.pid, tmpdir());
    assert.ok(totalMiB(before) > 10 && before.processes === 1 && before.threads > 1 && before.files > 3);
    const { open } = await import("node:fs/promises");
    await using _left = await open(tmpdir());
    assert.match(
      judgeHandles(before, footprintOf(process.pid, tmpdir())).join("\n"),
      /files at rest after the load/,
    );
  });

  it("processes, threads, sockets and temporary files that stay", () => {
    const before: Footprint = {
      memory: new Map(),
      processes: 4,
      threads: 40,
      files: 50,
      sockets: 9,
      temporaryFiles: 3,
    };
    for (const name of ["processes", "threads", "sockets", "temporaryFiles"] as const) {
      assert.equal(judgeHandles(before, { ...before, [name]: before[name] + 1 }).length, 1, name);
    }
  });

  it("answers that must not be, and what the server says of itself", async () => {
    const target = {
      api: "http://127.0.0.1:9",
      site: "http://127.0.0.1:9",
      pid: process.pid,
      temporaryFolder: tmpdir(),
    };
    const { findings } = await soak(
      { ...target, output: () => "InternalServerError: of our own" },
      { seconds: 1, warmUpSeconds: 0, seed: 1, runawayPauseMs: 0, maxGrowthMiB: 256 },
    );
    assert.match(findings.join("\n"), /ECONNREFUSED/);
    assert.match(findings.join("\n"), /the server says: InternalServerError/);
  });
});
