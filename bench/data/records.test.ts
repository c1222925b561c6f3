import assert from "node:assert/strict";
import { test } from "node:test";
import { compareBytes } from "../../packages/epigraph/src/values/index-key.ts";
import { internalIdAt, positionsById, positionsByShuffled, recordAt } from "./records.ts";

const FROM = 100;
const TO = 20_000;

test("both orders have every position once", () => {
  for (const positions of [positionsById(FROM, TO), positionsByShuffled(FROM, TO)]) {
    const sorted = [...positions].sort((a, b) => a - b);
    assert.deepEqual(
      sorted,
      Array.from({ length: TO - FROM }, (_, index) => FROM + index),
    );
  }
});

test("the orders are those of the ids and of the field", () => {
  const byId = [...positionsById(FROM, TO)].map(internalIdAt);
  assert.ok(byId.every((id, at) => at === 0 || compareBytes(byId[at - 1]!, id) < 0));
  const values = [...positionsByShuffled(FROM, TO)].map((position) => recordAt(position).shuffled);
  assert.ok(values.every((value, at) => at === 0 || values[at - 1]! < value));
});
