import { type KeyAlgorithmName, type KeyParts, type KeyType, type KeyUsage, USAGES } from "./crypto-key.ts";
import { invalidAccess, syntaxError } from "./failures.ts";

const SECRET_CIPHER: readonly KeyUsage[] = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
const BASE: readonly KeyUsage[] = ["deriveKey", "deriveBits"];
const SIGNATURE = { public: ["verify"], private: ["sign"] } as const;
const AGREEMENT = { public: [], private: BASE } as const;

/** What keys of an algorithm may be used for. */
export const ALLOWED_USAGES: Readonly<
  Record<KeyAlgorithmName, Readonly<Partial<Record<KeyType, readonly KeyUsage[]>>>>
> = {
  HMAC: { secret: ["sign", "verify"] },
  "AES-CBC": { secret: SECRET_CIPHER },
  "AES-CTR": { secret: SECRET_CIPHER },
  "AES-GCM": { secret: SECRET_CIPHER },
  PBKDF2: { secret: BASE },
  HKDF: { secret: BASE },
  "RSASSA-PKCS1-v1_5": SIGNATURE,
  "RSA-PSS": SIGNATURE,
  "RSA-OAEP": { public: ["encrypt", "wrapKey"], private: ["decrypt", "unwrapKey"] },
  ECDSA: SIGNATURE,
  ECDH: AGREEMENT,
  Ed25519: SIGNATURE,
  X25519: AGREEMENT,
};

/** @throws TypeError for what is no list of usages. */
export function readUsages(value: unknown): readonly KeyUsage[] {
  if (typeof value !== "object" || value === null || !(Symbol.iterator in value)) {
    throw new TypeError("The usages of a key must be a list");
  }
  const given = new Set<string>();
  for (const item of value as Iterable<unknown>) {
    const usage = String(item);
    if (!(USAGES as readonly string[]).includes(usage)) throw new TypeError(`A key has no usage ${usage}`);
    given.add(usage);
  }
  return USAGES.filter((usage) => given.has(usage));
}

/** @throws DOMException SyntaxError */
export function checkUsages(
  name: KeyAlgorithmName,
  usages: readonly KeyUsage[],
  allowed: readonly KeyUsage[],
): void {
  const other = usages.find((usage) => !allowed.includes(usage));
  if (other !== undefined) throw syntaxError(`A key for ${name} can't be used to ${other}`);
}

/** A key that nothing could be done with is refused. @throws DOMException SyntaxError */
export function checkUseful(type: KeyType, name: KeyAlgorithmName, usages: readonly KeyUsage[]): void {
  if (type === "public" || usages.length > 0) return;
  throw syntaxError(`A ${type} key for ${name} needs a usage`);
}

/** @throws DOMException InvalidAccessError when the key is not for this. */
export function checkKeyFor(key: KeyParts, name: string, usage: KeyUsage): void {
  if (key.algorithm.name !== name)
    throw invalidAccess(`The key is for ${key.algorithm.name}, not for ${name}`);
  if (!key.usages.includes(usage)) throw invalidAccess(`The key's usages don't include ${usage}`);
}
