// The long form: npm run proof:kill -- --rounds 1000 --seed 7
import { seededRandom } from "../../src/values/testing/seeded-random.ts";
import { readProofOptions, seedsOf } from "../support/proof-options.ts";
import { KillProof, momentOf } from "./kill-proof.ts";

const options = readProofOptions();
await using proof = await KillProof.start(seededRandom(options.seed));
let rounds = 0;
for (const _ of seedsOf(options)) {
  const problems = await proof.round(momentOf(rounds++));
  if (problems.length > 0) {
    console.error(`${problems.join("\n")}\nAgain: --seed ${options.seed} --rounds ${rounds}`);
    process.exitCode = 1;
    break;
  }
  if (rounds % 20 === 0) console.log(describe());
}
for (const problem of await proof.lookBack()) {
  console.error(problem);
  process.exitCode = 1;
}
console.log(describe());

function describe(): string {
  const restarts = proof.restartsMs.toSorted((a, b) => a - b);
  const at = (share: number): string =>
    `${Math.round(restarts[Math.min(restarts.length - 1, Math.floor(share * restarts.length))] ?? 0)} ms`;
  return `${rounds} kills (seed ${options.seed}): ${proof.acknowledged} acknowledged writes, all there; ${proof.cutBackfills} kills while an index was being filled; from start to ready ${at(0.5)} (median), ${at(1)} (longest)`;
}
