import { diffieHellman, hkdfSync, pbkdf2, pbkdf2Sync } from "node:crypto";
import { promisify } from "node:util";
import type { CryptoRequest, PasswordRequest } from "../../platform/crypto/crypto-request.ts";
import { CryptoFailure } from "./crypto-failure.ts";
import { hashOf, integer, materialOf, privateKeyOf, publicKeyOf } from "./key-material.ts";

/** Nobody derives as much. */
const MAX_DERIVED_BYTES = 1_048_576;
const HASH_BYTES: ReadonlyMap<string, number> = new Map([
  ["sha1", 20],
  ["sha256", 32],
  ["sha384", 48],
  ["sha512", 64],
]);

/**
 * Refuses what would keep a thread for long: it can't be stopped.
 * @param maxRounds of the hash function: iterations for each length of its digest.
 * @throws CryptoFailure
 */
export function checkPasswordWork({ hash, iterations, bytes }: PasswordRequest, maxRounds: number): void {
  integer(iterations, 1, 2 ** 31 - 1, "The iterations of PBKDF2");
  integer(bytes, 1, MAX_DERIVED_BYTES, "The bytes of PBKDF2");
  const rounds = iterations * Math.ceil(bytes / (HASH_BYTES.get(hashOf(hash)) ?? 1));
  if (rounds <= maxRounds) return;
  throw new CryptoFailure(
    "OperationError",
    `PBKDF2 would take ${rounds} rounds of ${hash} here, and ${maxRounds} are allowed: use fewer iterations, derive fewer bits${maxRounds > 1_000_000 ? "" : ", or call an action"}`,
  );
}

export function deriveFromPassword(
  { key, hash, iterations, bytes }: PasswordRequest,
  salt: Buffer,
): Uint8Array {
  return pbkdf2Sync(materialOf(key), salt, iterations, bytes, hashOf(hash));
}

const pbkdf2Later = promisify(pbkdf2);

export function deriveFromPasswordLater(
  { key, hash, iterations, bytes }: PasswordRequest,
  salt: Buffer,
): Promise<Uint8Array> {
  return pbkdf2Later(materialOf(key), salt, iterations, bytes, hashOf(hash));
}

export function expand(
  { key, hash, bytes }: Extract<CryptoRequest, { readonly op: "hkdf" }>,
  salt: Buffer,
  info: Buffer,
): Uint8Array {
  integer(bytes, 1, MAX_DERIVED_BYTES, "The bytes of HKDF");
  return new Uint8Array(hkdfSync(hashOf(hash), materialOf(key), salt, info, bytes));
}

/** The secret that a private key shares with the public key of somebody else. */
export function agree(privateKey: Buffer, publicKey: Buffer): Uint8Array {
  return diffieHellman({ privateKey: privateKeyOf(privateKey), publicKey: publicKeyOf(publicKey) });
}
