import { fromBase64url } from "@exodus/bytes/base64.js";
import type { ImportedPairAlgorithm } from "./algorithms.ts";
import { askForText } from "./ask-host.ts";
import type { KeyParts } from "./crypto-key.ts";
import type { ImportedKey, KeyFamily, PairType } from "./crypto-request.ts";
import { wrongFormat } from "./failures.ts";
import type { KeyImport } from "./import-key.ts";
import { checkJwk, keyPartsOf } from "./jwk.ts";
import { familyOf } from "./key-families.ts";
import { ALLOWED_USAGES, checkUsages } from "./key-usages.ts";

/** Either half of a pair of keys. */
export async function importPairKey(request: KeyImport<ImportedPairAlgorithm>): Promise<KeyParts> {
  const { format, data, algorithm: wanted, usages, extractable } = request;
  const family = familyOf(wanted);
  if (format === "raw" && family === "RSA") throw wrongFormat(wanted.name, format);
  const isPrivate = data instanceof Uint8Array ? format === "pkcs8" : data.texts["d"] !== undefined;
  const type: PairType = isPrivate ? "private" : "public";
  checkUsages(wanted.name, usages, ALLOWED_USAGES[wanted.name][type] ?? []);
  const { key: material, ...details } = await readKey(request, family, type);
  const { modulusLength, publicExponent } = details;
  const algorithm =
    family === "RSA" ? { ...wanted, modulusLength, publicExponent: fromBase64url(publicExponent) } : wanted;
  return { type, extractable, algorithm, usages, material };
}

async function readKey(
  { format, data, algorithm, usages, extractable }: KeyImport<ImportedPairAlgorithm>,
  family: KeyFamily,
  type: PairType,
): Promise<ImportedKey> {
  const common = { op: "import", family, type } as const;
  if (data instanceof Uint8Array) {
    const json = await askForText({ ...common, format: format as Exclude<typeof format, "jwk"> }, data);
    return JSON.parse(json) as ImportedKey;
  }
  checkJwk(data, { algorithm, keyType: keyTypeOf(family), usages, extractable });
  const json = await askForText({ ...common, format: "jwk", jwk: keyPartsOf(data, family) });
  return JSON.parse(json) as ImportedKey;
}

function keyTypeOf(family: KeyFamily): "RSA" | "EC" | "OKP" {
  if (family === "RSA") return "RSA";
  return family === "Ed25519" || family === "X25519" ? "OKP" : "EC";
}
