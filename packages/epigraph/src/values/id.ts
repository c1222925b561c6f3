import { ValueError } from "./value-error.ts";

/** Bytes of the part of an id that tells documents of one table apart. */
export const INTERNAL_ID_LENGTH = 16;

const MAX_TABLE_NUMBER = 0xffffffff;
const FOOTER_LENGTH = 2;
const MIN_ID_LENGTH = 31;
const MAX_ID_LENGTH = 37;
const MAX_ID_BYTES = 5 + INTERNAL_ID_LENGTH + FOOTER_LENGTH;
const MILLISECONDS_PER_DAY = 86_400_000;

/** Crockford's base 32 in lower case. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const NO_DIGIT = 255;
const digits = new Uint8Array(128).fill(NO_DIGIT);
for (let i = 0; i < 32; i++) digits[ALPHABET.charCodeAt(i)] = i;

export interface DecodedId {
  readonly tableNumber: number;
  readonly internalId: Uint8Array<ArrayBuffer>;
}

/** Shared by all calls, none of which runs inside another. */
const scratch = new Uint8Array(MAX_ID_BYTES);

/**
 * A document id: the table number as a little-endian base-128 number, the internal id, and a Fletcher-16 checksum, in
 * base 32. 31 characters for tables up to 127, 32 up to 16383, at most 37.
 * @param tableNumber 1 to 2^32 - 1.
 * @param internalId 16 bytes.
 */
export function encodeId(tableNumber: number, internalId: Uint8Array): string {
  if (!Number.isInteger(tableNumber) || tableNumber < 1 || tableNumber > MAX_TABLE_NUMBER) {
    throw new RangeError(`Table number ${tableNumber} is not between 1 and ${MAX_TABLE_NUMBER}`);
  }
  if (internalId.length !== INTERNAL_ID_LENGTH) {
    throw new RangeError(`Internal id has ${internalId.length} bytes instead of ${INTERNAL_ID_LENGTH}`);
  }
  let length = 0;
  let rest = tableNumber;
  while (rest > 127) {
    scratch[length++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  scratch[length++] = rest;
  scratch.set(internalId, length);
  length += INTERNAL_ID_LENGTH;
  const sum = checksum(length);
  scratch[length++] = sum & 255;
  scratch[length++] = sum >> 8;

  let text = "";
  let bits = 0;
  let bitCount = 0;
  for (let i = 0; i < length; i++) {
    bits = ((bits << 8) | scratch[i]!) & 0xfff;
    bitCount += 8;
    while (bitCount >= 5) {
      bitCount -= 5;
      text += ALPHABET[(bits >> bitCount) & 31];
    }
  }
  return bitCount === 0 ? text : text + ALPHABET[(bits << (5 - bitCount)) & 31];
}

/** @throws ValueError `InvalidArgument`; callers put the operation and its argument in front of the text. */
export function decodeId(id: string): DecodedId {
  const tableNumber = parse(id);
  if (tableNumber < 0) {
    throw new ValueError("InvalidArgument", `Unable to decode ID: ${reason(id, tableNumber)}`);
  }
  return decoded(tableNumber);
}

/** Null when `id` is not an id. */
export function tryDecodeId(id: string): DecodedId | null {
  const tableNumber = parse(id);
  return tableNumber < 0 ? null : decoded(tableNumber);
}

/** The table number in an id, null when `id` is not an id; allocates nothing. */
export function tableNumberOfId(id: string): number | null {
  const tableNumber = parse(id);
  return tableNumber < 0 ? null : tableNumber;
}

/**
 * A new internal id: 14 random bytes and the day since 1970, which tells old ids from new ones.
 * @param random returns as many random bytes as asked for.
 */
export function makeInternalId(
  random: (bytes: number) => Uint8Array,
  nowMs: number,
): Uint8Array<ArrayBuffer> {
  const id = new Uint8Array(INTERNAL_ID_LENGTH);
  id.set(random(INTERNAL_ID_LENGTH - 2));
  const day = Math.floor(nowMs / MILLISECONDS_PER_DAY);
  id[INTERNAL_ID_LENGTH - 2] = day >> 8;
  id[INTERNAL_ID_LENGTH - 1] = day;
  return id;
}

const BAD_LENGTH = -1;
const BAD_DIGIT = -2;
const BAD_TABLE = -3;
const BAD_FOOTER = -4;

/** Bytes of the last id that `parse` accepted, or found a wrong footer in. */
let parsedLength = 0;

/** Decodes into `scratch` and returns the table number, or one of the negative codes above. */
function parse(id: string): number {
  const { length } = id;
  if (length < MIN_ID_LENGTH || length > MAX_ID_LENGTH) return BAD_LENGTH;
  let bits = 0;
  let bitCount = 0;
  let bytes = 0;
  for (let i = 0; i < length; i++) {
    const code = id.charCodeAt(i);
    const digit = code < 128 ? digits[code]! : NO_DIGIT;
    if (digit === NO_DIGIT) return BAD_DIGIT;
    bits = ((bits << 5) | digit) & 0xfff;
    bitCount += 5;
    if (bitCount >= 8) {
      bitCount -= 8;
      scratch[bytes++] = bits >> bitCount;
    }
  }
  const strayBits = bits & ((1 << bitCount) - 1);

  let tableNumber = 0;
  let tableBytes = 0;
  let byte: number;
  do {
    byte = scratch[tableBytes]!;
    // The fifth byte holds the last four of 32 bits.
    if (tableBytes === 4 && byte > 15) return BAD_TABLE;
    tableNumber += (byte & 127) * 2 ** (7 * tableBytes);
    tableBytes++;
  } while (byte > 127);
  if (tableNumber === 0) return BAD_TABLE;

  parsedLength = tableBytes + INTERNAL_ID_LENGTH + FOOTER_LENGTH;
  if (bytes < parsedLength) return BAD_LENGTH;
  if (footer() !== checksum(parsedLength - FOOTER_LENGTH)) return BAD_FOOTER;
  // Only what `encodeId` writes is an id: no byte or digit more, no bit set in the unused rest, no leading zeros.
  const canonical =
    bytes === parsedLength &&
    length === Math.ceil((bytes * 8) / 5) &&
    strayBits === 0 &&
    (tableBytes === 1 || byte !== 0);
  return canonical ? tableNumber : BAD_LENGTH;
}

function reason(id: string, code: number): string {
  switch (code) {
    case BAD_DIGIT:
      return "ID wasn't valid base32";
    case BAD_TABLE:
      return "Invalid table number";
    case BAD_FOOTER:
      // The footer is the checksum XOR the version of the format, which is 0: a wrong one counts as another version.
      return `Invalid ID version ${footer()} (expected ${checksum(parsedLength - FOOTER_LENGTH)})`;
    default:
      return `Invalid ID length ${id.length}`;
  }
}

function decoded(tableNumber: number): DecodedId {
  const end = parsedLength - FOOTER_LENGTH;
  return { tableNumber, internalId: scratch.slice(end - INTERNAL_ID_LENGTH, end) };
}

function footer(): number {
  return scratch[parsedLength - 2]! | (scratch[parsedLength - 1]! << 8);
}

/** Fletcher-16 with both sums modulo 256 (not 255) over the first bytes of `scratch`. */
function checksum(length: number): number {
  let low = 0;
  let high = 0;
  for (let i = 0; i < length; i++) {
    low = (low + scratch[i]!) & 255;
    high = (high + low) & 255;
  }
  return (high << 8) | low;
}
