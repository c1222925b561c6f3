import type { DerivationAlgorithm, DerivedAlgorithm } from "./algorithms.ts";
import { askForBytes } from "./ask-host.ts";
import type { KeyParts } from "./crypto-key.ts";
import { invalidAccess, operationError } from "./failures.ts";
import { blockBytes } from "./key-families.ts";

/**
 * @param length in bits; null for all that there are, which only an agreement knows.
 * @throws DOMException InvalidAccessError, OperationError
 */
export async function deriveBits(
  algorithm: DerivationAlgorithm,
  key: KeyParts,
  length: number | null,
): Promise<ArrayBuffer> {
  if ("public" in algorithm) return agree(algorithm.public, key, length);
  if (length === null || length % 8 !== 0) {
    throw operationError(`${algorithm.name} derives whole bytes, not ${length} bits`);
  }
  if (algorithm.name === "PBKDF2" && algorithm.iterations === 0) {
    throw operationError("PBKDF2 needs at least one iteration");
  }
  if (length === 0) return new ArrayBuffer(0);
  const request = { key: key.material, hash: algorithm.hash, bytes: length / 8 };
  return algorithm.name === "PBKDF2"
    ? askForBytes({ op: "pbkdf2", iterations: algorithm.iterations, ...request }, algorithm.salt)
    : askForBytes({ op: "hkdf", ...request }, algorithm.salt, algorithm.info);
}

async function agree(other: KeyParts, key: KeyParts, length: number | null): Promise<ArrayBuffer> {
  if (key.type !== "private") throw invalidAccess("The base key must be a private key");
  if (other.type !== "public") throw invalidAccess("The other side's key must be a public key");
  const { name, namedCurve } = key.algorithm;
  if (other.algorithm.name !== name || other.algorithm.namedCurve !== namedCurve) {
    throw invalidAccess(
      `The other side's key must be for ${[name, namedCurve].filter(Boolean).join(" with ")}`,
    );
  }
  const secret = await askForBytes({ op: "agree", key: key.material, publicKey: other.material });
  if (length === null) return secret;
  if (length > secret.byteLength * 8) {
    throw operationError(`${name} derives ${secret.byteLength * 8} bits here, not ${length}`);
  }
  const bits = secret.slice(0, Math.ceil(length / 8));
  const unused = (8 - (length % 8)) % 8;
  if (unused > 0) {
    const last = new Uint8Array(bits, bits.byteLength - 1);
    last[0] = (last[0]! >> unused) << unused;
  }
  return bits;
}

/** Bits that a key of this algorithm is made of; null: of as many as there are. @throws DOMException OperationError */
export function derivedLength(algorithm: DerivedAlgorithm): number | null {
  switch (algorithm.name) {
    case "HMAC":
      if (algorithm.length === 0) throw new TypeError("A key for HMAC has at least one bit");
      return algorithm.length ?? blockBytes(algorithm.hash) * 8;
    case "PBKDF2":
    case "HKDF":
      return null;
    default: {
      const { name, length } = algorithm;
      if (length === 128 || length === 192 || length === 256) return length;
      throw operationError(`Keys for ${name} have 128, 192 or 256 bits, not ${length}`);
    }
  }
}
