import assert from "node:assert/strict";
import { beforeEach, it } from "node:test";
import { Execution } from "./execution.ts";
import { keepReadAhead, readAheadAnswer, takeRowsTaken } from "./read-ahead.ts";

const NEXT = "1.0/queryStreamNext";
const ARGS = '{"queryId":0}';

let execution: Execution;
beforeEach(() => {
  execution = new Execution(1, "query", [1, 2, 3], 0);
});

it("what came with an answer answers the same call again, in order, until there is no more", () => {
  assert.equal(keepReadAhead(execution, NEXT, ARGS, "a\nb\nc"), "a");
  assert.equal(readAheadAnswer(execution, NEXT, ARGS), "b");
  assert.equal(readAheadAnswer(execution, NEXT, ARGS), "c");
  assert.equal(readAheadAnswer(execution, NEXT, ARGS), undefined);
});

it("another call is not answered by it", () => {
  keepReadAhead(execution, NEXT, ARGS, "a\nb");
  assert.equal(readAheadAnswer(execution, NEXT, '{"queryId":1}'), undefined);
  assert.equal(readAheadAnswer(execution, "1.0/get", ARGS), undefined);
});

it("the host hears how many were taken, and what is left is not valid any more", () => {
  keepReadAhead(execution, NEXT, ARGS, "a\nb\nc");
  readAheadAnswer(execution, NEXT, ARGS);
  assert.equal(takeRowsTaken(execution), 1);
  assert.equal(readAheadAnswer(execution, NEXT, ARGS), undefined);
  assert.equal(takeRowsTaken(execution), 0);
});

it("an answer alone, and the answer to another call, are kept as they are", () => {
  assert.equal(keepReadAhead(execution, NEXT, ARGS, "a"), "a");
  assert.equal(keepReadAhead(execution, "1.0/get", ARGS, "a\nb"), "a\nb");
  assert.equal(readAheadAnswer(execution, NEXT, ARGS), undefined);
});
