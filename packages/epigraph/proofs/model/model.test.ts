import { after, it } from "node:test";
import { checkProperty } from "../support/property.ts";
import { startProgramApp } from "./nested-calls.ts";
import { modelProperties } from "./properties.ts";

const SEED = Number(process.env["SEED"] ?? 20_261_126);

const app = await startProgramApp();
after(() => app[Symbol.asyncDispose]());

for (const { behaviour, property, testRuns } of modelProperties(app)) {
  it(`${behaviour} (seed ${SEED})`, async () => {
    for (let run = 0; run < testRuns; run++) await checkProperty(property, SEED + run);
  });
}
