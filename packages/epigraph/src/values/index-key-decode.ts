import { KEY_END, KEY_ESCAPE, KEY_FIELD, KEY_TAG } from "./index-key-format.ts";
import type { ObjectValue, Value } from "./value.ts";

/**
 * The parts that a key was made from (a commit timestamp placeholder comes back as the greatest Int64, -0 and NaN as
 * themselves).
 * @param key made by `encodeKey`, whole.
 */
export function decodeKey(key: Uint8Array): (Value | undefined)[] {
  const reader = new KeyReader(key);
  const parts: (Value | undefined)[] = [];
  while (!reader.atEnd) parts.push(reader.readValue());
  return parts;
}

class KeyReader {
  readonly #key: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(key: Uint8Array) {
    this.#key = key;
    this.#view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  }

  get atEnd(): boolean {
    return this.#at >= this.#key.length;
  }

  readValue(): Value | undefined {
    const tag = this.#readByte();
    switch (tag) {
      case KEY_TAG.undefined:
        return undefined;
      case KEY_TAG.null:
        return null;
      case KEY_TAG.int64:
        return BigInt.asIntN(64, this.#view.getBigUint64(this.#skip(8)) ^ (1n << 63n));
      case KEY_TAG.float64:
        return this.#readFloat64();
      case KEY_TAG.false:
        return false;
      case KEY_TAG.true:
        return true;
      case KEY_TAG.string:
        return this.#readText();
      case KEY_TAG.bytes:
        return this.#readBytes();
      case KEY_TAG.array:
        return this.#readArray();
      case KEY_TAG.object:
        return this.#readObject();
      default:
        throw new Error(`Corrupt index key: tag ${tag} at byte ${this.#at - 1}`);
    }
  }

  #readFloat64(): number {
    const bits = this.#view.getBigUint64(this.#skip(8));
    const scratch = new DataView(new ArrayBuffer(8));
    scratch.setBigUint64(0, bits >> 63n === 1n ? bits ^ (1n << 63n) : BigInt.asUintN(64, ~bits));
    return scratch.getFloat64(0);
  }

  #readArray(): Value[] {
    const elements: Value[] = [];
    // Elements of arrays are never missing, so an undefined one cannot occur.
    while (this.#peekByte() !== KEY_END) elements.push(this.readValue() as Value);
    this.#at++;
    return elements;
  }

  #readObject(): ObjectValue {
    const entries: [string, Value | undefined][] = [];
    while (this.#readByte() === KEY_FIELD) entries.push([this.#readText(), this.readValue()]);
    return Object.fromEntries(entries);
  }

  #readBytes(): ArrayBuffer {
    const bytes: number[] = [];
    for (let byte = this.#readByte(); byte !== KEY_END; byte = this.#readByte())
      bytes.push(this.#unescape(byte));
    return new Uint8Array(bytes).buffer;
  }

  #readText(): string {
    let text = "";
    for (let byte = this.#readByte(); byte !== KEY_END; byte = this.#readByte()) {
      if (byte < 0x80) text += String.fromCharCode(this.#unescape(byte));
      else if (byte < 0xe0) text += String.fromCodePoint(this.#continue(byte & 31, 1));
      else if (byte < 0xf0) text += String.fromCodePoint(this.#continue(byte & 15, 2));
      else text += String.fromCodePoint(this.#continue(byte & 7, 3));
    }
    return text;
  }

  #unescape(byte: number): number {
    return byte === KEY_ESCAPE ? this.#readByte() - 1 : byte;
  }

  #continue(lead: number, count: number): number {
    let point = lead;
    for (let i = 0; i < count; i++) point = (point << 6) | (this.#readByte() & 63);
    return point;
  }

  #peekByte(): number {
    const byte = this.#key[this.#at];
    if (byte === undefined) throw new Error("Corrupt index key: it ends inside a value");
    return byte;
  }

  #readByte(): number {
    const byte = this.#peekByte();
    this.#at++;
    return byte;
  }

  /** Passes over bytes and returns where they start. */
  #skip(bytes: number): number {
    const start = this.#at;
    this.#at += bytes;
    return start;
  }
}
