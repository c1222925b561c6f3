import assert from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import { systemTable } from "../../src/database/catalogue/system-tables.ts";
import { ReadIndex } from "../../src/functions/queries/read-index.ts";
import { RecentCommits } from "../../src/functions/queries/recent-commits.ts";
import { SyncProof } from "./sync-proof.ts";

const SEED = Number(process.env["SEED"] ?? 1);
const ROUND = { clients: 6, steps: 300 };
const MAX_ROUNDS = 20;

/** Of the first round that has any. */
async function problemsOf(proof: SyncProof): Promise<readonly string[]> {
  for (let seed = SEED; seed < SEED + MAX_ROUNDS; seed++) {
    const problems = await proof.round({ ...ROUND, seed });
    if (problems.length > 0) return problems;
  }
  return [];
}

describe("live queries of random clients", () => {
  const { find } = ReadIndex.prototype;
  const { touchedSince } = RecentCommits.prototype;
  afterEach(() => {
    ReadIndex.prototype.find = find;
    RecentCommits.prototype.touchedSince = touchedSince;
  });

  it(`show what a fresh run shows, and writes take effect once (seed ${SEED})`, async () => {
    await using proof = await SyncProof.start();
    // On a slow machine clients get fewer and larger Transitions.
    for (let seed = SEED; proof.results <= 500 && seed < SEED + MAX_ROUNDS; seed++) {
      assert.deepEqual(await proof.round({ ...ROUND, seed }), []);
    }
    assert.ok(proof.results > 500, `${proof.results} results`);
  });

  it("are found out when now and then a commit ends no results", async () => {
    let calls = 0;
    ReadIndex.prototype.find = function some(...args) {
      if (++calls % 10 !== 0) find.apply(this, args);
    };
    await using proof = await SyncProof.start();
    assert.notDeepEqual(await problemsOf(proof), []);
  });

  it("are found out when a push ends no results of the modules that it changes", async () => {
    const graphs = new Set(systemTable("_module_graphs").indexes.map(({ id }) => id));
    ReadIndex.prototype.find = function others(index, ...rest) {
      if (!graphs.has(index)) find.call(this, index, ...rest);
    };
    await using proof = await SyncProof.start();
    assert.notDeepEqual(await problemsOf(proof), []);
  });

  it("are found out when commits during a run are overlooked", async () => {
    RecentCommits.prototype.touchedSince = () => false;
    await using proof = await SyncProof.start();
    assert.notDeepEqual(await problemsOf(proof), []);
  });
});
