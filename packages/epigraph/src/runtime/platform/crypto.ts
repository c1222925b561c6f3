import { copyBufferSource, toArrayBuffer } from "./bytes.ts";
import { DOMException } from "./dom-exception.ts";
import { type DigestAlgorithm, platformHost } from "./host.ts";

const INTERNAL = Symbol("internal");
/** The Web Crypto standard's cap for one call of getRandomValues. */
const RANDOM_LIMIT_BYTES = 65_536;
const DIGESTS: readonly string[] = ["SHA-1", "SHA-256", "SHA-384", "SHA-512"];
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function checkToken(token: unknown, name: string): void {
  if (token !== INTERNAL) throw new TypeError(`Illegal constructor: ${name}`);
}

/** `CryptoKey` of the Web Crypto standard: the name exists, keys don't yet. */
export class CryptoKey {
  constructor() {
    checkToken(undefined, "CryptoKey");
  }
}

/** `SubtleCrypto` of the Web Crypto standard; only `digest` works in this version. */
export class SubtleCrypto {
  constructor(token?: unknown) {
    checkToken(token, "SubtleCrypto");
  }

  async digest(algorithm: string | { name: string }, data: unknown): Promise<ArrayBuffer> {
    const name = String(typeof algorithm === "object" && algorithm !== null ? algorithm.name : algorithm);
    const known = name.toUpperCase();
    if (!DIGESTS.includes(known)) {
      throw new DOMException(`Unrecognized or invalid algorithm ${name}`, "NotSupportedError");
    }
    const bytes = copyBufferSource(data);
    if (bytes === undefined)
      throw new TypeError("The data to digest must be an ArrayBuffer or a view of one");
    return toArrayBuffer(platformHost().digest(known as DigestAlgorithm, bytes));
  }

  get [Symbol.toStringTag](): string {
    return "SubtleCrypto";
  }
}

const UNSUPPORTED = [
  "encrypt",
  "decrypt",
  "sign",
  "verify",
  "generateKey",
  "deriveKey",
  "deriveBits",
  "importKey",
  "exportKey",
  "wrapKey",
  "unwrapKey",
];
for (const name of UNSUPPORTED) {
  const refuse = async (): Promise<never> => {
    throw new DOMException(`crypto.subtle.${name} is not in this version yet`, "NotSupportedError");
  };
  Object.defineProperty(refuse, "name", { value: name });
  Object.defineProperty(SubtleCrypto.prototype, name, { value: refuse, writable: true, configurable: true });
}

/** `Crypto` of the Web Crypto standard. */
export class Crypto {
  readonly #subtle: SubtleCrypto;

  constructor(token?: unknown) {
    checkToken(token, "Crypto");
    this.#subtle = new SubtleCrypto(INTERNAL);
  }

  get subtle(): SubtleCrypto {
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
