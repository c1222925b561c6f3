import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { ToRunner } from "../runtime/runner/messages.ts";
import { RequestBodyPump } from "./request-body-pump.ts";

const QUARTER = new Uint8Array(64 * 1024);

interface Source {
  readonly body: AsyncIterable<Uint8Array>;
  isReturned: boolean;
}

/** @param failure thrown after the chunks. */
function source(chunks: readonly Uint8Array[], failure: Error | null = null): Source {
  const result: Source = { body: read(), isReturned: false };
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunks;
      if (failure !== null) throw failure;
    } finally {
      result.isReturned = true;
    }
  }
  return result;
}

function pump(body: AsyncIterable<Uint8Array>): {
  readonly pump: RequestBodyPump;
  readonly sent: ToRunner["type"][];
  readonly ended: Promise<void>;
} {
  const sent: ToRunner["type"][] = [];
  const made = new RequestBodyPump({ job: 1, send: ({ type }) => sent.push(type) }, body);
  return { pump: made, sent, ended: made.run() };
}

it("a body is sent chunk by chunk, then its end", async () => {
  const { sent, ended } = pump(source([new Uint8Array(1), new Uint8Array(2)]).body);
  await ended;
  assert.deepEqual(sent, ["bodyChunk", "bodyChunk", "bodyEnd"]);
});

it("a function that does not read stops its sender until it has taken some", async () => {
  const { pump: body, sent, ended } = pump(source(Array.from({ length: 6 }, () => QUARTER)).body);
  await nextTurn();
  assert.equal(sent.length, 4);
  body.taken(QUARTER.length);
  await nextTurn();
  assert.equal(sent.length, 5);
  body.taken(5 * QUARTER.length);
  await ended;
  assert.equal(sent.at(-1), "bodyEnd");
});

it("an upload that breaks is told as such, after what came of it", async () => {
  const { sent, ended } = pump(source([new Uint8Array(1)], new Error("broke")).body);
  await ended;
  assert.deepEqual(sent, ["bodyChunk", "bodyError"]);
});

it("what is not wanted is not sent, and its source is let go", async () => {
  const chunks = source(Array.from({ length: 9 }, () => QUARTER));
  const { pump: body, sent, ended } = pump(chunks.body);
  await nextTurn();
  body.stop();
  body.stop();
  await ended;
  await nextTurn();
  assert.equal(sent.length, 4);
  assert.equal(chunks.isReturned, true);
});
