import type { KeyAlgorithm, KeyUsage } from "./crypto-key.ts";
import type { KeyFamily } from "./crypto-request.ts";
import { dataError, notSupported } from "./failures.ts";
import type { Members } from "./members.ts";

/** A JSON Web Key (RFC 7517) as app code gave it, read once. */
export interface Jwk {
  readonly texts: Readonly<Record<string, string>>;
  readonly keyOperations: readonly string[] | undefined;
  readonly isExtractable: boolean | undefined;
  readonly hasOtherPrimes: boolean;
}

const TEXTS = ["kty", "use", "alg", "crv", "x", "y", "d", "n", "e", "p", "q", "dp", "dq", "qi", "k"];
/** Those of a pair that are the key itself. */
const RSA_PARTS = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
const CURVE_PARTS = ["x", "y", "d"];

/** @throws TypeError for what is no object; null is one without members. */
export function readJwk(value: unknown): Jwk {
  if (typeof value !== "object" || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    throw new TypeError("A JWK must be an object");
  }
  const members = (value ?? {}) as Members;
  const texts: Record<string, string> = {};
  for (const name of TEXTS) {
    const text = members[name];
    if (text !== undefined) texts[name] = String(text);
  }
  const { ext, key_ops: operations, oth } = members;
  return {
    texts,
    keyOperations: operations === undefined ? undefined : Array.from(operations as Iterable<unknown>, String),
    isExtractable: ext === undefined ? undefined : Boolean(ext),
    hasOtherPrimes: oth !== undefined,
  };
}

/**
 * Checks what a JWK says about itself against what it is imported as.
 * @throws DOMException DataError
 */
export function checkJwk(
  jwk: Jwk,
  as: {
    readonly algorithm: KeyAlgorithm;
    readonly keyType: "oct" | "RSA" | "EC" | "OKP";
    readonly usages: readonly KeyUsage[];
    readonly extractable: boolean;
  },
): void {
  const { texts, keyOperations, isExtractable } = jwk;
  const { algorithm, keyType, usages, extractable } = as;
  if (texts["kty"] !== keyType) throw dataError(`kty must be ${keyType}`);
  const use = /^(?:HMAC|RSASSA-PKCS1-v1_5|RSA-PSS|ECDSA|Ed25519)$/.test(algorithm.name) ? "sig" : "enc";
  if (usages.length > 0 && texts["use"] !== undefined && texts["use"] !== use) {
    throw dataError(`use must be ${use}`);
  }
  if (keyOperations !== undefined) {
    if (new Set(keyOperations).size !== keyOperations.length) throw dataError("key_ops repeats itself");
    const missing = usages.find((usage) => !keyOperations.includes(usage));
    if (missing !== undefined) throw dataError(`key_ops does not include ${missing}`);
  }
  if (isExtractable === false && extractable) throw dataError("ext forbids that the key is extractable");
  const names = acceptedNames(algorithm);
  if (names.length > 0 && texts["alg"] !== undefined && !names.includes(texts["alg"])) {
    throw dataError(`alg must be ${names.join(" or ")}`);
  }
}

/** The members that are the key itself. @throws DOMException */
export function keyPartsOf(jwk: Jwk, family: KeyFamily): Readonly<Record<string, string>> {
  if (jwk.hasOtherPrimes) {
    throw notSupported("RSA keys of more than two primes are not supported");
  }
  if (family !== "RSA" && jwk.texts["crv"] !== family) throw dataError(`crv must be ${family}`);
  const parts: Record<string, string> = {};
  for (const name of family === "RSA" ? RSA_PARTS : CURVE_PARTS) {
    const text = jwk.texts[name];
    if (text !== undefined) parts[name] = text;
  }
  return parts;
}

/** `alg` of an exported JWK; undefined where the standard has none. */
export function jwkName(algorithm: KeyAlgorithm): string | undefined {
  const { name, hash = "", length } = algorithm;
  const bits = hash.slice("SHA-".length);
  switch (name) {
    case "HMAC":
      return `HS${bits}`;
    case "RSASSA-PKCS1-v1_5":
      return `RS${bits}`;
    case "RSA-PSS":
      return `PS${bits}`;
    case "RSA-OAEP":
      return bits === "1" ? "RSA-OAEP" : `RSA-OAEP-${bits}`;
    case "AES-CBC":
    case "AES-CTR":
    case "AES-GCM":
      return `A${length}${name.slice("AES-".length)}`;
    case "Ed25519":
      return "Ed25519";
    default:
      return undefined;
  }
}

function acceptedNames(algorithm: KeyAlgorithm): readonly string[] {
  if (algorithm.name === "ECDSA")
    return [{ "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" }[algorithm.namedCurve ?? "P-256"]];
  const name = jwkName(algorithm);
  if (name === undefined) return [];
  // The name before RFC 9864.
  return name === "Ed25519" ? [name, "EdDSA"] : [name];
}
