import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { CryptoFailure } from "./crypto-failure.ts";

/** More than any key has: of an RSA key of 8,192 bits, the PKCS#8 is about 4,700 bytes. */
const MAX_KEY_BYTES = 131_072;

/** By names of the Web Crypto standard. */
const HASHES: ReadonlyMap<unknown, string> = new Map([
  ["SHA-1", "sha1"],
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

/** The name that node:crypto has for a hash function. @throws CryptoFailure */
export function hashOf(name: unknown): string {
  const hash = HASHES.get(name);
  if (hash === undefined) throw new CryptoFailure("OperationError", "There is no such hash function");
  return hash;
}

/** The bytes of a key's text. @throws CryptoFailure */
export function materialOf(text: unknown): Buffer {
  if (typeof text === "string" && text.length <= (MAX_KEY_BYTES / 3) * 4)
    return Buffer.from(text, "base64url");
  throw new CryptoFailure("OperationError", "The key is too long");
}

export function privateKeyOf(material: Buffer): KeyObject {
  return createPrivateKey({ key: material, format: "der", type: "pkcs8" });
}

export function publicKeyOf(material: Buffer): KeyObject {
  return createPublicKey({ key: material, format: "der", type: "spki" });
}

/** @throws CryptoFailure when it is no integer in this range. */
export function integer(value: unknown, min: number, max: number, what: string): number {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw new CryptoFailure("OperationError", `${what} must be from ${min} to ${max}, not ${String(value)}`);
}
