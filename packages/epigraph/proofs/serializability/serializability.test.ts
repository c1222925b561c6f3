import assert from "node:assert/strict";
import { it } from "node:test";
import { startApp } from "../../test/support/start-app.ts";
import { checkApp } from "./check-app.ts";
import { APP } from "./http-target.ts";

const SEED = Number(process.env["SEED"] ?? 20_261_126);
const ROUNDS = 3;

it(`transactions of 16 clients over HTTP can stand in an order (seed ${SEED})`, async () => {
  await using app = await startApp({ copyOf: APP });
  for (let round = 0; round < ROUNDS; round++) {
    const { anomalies, outcomes } = await checkApp(app.api, SEED + round);
    assert.equal(anomalies.length, 0, anomalies.map(({ explanation }) => explanation).join("\n\n"));
    // It would prove little if most had been turned away.
    assert.ok(outcomes.committed > 10 * outcomes.refused, JSON.stringify(outcomes));
  }
});
