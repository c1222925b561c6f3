import assert from "node:assert/strict";
import { it } from "node:test";
import { Rest } from "./rest.ts";

function look(rest: Rest, times: number, activeMs: number): boolean[] {
  return Array.from({ length: times }, () => rest.hasCome(1_000, activeMs));
}

it("rest comes once after work, half a minute later", () => {
  const rest = new Rest();
  look(rest, 3, 400);
  assert.deepEqual(look(rest, 29, 10).includes(true), false);
  assert.deepEqual(look(rest, 60, 10).filter(Boolean), [true]);
});

it("a thread that has hardly worked is left alone", () => {
  const rest = new Rest();
  look(rest, 1, 100);
  assert.equal(look(rest, 100, 10).includes(true), false);
});

it("work in between puts rest off", () => {
  const rest = new Rest();
  look(rest, 3, 400);
  look(rest, 29, 0);
  look(rest, 1, 400);
  assert.equal(look(rest, 29, 0).includes(true), false);
  assert.deepEqual(look(rest, 1, 0), [true]);
});
