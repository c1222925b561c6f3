import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { seededRandom } from "../../src/values/testing/seeded-random.ts";
import { provePowerLoss } from "./power-loss.ts";
import { proveTornLog } from "./torn-log.ts";
import { cannotTrace } from "./trace.ts";

const SEED = Number(process.env["SEED"] ?? 20_261_126);

describe("a write-ahead log that is torn anywhere behind what was acknowledged", () => {
  it(`holds every acknowledged group and no half of any (seed ${SEED})`, () => {
    const { problems, runs, cuts } = proveTornLog({
      groups: 200,
      where: "behind",
      random: seededRandom(SEED),
    });
    assert.deepEqual(problems, []);
    assert.ok(runs > 1, "the log was never started anew");
    assert.ok(cuts > 20, `${cuts} cuts`);
  });

  it("would show that what was acknowledged is torn", () => {
    const { problems } = proveTornLog({ groups: 30, where: "inside", random: seededRandom(SEED) });
    assert.match(problems.join("\n"), /was acknowledged and is not there/);
  });
});

describe("a disk that loses its power", { skip: cannotTrace() }, () => {
  it(`has all that was acknowledged, for every answer follows a sync (seed ${SEED})`, async () => {
    const random = seededRandom(SEED);
    const result = await provePowerLoss({ commits: 1000, losses: 60, synchronous: "FULL", random });
    assert.deepEqual(result.problems, []);
    assert.ok(result.losses > 20, `${result.losses} losses`);
    assert.ok(result.answers > 100, `${result.answers} answers`);
    assert.equal(result.earlyAnswers, 0);
    assert.ok(result.logStarts > 1, "the log was never started anew");
  });

  it("would have lost it with synchronous=OFF", async () => {
    const random = seededRandom(SEED);
    const result = await provePowerLoss({ commits: 100, losses: 30, synchronous: "OFF", random });
    assert.match(result.problems.join("\n"), /was acknowledged and is not there/);
    assert.deepEqual(result.syncs, { log: 0, database: 0 });
    assert.equal(result.earlyAnswers, result.answers);
  });
});
