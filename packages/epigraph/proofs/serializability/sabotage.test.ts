// The check would be worth nothing if it passed whatever a database does: here it is shown databases that are broken.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { KeyRange } from "../../src/database/commit-request.ts";
import type { CommitterConnection } from "../../src/database/committer/committer-connection.ts";
import type { SnapshotSource } from "../../src/store/store.ts";
import type { Ticks } from "../../src/store/ticks.ts";
import { InThreadApp, type InThreadAppOptions } from "../../test/support/in-thread-app.ts";
import { readFolder } from "../../test/support/start-app.ts";
import { checkHistory, type Verdict } from "./checker/check-history.ts";
import { APP } from "./http-target.ts";
import { InThreadTarget } from "./in-thread-target.ts";
import { runWorkload } from "./workload.ts";

const SEED = Number(process.env["SEED"] ?? 20_261_126);

/** The workload against an app whose parts have been changed. */
async function check(options: InThreadAppOptions): Promise<Verdict> {
  await using app = await InThreadApp.start(readFolder(APP), options);
  const targets = Array.from({ length: 16 }, () => new InThreadTarget(app));
  return checkHistory(
    await runWorkload([targets[0]!, ...targets.slice(1)], { seed: SEED, transactionsPerClient: 25 }),
  );
}

/** A committer that is told less about what transactions have read. */
function withReads(keep: (range: KeyRange) => boolean): InThreadAppOptions {
  const wrapCommitter = (committer: CommitterConnection): CommitterConnection => ({
    commit: (request) =>
      committer.commit({
        ...request,
        reads: request.reads.map(({ index, ranges }) => ({ index, ranges: ranges.filter(keep) })),
      }),
  });
  return { wrapCommitter };
}

const isPoint = ({ start, end }: KeyRange): boolean => end?.length === start.length + 1;

/** Snapshots of which some are a little old. */
function withStaleSnapshots(): InThreadAppOptions {
  const wrapSnapshots = (snapshots: SnapshotSource): SnapshotSource => {
    let opened = 0;
    let last: Ticks | null = null;
    return {
      open: (at) => {
        const isStale = ++opened % 50 === 0 && last !== null;
        const snapshot = snapshots.open(isStale && last !== null ? last : at);
        if (opened % 10 === 0) last = snapshot.ts;
        return snapshot;
      },
      close: () => snapshots.close(),
    };
  };
  return { wrapSnapshots };
}

describe(`the check of histories (seed ${SEED})`, () => {
  it("passes the database as it is", async () => {
    assert.deepEqual((await check({})).anomalies, []);
  });

  for (const [what, options, expected] of [
    ["whose conflict check is switched off", withReads(() => false), /^G0|^G-single|^G2/],
    ["that does not mind phantoms", withReads(isPoint), /^G0|^G-single|^G2/],
    ["that looks at ranges alone", withReads((range) => !isPoint(range)), /^G0|^G-single|^G2/],
    ["with snapshots that are not the newest", withStaleSnapshots(), /-realtime/],
  ] as const) {
    it(`finds out a database ${what}`, async () => {
      const { anomalies } = await check(options);
      const names = anomalies.map(({ name }) => name);
      assert.ok(
        names.some((name) => expected.test(name)),
        `found ${JSON.stringify(names)}`,
      );
    });
  }
});
