// The long form: npm run proof:model -- --seed 7 --seconds 600
import { readProofOptions, seedsOf } from "../support/proof-options.ts";
import { checkProperty } from "../support/property.ts";
import { startProgramApp } from "./nested-calls.ts";
import { modelProperties } from "./properties.ts";

const REPORT_EVERY = 100;

const options = readProofOptions();
await using app = await startProgramApp();
const properties = modelProperties(app);
let rounds = 0;
let current = 0;
try {
  for (const seed of seedsOf(options)) {
    current = seed;
    for (const { property } of properties) await checkProperty(property, seed);
    rounds++;
    if (rounds % REPORT_EVERY === 0) console.log(`${rounds} rounds`);
  }
  console.log(`${rounds} rounds (seed ${options.seed}) of each of:`);
  for (const { behaviour } of properties) console.log(`  ${behaviour}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(
    `\nThe database is not what the model says. Again: SEED=${current} node --test packages/epigraph/proofs/model/model.test.ts`,
  );
  process.exitCode = 1;
}
