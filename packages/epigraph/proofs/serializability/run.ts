// The long form: npm run proof:serializability -- --seed 7 --seconds 600
import { startApp } from "../../test/support/start-app.ts";
import { readProofOptions, seedsOf } from "../support/proof-options.ts";
import { checkApp } from "./check-app.ts";
import { APP } from "./http-target.ts";

const options = readProofOptions();
const total = { rounds: 0, committed: 0, thrown: 0, refused: 0, dependencies: 0 };
await using app = await startApp({ copyOf: APP });
for (const seed of seedsOf(options)) {
  const { anomalies, dependencies, outcomes } = await checkApp(app.api, seed);
  total.rounds++;
  total.committed += outcomes.committed;
  total.thrown += outcomes.thrown;
  total.refused += outcomes.refused;
  total.dependencies += dependencies;
  if (anomalies.length > 0) {
    console.error(anomalies.map(({ explanation }) => explanation).join("\n\n"));
    console.error(
      `\nThese transactions were not serializable. Again: --seed ${options.seed} --rounds ${total.rounds}`,
    );
    process.exitCode = 1;
    break;
  }
  if (total.rounds % 10 === 0) console.log(describeTotal());
}
console.log(describeTotal());

function describeTotal(): string {
  const { rounds, committed, thrown, refused, dependencies } = total;
  return (
    `${rounds} rounds (seed ${options.seed}): ${committed} transactions committed, ${thrown} ended by their own errors, ` +
    `${refused} refused after five conflicts; ${dependencies} dependencies between them`
  );
}
