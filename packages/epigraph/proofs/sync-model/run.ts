// The long form: npm run proof:sync-model -- --seed 7 --seconds 600
import { readProofOptions, seedsOf } from "../support/proof-options.ts";
import { SyncProof } from "./sync-proof.ts";

const options = readProofOptions();
await using proof = await SyncProof.start();
let rounds = 0;
for (const seed of seedsOf(options)) {
  const problems = await proof.round({ seed, clients: 2 + (seed % 12), steps: 600 });
  rounds++;
  if (problems.length > 0) {
    console.error(problems.slice(0, 20).join("\n"));
    console.error(
      `\nClients don't show what the database says. Again: --seed ${options.seed} --rounds ${rounds}`,
    );
    process.exitCode = 1;
    break;
  }
  if (rounds % 10 === 0) console.log(describe());
}
console.log(describe());

function describe(): string {
  const { transitions, results, mutations, pushes } = proof;
  return `${rounds} rounds (seed ${options.seed}): ${results} results in ${transitions} Transitions are what a fresh run gives, ${mutations} mutations took effect once or not at all, over ${pushes} pushes`;
}
