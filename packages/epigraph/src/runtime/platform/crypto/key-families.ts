import type { KeyAlgorithm } from "./crypto-key.ts";
import type { HashName, KeyFamily } from "./crypto-request.ts";

/** @param algorithm of a pair of keys. */
export function familyOf({ name, namedCurve }: KeyAlgorithm): KeyFamily {
  if (name === "Ed25519" || name === "X25519") return name;
  return namedCurve ?? "RSA";
}

/** Bytes that a hash function takes at a time: the usual length of an HMAC key. */
export function blockBytes(hash: HashName): number {
  return hash === "SHA-1" || hash === "SHA-256" ? 64 : 128;
}
