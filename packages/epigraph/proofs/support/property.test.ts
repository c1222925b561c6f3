import assert from "node:assert/strict";
import { it } from "node:test";
import { checkProperty, type Property } from "./property.ts";

const holds: Property = (random) => assert.ok(random.below(10) < 10);

/** Fails as soon as a list of draws has a 7 and behind it something greater than 90. */
const fails: Property = (random, trace) => {
  let hasSeven = false;
  while (random.below(200) > 0) {
    const number = random.below(100);
    trace(String(number));
    if (hasSeven && number > 90) throw new Error(`saw ${number}`);
    if (number === 7) hasSeven = true;
  }
};

it("passes what holds", async () => {
  for (let seed = 0; seed < 100; seed++) await checkProperty(holds, seed);
});

it("tells the seed and a small run of what does not hold", async () => {
  const seeds = Array.from({ length: 50 }, (_, seed) => seed);
  const outcomes = await Promise.allSettled(seeds.map((seed) => checkProperty(fails, seed)));
  const errors = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" ? [outcome.reason as Error] : [],
  );
  assert.ok(errors.length > 5, `${errors.length} failed`);
  for (const { message } of errors)
    assert.match(message, /^With seed \d+, and in short after:\n {2}7\n {2}9\d\nError: saw 9\d$/);
});
