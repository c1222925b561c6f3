import type { CurveName, HashName } from "./crypto-request.ts";

export type KeyUsage = (typeof USAGES)[number];
export type KeyType = "secret" | "public" | "private";

/** In the order in which a key lists them. */
export const USAGES = [
  "encrypt",
  "decrypt",
  "sign",
  "verify",
  "deriveKey",
  "deriveBits",
  "wrapKey",
  "unwrapKey",
] as const;

/** What a key is for; members that its algorithm does not have are missing. */
export interface KeyAlgorithm {
  readonly name: KeyAlgorithmName;
  readonly hash?: HashName;
  /** Of a secret, in bits. */
  readonly length?: number;
  readonly modulusLength?: number;
  readonly publicExponent?: Uint8Array;
  readonly namedCurve?: CurveName;
}

export type KeyAlgorithmName =
  | "HMAC"
  | "AES-CBC"
  | "AES-CTR"
  | "AES-GCM"
  | "PBKDF2"
  | "HKDF"
  | "RSASSA-PKCS1-v1_5"
  | "RSA-PSS"
  | "RSA-OAEP"
  | "ECDSA"
  | "ECDH"
  | "Ed25519"
  | "X25519";

export interface KeyParts {
  readonly type: KeyType;
  readonly extractable: boolean;
  readonly algorithm: KeyAlgorithm;
  readonly usages: readonly KeyUsage[];
  /** As `CryptoRequest` has it. */
  readonly material: string;
}

const INTERNAL = Symbol("internal");

/** What a key is, whatever app code made of the object. @throws TypeError for what is none. */
export let partsOf: (value: unknown, what: string) => KeyParts;

/** `CryptoKey` of the Web Crypto standard. */
export class CryptoKey {
  readonly #parts: KeyParts;
  // What app code gets is its own to change; what the key is stays as it was made.
  #algorithm: object | undefined;
  #usages: KeyUsage[] | undefined;

  constructor(token: unknown, parts: KeyParts) {
    if (token !== INTERNAL) throw new TypeError("Illegal constructor: CryptoKey");
    this.#parts = parts;
  }

  get type(): KeyType {
    return this.#parts.type;
  }

  get extractable(): boolean {
    return this.#parts.extractable;
  }

  get algorithm(): object {
    if (this.#algorithm === undefined) {
      const { hash, publicExponent, ...rest } = this.#parts.algorithm;
      this.#algorithm = {
        ...rest,
        ...(publicExponent === undefined ? {} : { publicExponent: publicExponent.slice() }),
        ...(hash === undefined ? {} : { hash: { name: hash } }),
      };
    }
    return this.#algorithm;
  }

  get usages(): KeyUsage[] {
    this.#usages ??= [...this.#parts.usages];
    return this.#usages;
  }

  get [Symbol.toStringTag](): string {
    return "CryptoKey";
  }

  static {
    partsOf = (value, what) => {
      if (typeof value === "object" && value !== null && #parts in value) return value.#parts;
      throw new TypeError(`${what} must be a CryptoKey`);
    };
  }
}

export function newKey(parts: KeyParts): CryptoKey {
  return new CryptoKey(INTERNAL, parts);
}
