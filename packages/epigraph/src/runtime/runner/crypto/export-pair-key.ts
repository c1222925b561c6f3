import type { CryptoRequest } from "../../platform/crypto/crypto-request.ts";
import { CryptoFailure } from "./crypto-failure.ts";
import { materialOf, privateKeyOf, publicKeyOf } from "./key-material.ts";

const UNCOMPRESSED = 4;

/** The bytes of a key in a format, or the JSON of the members of a JWK that are the key itself. */
export function exportPairKey({
  format,
  type,
  key,
}: Extract<CryptoRequest, { readonly op: "export" }>): Uint8Array | string {
  const material = materialOf(key);
  // As it was written when the key was made or imported.
  if (format === "pkcs8" || format === "spki") return material;
  const jwk = (type === "private" ? privateKeyOf(material) : publicKeyOf(material)).export({ format: "jwk" });
  if (format === "jwk") return JSON.stringify(jwk);
  const { x, y } = jwk;
  if (x === undefined) throw new CryptoFailure("NotSupportedError", "RSA keys have no such format");
  const first = Buffer.from(x, "base64url");
  return y === undefined
    ? first
    : Buffer.concat([Buffer.of(UNCOMPRESSED), first, Buffer.from(y, "base64url")]);
}
