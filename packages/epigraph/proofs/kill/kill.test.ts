import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, it } from "node:test";
import { seededRandom } from "../../src/values/testing/seeded-random.ts";
import { CANNOT_SEE_PROCESSES } from "../../test/support/process-tree.ts";
import { KillProof, momentOf } from "./kill-proof.ts";

const SEED = Number(process.env["SEED"] ?? 20_261_126);
const ROUNDS = 20;

describe("a deployment that is killed at random moments", { skip: CANNOT_SEE_PROCESSES }, () => {
  let proof: KillProof;
  before(async () => {
    proof = await KillProof.start(seededRandom(SEED));
  });
  after(() => proof[Symbol.asyncDispose]());

  it(`${ROUNDS} times has every acknowledged write, no half transaction and sound files (seed ${SEED})`, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      assert.deepEqual(await proof.round(momentOf(round)), []);
    }
    assert.deepEqual(await proof.lookBack(), []);
    // It would prove little if hardly anything had been written.
    assert.ok(proof.acknowledged > ROUNDS * 10, `${proof.acknowledged} writes`);
  });

  it("would have found out what is wrong", async () => {
    const problems = await proof.round("load", (dataFolder) => {
      const database = new DatabaseSync(join(dataFolder, "data.db"));
      const newest = (of: string): string =>
        `SELECT row FROM documents WHERE json LIKE '%${of}%' ORDER BY row DESC LIMIT 1`;
      database.exec(`
        DELETE FROM documents WHERE row = (${newest('"to":')});
        DELETE FROM documents WHERE row = (${newest('"side":"left"')});
        DELETE FROM index_rows WHERE row = (${newest('"text":')});
        UPDATE documents SET json = json_set(json, '$.keys', json('["other"]')) WHERE row IN
          (SELECT row FROM documents WHERE json LIKE '%"keys":%' ORDER BY row DESC LIMIT 4);
        UPDATE documents SET json = json_set(json, '$.balance', 1.5) WHERE row = (${newest('"balance":')});
      `);
      database.close();
    });
    const found = problems.join("\n");
    for (const expected of [
      /epigraph verify \(exit code 1\)/,
      /leads to document row \d+, which does not exist/,
      /has no entry in index "stock\.by_id"/,
      /Of pair \S+ there is right alone/,
      /Entry \S+ was acknowledged and is not there/,
      /Account \d+ has 1\.5, but its transfers make that/,
    ]) {
      assert.match(found, expected);
    }
  });
});
