import assert from "node:assert/strict";
import { test } from "node:test";
import { EpigraphError, toEpigraphError } from "./epigraph-error.ts";

const GENERAL = {
  code: "InternalServerError",
  message: "Your request couldn't be completed. Try again later.",
};

test("an error for users has its status and shows code and message", () => {
  const error = new EpigraphError("BadFormat", "no such format");
  assert.equal(error.status, 400);
  assert.deepEqual(error.toEnvelope(), { code: "BadFormat", message: "no such format" });
});

test("an error for operators keeps its status but shows callers a general text", () => {
  const error = new EpigraphError("StoreFull", "/data is full");
  assert.equal(error.status, 503);
  assert.deepEqual(error.toEnvelope(), GENERAL);
  assert.equal(error.message, "/data is full");
});

test("errors of lower layers keep a code that the catalogue knows", () => {
  const thrown = Object.assign(new Error("try again"), { code: "OptimisticConcurrencyControlFailure" });
  const error = toEpigraphError(thrown);
  assert.equal(error.status, 503);
  assert.deepEqual(error.toEnvelope(), { code: "OptimisticConcurrencyControlFailure", message: "try again" });
  assert.equal(error.cause, thrown);
});

for (const thrown of [
  new TypeError("oops"),
  Object.assign(new Error("x"), { code: "ENOENT" }),
  "text",
  undefined,
]) {
  test(`anything else thrown is an internal error: ${String(thrown)}`, () => {
    const error = toEpigraphError(thrown);
    assert.equal(error.status, 500);
    assert.deepEqual(error.toEnvelope(), GENERAL);
    assert.equal(error.cause, thrown);
  });
}
