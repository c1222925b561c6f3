import assert from "node:assert/strict";
import { it } from "node:test";
import { ResponseBody } from "./response-body.ts";

const BYTES = new Uint8Array([1, 2, 3]);

function open(): { readonly body: ResponseBody; readonly taken: number[]; unwanted: number } {
  const taken: number[] = [];
  const opened = {
    body: new ResponseBody(
      (bytes) => taken.push(bytes),
      () => opened.unwanted++,
    ),
    taken,
    unwanted: 0,
  };
  return opened;
}

it("chunks are read in order, and each is told as taken when it is", async () => {
  const { body, taken } = open();
  body.push(BYTES);
  assert.deepEqual(taken, []);
  assert.deepEqual(await body.next(), { done: false, value: BYTES });
  assert.deepEqual(taken, [3]);
  const next = body.next();
  body.push(BYTES.subarray(1));
  assert.deepEqual((await next).value, BYTES.subarray(1));
});

it("the end shows after what has arrived", async () => {
  const { body } = open();
  body.push(BYTES);
  body.end();
  body.push(BYTES);
  assert.equal((await body.next()).done, false);
  assert.equal((await body.next()).done, true);
});

it("so does a failure", async () => {
  const { body } = open();
  body.push(BYTES);
  body.end(new Error("broken"));
  assert.equal((await body.next()).done, false);
  await assert.rejects(body.next(), /broken/);
});

it("a reader that stops early is told of once; one that read to the end is not", async () => {
  const early = open();
  early.body.push(BYTES);
  await early.body.return();
  await early.body.return();
  assert.equal(early.unwanted, 1);
  assert.equal((await early.body.next()).done, true);
  const late = open();
  late.body.end();
  await late.body.return();
  assert.equal(late.unwanted, 0);
});
