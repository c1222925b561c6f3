import { COMMIT_TS, COMMIT_TS_ORDER } from "./commit-ts.ts";
import { KEY_END, KEY_ESCAPE, KEY_FIELD, KEY_TAG } from "./index-key-format.ts";
import { sortedFieldNames, type Value } from "./value.ts";

export { compareBytes } from "./compare.ts";
export { decodeKey } from "./index-key-decode.ts";

const INITIAL_SCRATCH_BYTES = 4096;
/** Scratch that one giant key has blown up is given back afterwards. */
const MAX_KEPT_SCRATCH_BYTES = 1024 * 1024;

/** Shared by all calls, none of which runs inside another: keys are built on every write. */
let scratch = new Uint8Array(INITIAL_SCRATCH_BYTES);
let view = new DataView(scratch.buffer);
let length = 0;
/** Gathers offsets while a key is made to find them. */
let placeholders: number[] | null = null;

/**
 * The key of a tuple. A missing field is `undefined`.
 * @param suffix bytes to append as they are, for a last part of fixed length that is its own tie-breaker.
 */
export function encodeKey(
  parts: readonly (Value | undefined)[],
  suffix?: Uint8Array,
): Uint8Array<ArrayBuffer> {
  length = 0;
  for (let i = 0; i < parts.length; i++) writeValue(parts[i]);
  if (suffix !== undefined) {
    reserve(suffix.length);
    scratch.set(suffix, length);
    length += suffix.length;
  }
  const key = scratch.slice(0, length);
  if (scratch.length > MAX_KEPT_SCRATCH_BYTES) resizeScratch(INITIAL_SCRATCH_BYTES, 0);
  return key;
}

/** Where in the key of a tuple the eight bytes of each commit timestamp placeholder start. */
export function commitTsOffsets(parts: readonly (Value | undefined)[]): readonly number[] {
  placeholders = [];
  encodeKey(parts);
  const offsets = placeholders;
  placeholders = null;
  return offsets;
}

/**
 * The key with a timestamp at some offsets, which are those of its placeholders.
 * @param ns nanoseconds since the epoch.
 */
export function resolveKey(key: Uint8Array, offsets: readonly number[], ns: bigint): Uint8Array {
  const resolved = new Uint8Array(key);
  const bytes = new DataView(resolved.buffer);
  for (const offset of offsets) {
    bytes.setBigInt64(offset, ns);
    resolved[offset]! ^= 0x80;
  }
  return resolved;
}

/**
 * End of the interval `[prefix, end)` of all keys that start with `prefix`; null when no key is greater than those,
 * which needs an empty prefix or one of FF bytes only.
 */
export function keyPrefixEnd(prefix: Uint8Array): Uint8Array<ArrayBuffer> | null {
  let last = prefix.length - 1;
  while (last >= 0 && prefix[last] === 0xff) last--;
  if (last < 0) return null;
  const end = new Uint8Array(last + 1);
  end.set(prefix.subarray(0, last + 1));
  end[last]!++;
  return end;
}

/** The least key greater than `key`. */
export function keySuccessor(key: Uint8Array): Uint8Array<ArrayBuffer> {
  const successor = new Uint8Array(key.length + 1);
  successor.set(key);
  return successor;
}

function writeValue(value: Value | undefined): void {
  reserve(9);
  switch (typeof value) {
    case "undefined":
      scratch[length++] = KEY_TAG.undefined;
      return;
    case "string":
      scratch[length++] = KEY_TAG.string;
      writeText(value);
      return;
    case "number":
      writeFloat64(value);
      return;
    case "boolean":
      scratch[length++] = value ? KEY_TAG.true : KEY_TAG.false;
      return;
    case "bigint":
      writeInt64(value);
      return;
  }
  if (value === null) {
    scratch[length++] = KEY_TAG.null;
  } else if (Array.isArray(value)) {
    scratch[length++] = KEY_TAG.array;
    for (let i = 0; i < value.length; i++) writeValue(value[i]);
    writeByte(KEY_END);
  } else if (value instanceof ArrayBuffer) {
    scratch[length++] = KEY_TAG.bytes;
    writeBytes(new Uint8Array(value));
  } else if (value === COMMIT_TS) {
    placeholders?.push(length + 1);
    writeInt64(COMMIT_TS_ORDER);
  } else {
    scratch[length++] = KEY_TAG.object;
    for (const name of sortedFieldNames(value)) {
      writeByte(KEY_FIELD);
      writeText(name);
      writeValue(value[name]);
    }
    writeByte(KEY_END);
  }
}

function writeInt64(value: bigint): void {
  scratch[length] = KEY_TAG.int64;
  view.setBigInt64(length + 1, value);
  scratch[length + 1]! ^= 0x80;
  length += 9;
}

function writeFloat64(value: number): void {
  scratch[length] = KEY_TAG.float64;
  if (Number.isNaN(value)) {
    // One key for every NaN: payloads and signs of NaN do not survive in an engine reliably.
    view.setUint32(length + 1, 0xfff80000);
    view.setUint32(length + 5, 0);
  } else {
    view.setFloat64(length + 1, value);
    const high = view.getUint32(length + 1);
    if (high >>> 31 === 0) {
      view.setUint32(length + 1, high | 0x80000000);
    } else {
      view.setUint32(length + 1, ~high);
      view.setUint32(length + 5, ~view.getUint32(length + 5));
    }
  }
  length += 9;
}

function writeText(text: string): void {
  // A code unit takes at most three bytes (an escaped control character two), and the end mark one.
  reserve(text.length * 3 + 1);
  const out = scratch;
  let at = length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) {
      if (code > 1) {
        out[at++] = code;
      } else {
        out[at++] = KEY_ESCAPE;
        out[at++] = code + 1;
      }
    } else if (code < 0x800) {
      out[at++] = 0xc0 | (code >> 6);
      out[at++] = 0x80 | (code & 63);
    } else if (code < 0xd800 || code > 0xdfff) {
      out[at++] = 0xe0 | (code >> 12);
      out[at++] = 0x80 | ((code >> 6) & 63);
      out[at++] = 0x80 | (code & 63);
    } else {
      const point = text.codePointAt(i)!;
      i++;
      out[at++] = 0xf0 | (point >> 18);
      out[at++] = 0x80 | ((point >> 12) & 63);
      out[at++] = 0x80 | ((point >> 6) & 63);
      out[at++] = 0x80 | (point & 63);
    }
  }
  out[at++] = KEY_END;
  length = at;
}

function writeBytes(bytes: Uint8Array): void {
  reserve(bytes.length * 2 + 1);
  const out = scratch;
  let at = length;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte > 1) {
      out[at++] = byte;
    } else {
      out[at++] = KEY_ESCAPE;
      out[at++] = byte + 1;
    }
  }
  out[at++] = KEY_END;
  length = at;
}

function writeByte(byte: number): void {
  reserve(1);
  scratch[length++] = byte;
}

function reserve(bytes: number): void {
  if (length + bytes > scratch.length) resizeScratch(Math.max(scratch.length * 2, length + bytes), length);
}

function resizeScratch(size: number, keep: number): void {
  const resized = new Uint8Array(size);
  resized.set(scratch.subarray(0, keep));
  scratch = resized;
  view = new DataView(scratch.buffer);
}
