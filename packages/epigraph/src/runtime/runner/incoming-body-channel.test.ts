import assert from "node:assert/strict";
import { it } from "node:test";
import { IncomingBodyChannel } from "./incoming-body-channel.ts";

const BYTES = new Uint8Array([1, 2, 3]);

function open(): { readonly body: IncomingBodyChannel; readonly taken: number[]; cancelled: number } {
  const taken: number[] = [];
  const opened = {
    body: new IncomingBodyChannel(
      (bytes) => taken.push(bytes),
      () => opened.cancelled++,
    ),
    taken,
    cancelled: 0,
  };
  return opened;
}

it("a read gets what is there, or what comes next", async () => {
  const { body, taken } = open();
  body.push(BYTES);
  assert.equal(await body.read(), BYTES);
  const next = body.read();
  assert.deepEqual(taken, [3]);
  body.push(BYTES);
  assert.equal(await next, BYTES);
  assert.deepEqual(taken, [3, 3]);
});

it("the end, or a failure, shows after what has arrived", async () => {
  const whole = open().body;
  whole.push(BYTES);
  whole.end();
  assert.equal(await whole.read(), BYTES);
  assert.equal(await whole.read(), null);
  const broken = open().body;
  broken.push(BYTES);
  broken.fail(new Error("broke"));
  broken.push(BYTES);
  assert.equal(await broken.read(), BYTES);
  await assert.rejects(broken.read(), /broke/);
});

it("cancelling drops what has arrived, answers who waits, and is told of only while more may come", async () => {
  const opened = open();
  const waiting = opened.body.read();
  opened.body.cancel();
  opened.body.cancel();
  opened.body.push(BYTES);
  assert.equal(await waiting, null);
  assert.equal(await opened.body.read(), null);
  assert.equal(opened.cancelled, 1);
  const ended = open();
  ended.body.end();
  ended.body.cancel();
  assert.equal(ended.cancelled, 0);
});
