import assert from "node:assert/strict";
import { it } from "node:test";
import { transitionMessages } from "./transition-chunks.ts";

it("a Transition that is short goes as it is", () => {
  assert.deepEqual(transitionMessages('{"a":1}', 100), ['{"a":1}']);
});

it("a long one goes in pieces of whole characters, which are no longer than they may be and join to the same", () => {
  const text = JSON.stringify({ value: "aé€😀".repeat(500) });
  for (const size of [4, 5, 6, 7, 1000, 4999]) {
    const chunks = transitionMessages(text, size).map(
      (message) =>
        JSON.parse(message) as {
          type: string;
          chunk: string;
          partNumber: number;
          totalParts: number;
          transitionId: string;
        },
    );
    assert.equal(chunks.map(({ chunk }) => chunk).join(""), text);
    chunks.forEach(({ type, chunk, partNumber, totalParts, transitionId }, i) => {
      assert.ok(Buffer.byteLength(chunk) <= size);
      assert.deepEqual([type, partNumber, totalParts], ["TransitionChunk", i, chunks.length]);
      assert.equal(transitionId, String(Buffer.byteLength(text)));
    });
  }
});
