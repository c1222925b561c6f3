import { platformHost } from "../host.ts";
import type { AesLength, HmacAlgorithm, PairAlgorithm } from "./algorithms.ts";
import { askForText } from "./ask-host.ts";
import { type CryptoKey, type KeyUsage, newKey } from "./crypto-key.ts";
import type { GeneratedPair } from "./crypto-request.ts";
import { operationError } from "./failures.ts";
import { makeSecret } from "./import-secret.ts";
import { blockBytes, familyOf } from "./key-families.ts";
import { ALLOWED_USAGES, checkUsages, checkUseful } from "./key-usages.ts";
import type { GeneratedAlgorithm } from "./read-algorithm.ts";

/** Of a generated secret: nobody needs one as long, and each is held as text. */
const MAX_SECRET_BITS = 8 * 65_536;

export interface KeyPair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

/** @throws DOMException SyntaxError, OperationError */
export async function generateKey(
  algorithm: GeneratedAlgorithm,
  extractable: boolean,
  usages: readonly KeyUsage[],
): Promise<CryptoKey | KeyPair> {
  return isPair(algorithm)
    ? generatePair(algorithm, extractable, usages)
    : generateSecret(algorithm, extractable, usages);
}

function isPair(algorithm: GeneratedAlgorithm): algorithm is PairAlgorithm {
  return ALLOWED_USAGES[algorithm.name].secret === undefined;
}

function generateSecret(
  algorithm: HmacAlgorithm | AesLength,
  extractable: boolean,
  usages: readonly KeyUsage[],
): CryptoKey {
  const bytes = new Uint8Array(Math.ceil(secretBits(algorithm) / 8));
  platformHost().fillRandom(bytes);
  const parts = makeSecret(algorithm, bytes, { extractable, usages });
  checkUseful("secret", algorithm.name, usages);
  return newKey(parts);
}

async function generatePair(
  algorithm: PairAlgorithm,
  extractable: boolean,
  usages: readonly KeyUsage[],
): Promise<KeyPair> {
  const { public: forPublic = [], private: forPrivate = [] } = ALLOWED_USAGES[algorithm.name];
  checkUsages(algorithm.name, usages, [...forPublic, ...forPrivate]);
  const privateUsages = usages.filter((usage) => forPrivate.includes(usage));
  checkUseful("private", algorithm.name, privateUsages);
  const { modulusLength, publicExponent } =
    "modulusLength" in algorithm ? algorithm : { modulusLength: 0, publicExponent: new Uint8Array(0) };
  const json = await askForText({
    op: "generate",
    family: familyOf(algorithm),
    modulusLength,
    publicExponent: toNumber(publicExponent),
  });
  const { publicKey, privateKey } = JSON.parse(json) as GeneratedPair;
  return {
    publicKey: newKey({
      type: "public",
      extractable: true,
      algorithm,
      usages: usages.filter((usage) => forPublic.includes(usage)),
      material: publicKey,
    }),
    privateKey: newKey({
      type: "private",
      extractable,
      algorithm,
      usages: privateUsages,
      material: privateKey,
    }),
  };
}

function secretBits(algorithm: HmacAlgorithm | AesLength): number {
  const { name, length } = algorithm;
  if (name === "HMAC") {
    const bits = length ?? blockBytes(algorithm.hash) * 8;
    if (bits > 0 && bits <= MAX_SECRET_BITS) return bits;
    throw operationError(`A key for HMAC has 1 to ${MAX_SECRET_BITS} bits, not ${bits}`);
  }
  if (length === 128 || length === 192 || length === 256) return length;
  throw operationError(`Keys for ${name} have 128, 192 or 256 bits, not ${length}`);
}

/** Big-endian; what needs more than 32 bits is no exponent that anybody takes. */
function toNumber(bytes: Uint8Array): number {
  let number = 0;
  for (const byte of bytes) number = number * 256 + byte;
  if (number < 2 ** 32) return number;
  throw operationError("The public exponent has more than 32 bits");
}
