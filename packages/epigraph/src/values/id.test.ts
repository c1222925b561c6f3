import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeId, encodeId, makeInternalId, tableNumberOfId, tryDecodeId } from "./id.ts";
import { randomValues } from "./testing/random-value.ts";

const internalId = Uint8Array.from({ length: 16 }, (_, i) => i);

const VECTORS = [
  [1, "040020g30g2gc1r81450p30d1r7qke8"],
  [127, "fw0020g30g2gc1r81450p30d1r7ze5r"],
  [128, "g00g00820c20a1g7104gm2rc1m70zyds"],
  [539, "kc2000820c20a1g7104gm2rc1m70y5yj"],
  [540, "kg2000820c20a1g7104gm2rc1m70y674"],
  [10001, "j57000820c20a1g7104gm2rc1m70ynr8"],
  [16384, "g2002001081g81860w40j2gb1g6gw3vs74"],
  [4294967295, "zzzzzzrf000g40r40m30e209185gr38e1y1nj"],
] as const;

for (const [tableNumber, id] of VECTORS) {
  test(`${id} is an id of table ${tableNumber}`, () => {
    assert.equal(encodeId(tableNumber, internalId), id);
    assert.deepEqual(decodeId(id), { tableNumber, internalId });
    assert.deepEqual(tryDecodeId(id), { tableNumber, internalId });
    assert.equal(tableNumberOfId(id), tableNumber);
  });

  test(`${id} does not survive a change of any one character`, () => {
    for (let i = 0; i < id.length; i++) {
      for (const other of "0123456789abcdefghjkmnpqrstvwxyz") {
        if (other === id[i]) continue;
        const changed = id.slice(0, i) + other + id.slice(i + 1);
        assert.equal(tryDecodeId(changed), null, changed);
        assert.equal(tableNumberOfId(changed), null, changed);
      }
    }
  });
}

for (const [what, id, reason] of [
  ["an empty text", "", "Invalid ID length 0"],
  ["30 characters", "0".repeat(30), "Invalid ID length 30"],
  ["38 characters", "0".repeat(38), "Invalid ID length 38"],
  ["upper case", "J57000820C20A1G7104GM2RC1M70YNR8", "ID wasn't valid base32"],
  ["a letter that is not a digit", "j57000820c20a1g7104gm2rc1m70yniu", "ID wasn't valid base32"],
  ["a character above ASCII", "j57000820c20a1g7104gm2rc1m70ynré", "ID wasn't valid base32"],
  ["table number 0", "0".repeat(31), "Invalid table number"],
  ["a table number above 32 bits", "z".repeat(37), "Invalid table number"],
  ["bits after the last byte", "040020g30g2gc1r81450p30d1r7qke9", "Invalid ID length 31"],
  ["a character too many", "j57000820c20a1g7104gm2rc1m70ynr80", "Invalid ID length 33"],
  [
    "a table number that announces more bytes than there are",
    `zzzzz${"0".repeat(26)}`,
    "Invalid ID length 31",
  ],
  ["another version", "j57000820c20a1g7104gm2rc1m70ynrg", "Invalid ID version 4183 (expected 2135)"],
] as const) {
  test(`${what} is no id`, () => {
    assert.throws(() => decodeId(id), {
      name: "ValueError",
      code: "InvalidArgument",
      message: `Unable to decode ID: ${reason}`,
    });
    assert.equal(tryDecodeId(id), null);
    assert.equal(tableNumberOfId(id), null);
  });
}

test("a table number with a needless byte is no id", () => {
  const bytes = new Uint8Array([0x81, 0x00, ...internalId]);
  let low = 0;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) & 255;
    high = (high + low) & 255;
  }
  const bits = [...bytes, low, high].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const id = bits.replace(/.{5}/g, (five) => "0123456789abcdefghjkmnpqrstvwxyz"[Number.parseInt(five, 2)]!);
  assert.throws(() => decodeId(id), { message: "Unable to decode ID: Invalid ID length 32" });
});

test("random ids come back as they went in (seed 7)", () => {
  const random = randomValues(7);
  for (let i = 0; i < 20_000; i++) {
    const tableNumber = 1 + random.below(2 ** random.pick([7, 14, 21, 28, 32]) - 1);
    const bytes = random.bytes(16);
    assert.deepEqual(decodeId(encodeId(tableNumber, bytes)), { tableNumber, internalId: bytes });
  }
});

test("an internal id is 14 random bytes and the day", () => {
  const id = makeInternalId((count) => new Uint8Array(count).fill(7), Date.UTC(2026, 0, 2, 23, 59));
  assert.deepEqual(id.subarray(0, 14), new Uint8Array(14).fill(7));
  assert.equal((id[14]! << 8) | id[15]!, Date.UTC(2026, 0, 2) / 86_400_000);
});

test("what no table can have as number or id is a mistake of the caller", () => {
  for (const tableNumber of [0, -1, 1.5, 2 ** 32]) {
    assert.throws(() => encodeId(tableNumber, internalId), RangeError);
  }
  assert.throws(() => encodeId(1, new Uint8Array(15)), RangeError);
});
