import { fromBase64url } from "@exodus/bytes/base64.js";
import { toArrayBuffer } from "../bytes.ts";
import { askForBytes, askForText } from "./ask-host.ts";
import type { KeyParts, KeyUsage } from "./crypto-key.ts";
import type { KeyFormat } from "./crypto-request.ts";
import { invalidAccess, wrongFormat } from "./failures.ts";
import { jwkName } from "./jwk.ts";
import { familyOf } from "./key-families.ts";

export interface ExportedJwk {
  readonly kty: string;
  readonly alg?: string;
  readonly key_ops: readonly KeyUsage[];
  readonly ext: boolean;
}

/** @throws DOMException NotSupportedError, InvalidAccessError */
export async function exportKey(format: KeyFormat, key: KeyParts): Promise<ArrayBuffer | ExportedJwk> {
  const { type, algorithm, extractable, material } = key;
  const { name } = algorithm;
  if (name === "PBKDF2" || name === "HKDF") throw wrongFormat(name, format);
  if (!extractable) throw invalidAccess("The key is not extractable");
  if (type === "secret") {
    if (format === "raw") return toArrayBuffer(fromBase64url(material));
    if (format === "jwk") return jwk(key, { kty: "oct", k: material });
    throw wrongFormat(name, format);
  }
  const family = familyOf(algorithm);
  if (format === "jwk") {
    const parts = await askForText({ op: "export", format, family, type, key: material });
    return jwk(key, JSON.parse(parts) as { kty: string });
  }
  if (format === "raw" && family === "RSA") throw wrongFormat(name, format);
  if ((format === "pkcs8") !== (type === "private")) {
    throw invalidAccess(`The format ${format} is not for ${type} keys`);
  }
  return askForBytes({ op: "export", format, family, type, key: material });
}

function jwk(
  { algorithm, usages, extractable }: KeyParts,
  parts: { readonly kty: string; readonly k?: string },
): ExportedJwk {
  const alg = jwkName(algorithm);
  return { ...parts, ...(alg === undefined ? {} : { alg }), key_ops: [...usages], ext: extractable };
}
