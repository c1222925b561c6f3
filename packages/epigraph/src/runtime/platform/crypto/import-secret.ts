import { fromBase64url, toBase64url } from "@exodus/bytes/base64.js";
import type { DerivedAlgorithm, HmacAlgorithm, ImportedSecretAlgorithm } from "./algorithms.ts";
import type { KeyAlgorithm, KeyParts } from "./crypto-key.ts";
import { dataError, syntaxError, wrongFormat } from "./failures.ts";
import type { KeyImport } from "./import-key.ts";
import { checkJwk, type Jwk } from "./jwk.ts";
import { ALLOWED_USAGES, checkUsages } from "./key-usages.ts";
import type { ImportedAlgorithm } from "./read-algorithm.ts";

export function isSecret(algorithm: ImportedAlgorithm): algorithm is ImportedSecretAlgorithm {
  return ALLOWED_USAGES[algorithm.name].secret !== undefined;
}

export function importSecret(request: KeyImport<ImportedSecretAlgorithm>): KeyParts {
  const { format, data, algorithm, extractable, usages } = request;
  const { name } = algorithm;
  const isBase = name === "PBKDF2" || name === "HKDF";
  if (format === "spki" || format === "pkcs8" || (isBase && format === "jwk"))
    throw wrongFormat(name, format);
  if (isBase && extractable) throw syntaxError(`Keys for ${name} can't be extractable`);
  if (data instanceof Uint8Array) return makeSecret(algorithm, data, request);
  const parts = makeSecret(algorithm, secretOf(data), request);
  checkJwk(data, { algorithm: parts.algorithm, keyType: "oct", usages, extractable });
  return parts;
}

/**
 * A secret of these bytes, which become its own.
 * @throws DOMException SyntaxError, DataError when it can't have so many.
 */
export function makeSecret(
  algorithm: ImportedSecretAlgorithm | DerivedAlgorithm,
  bytes: Uint8Array,
  { extractable, usages }: Pick<KeyParts, "extractable" | "usages">,
): KeyParts {
  checkUsages(algorithm.name, usages, ALLOWED_USAGES[algorithm.name].secret ?? []);
  return {
    type: "secret",
    extractable,
    algorithm: keyAlgorithmOf(algorithm, bytes),
    usages,
    material: toBase64url(bytes),
  };
}

function keyAlgorithmOf(
  algorithm: ImportedSecretAlgorithm | DerivedAlgorithm,
  bytes: Uint8Array,
): KeyAlgorithm {
  const { name } = algorithm;
  if (name === "PBKDF2" || name === "HKDF") return { name };
  if (name === "HMAC") return { name, hash: algorithm.hash, length: fitHmac(algorithm, bytes) };
  const length = bytes.length * 8;
  if (length === 128 || length === 192 || length === 256) return { name, length };
  throw dataError(`Keys for ${name} have 128, 192 or 256 bits, not ${length}`);
}

/** The length of the key, whose last byte may count in part. */
function fitHmac({ length: wanted }: HmacAlgorithm, bytes: Uint8Array): number {
  const bits = bytes.length * 8;
  if (bits === 0) throw dataError("A key for HMAC has at least one byte");
  const length = wanted ?? bits;
  if (length > bits || length <= bits - 8) throw dataError(`The key has ${bits} bits, not ${length}`);
  const unused = bits - length;
  bytes[bytes.length - 1] = (bytes[bytes.length - 1]! >> unused) << unused;
  return length;
}

function secretOf({ texts }: Jwk): Uint8Array {
  try {
    return fromBase64url(texts["k"] ?? "!");
  } catch {
    throw dataError("k must be the key in base64url");
  }
}
