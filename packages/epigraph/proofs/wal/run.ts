// The long form: npm run proof:wal -- --seed 7 --seconds 600
import { seededRandom } from "../../src/values/testing/seeded-random.ts";
import { readProofOptions, seedsOf } from "../support/proof-options.ts";
import { provePowerLoss } from "./power-loss.ts";
import { proveTornLog } from "./torn-log.ts";
import { cannotTrace } from "./trace.ts";

const options = readProofOptions();
const untraced = cannotTrace();
if (untraced !== false) console.log(`Logs are torn, but no power is lost: ${untraced}.`);
const total = { rounds: 0, cuts: 0, runs: 0, losses: 0, transactions: 0, answers: 0, syncs: 0 };
for (const seed of seedsOf(options)) {
  const random = seededRandom(seed);
  const torn = proveTornLog({ groups: 400, where: "behind", random });
  const problems = [...torn.problems];
  total.rounds++;
  total.cuts += torn.cuts;
  total.runs += torn.runs;
  if (untraced === false) {
    const lost = await provePowerLoss({ commits: 2000, losses: 150, synchronous: "FULL", random });
    problems.push(...lost.problems);
    if (lost.earlyAnswers > 0)
      problems.push(`${lost.earlyAnswers} answers were sent before the log was synced.`);
    total.losses += lost.losses;
    total.transactions += lost.transactions;
    total.answers += lost.answers;
    total.syncs += lost.syncs.log;
  }
  console.log(describe());
  if (problems.length > 0) {
    console.error(
      `${problems.slice(0, 20).join("\n")}\nAgain: --seed ${options.seed} --rounds ${total.rounds}`,
    );
    process.exitCode = 1;
    break;
  }
}

function describe(): string {
  const { rounds, cuts, runs, losses, transactions, answers, syncs } = total;
  return (
    `${rounds} rounds (seed ${options.seed}): ${cuts} torn logs from ${runs} runs; ` +
    `${losses} losses of power; ${syncs} syncs of the log for ${transactions} transactions and ${answers} answers`
  );
}
