import { encodeId, INTERNAL_ID_LENGTH, tryDecodeId } from "../../values/id.ts";
import type { Value } from "../../values/value.ts";

const BEFORE_ALL = new Uint8Array(0);
/** One byte longer than an internal id, so that it is greater than each. */
const AFTER_ALL = new Uint8Array(INTERNAL_ID_LENGTH + 1).fill(0xff);

/**
 * The least key bytes whose id is at or after a value (`after`: strictly after). Keys hold internal ids where ranges
 * speak of id texts; base 32 keeps their order, so every value has a place among them, also one that is no id.
 */
export function idPosition(tableNumber: number, value: Value | undefined, after: boolean): Uint8Array {
  if (typeof value !== "string") return isBeforeStrings(value) ? BEFORE_ALL : AFTER_ALL;
  const decoded = tryDecodeId(value);
  if (decoded?.tableNumber === tableNumber) return after ? followed(decoded.internalId) : decoded.internalId;
  return searchPosition(tableNumber, value);
}

function isBeforeStrings(value: Value | undefined): boolean {
  return value === undefined || value === null || ["bigint", "number", "boolean"].includes(typeof value);
}

function followed(internalId: Uint8Array): Uint8Array {
  const next = new Uint8Array(internalId.length + 1);
  next.set(internalId);
  return next;
}

/** Finds the least internal id whose text is greater than `text`, which is none: bit by bit, from the top. */
function searchPosition(tableNumber: number, text: string): Uint8Array {
  const reaches = (internalId: Uint8Array): boolean => encodeId(tableNumber, internalId) > text;
  const probe = new Uint8Array(INTERNAL_ID_LENGTH).fill(0xff);
  if (!reaches(probe)) return AFTER_ALL;
  for (let bit = 0; bit < INTERNAL_ID_LENGTH * 8; bit++) {
    const byte = bit >> 3;
    const mask = 0x80 >> (bit & 7);
    probe[byte]! &= ~mask;
    // Everything below the bit is ones: if even that is before the text, the bit must be set.
    if (!reaches(probe)) probe[byte]! |= mask;
  }
  return probe;
}
