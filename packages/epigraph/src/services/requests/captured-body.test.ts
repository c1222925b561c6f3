import assert from "node:assert/strict";
import { it } from "node:test";
import { CapturedBody } from "./captured-body.ts";

async function* pieces(count: number): AsyncGenerator<Uint8Array, void> {
  for (let i = 0; i < count; i++) yield Buffer.from("0123456789");
}

async function read(body: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const piece of body) bytes += piece.length;
  return bytes;
}

it("the beginning of a body in small pieces is kept as it came, and told that it is cut", async () => {
  const captured = new CapturedBody(25);
  assert.equal(await read(captured.watch(pieces(4))), 40);
  const expected = { text: "0123456789012345678901234", isBase64: false, bytes: 40, isCut: true };
  assert.deepEqual(captured.toRecord(), expected);
  assert.equal(captured.whole(), null);
});

it("a body that was kept whole is given whole, and not what came after", () => {
  const captured = new CapturedBody(100);
  captured.watch(Buffer.from("abc"));
  const whole = captured.whole();
  captured.watch(Buffer.from("def"));
  assert.equal(String(whole), "abc");
  assert.equal(String(captured.whole()), "abcdef");
});

it("of a body that is forgotten while it goes by nothing is kept any more", async () => {
  const captured = new CapturedBody(100);
  const body = captured.watch(pieces(3));
  await body.next();
  captured.forget();
  assert.equal(await read(body), 20);
  assert.deepEqual(captured.toRecord(), { text: "", isBase64: false, bytes: 30, isCut: true });
});
