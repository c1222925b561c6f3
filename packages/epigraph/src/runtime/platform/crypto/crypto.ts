import { DOMException } from "../dom-exception.ts";
import { platformHost } from "../host.ts";
import { subtle } from "../lazy-parts.ts";
import type { SubtleCrypto } from "./subtle-crypto.ts";

const INTERNAL = Symbol("internal");
/** The Web Crypto standard's cap for one call of getRandomValues. */
const RANDOM_LIMIT_BYTES = 65_536;
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** `Crypto` of the Web Crypto standard. */
export class Crypto {
  #subtle: SubtleCrypto | undefined;

  constructor(token?: unknown) {
    if (token !== INTERNAL) throw new TypeError("Illegal constructor: Crypto");
  }

  get subtle(): SubtleCrypto {
    this.#subtle ??= subtle.get().newSubtleCrypto();
    return this.#subtle;
  }

  getRandomValues<T>(array: T): T {
    if (!ArrayBuffer.isView(array) || array instanceof DataView || /^Float/.test(tagOf(array))) {
      throw new DOMException("The array must be one of integers", "TypeMismatchError");
    }
    if (array.byteLength > RANDOM_LIMIT_BYTES) {
      throw new DOMException(
        `The array has ${array.byteLength} bytes, more than ${RANDOM_LIMIT_BYTES}`,
        "QuotaExceededError",
      );
    }
    platformHost().fillRandom(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return array;
  }

  /** A version 4 UUID (RFC 9562). */
  randomUUID(): string {
    const bytes = new Uint8Array(16);
    platformHost().fillRandom(bytes);
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    let text = "";
    for (let index = 0; index < 16; index++) {
      if (index === 4 || index === 6 || index === 8 || index === 10) text += "-";
      text += HEX[bytes[index]!];
    }
    return text;
  }

  get [Symbol.toStringTag](): string {
    return "Crypto";
  }
}

function tagOf(array: ArrayBufferView): string {
  return (array as unknown as Record<symbol, string>)[Symbol.toStringTag] ?? "";
}

export function newCrypto(): Crypto {
  return new Crypto(INTERNAL);
}
