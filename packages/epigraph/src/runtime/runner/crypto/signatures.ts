import { constants, createHmac, type SignKeyObjectInput, sign, timingSafeEqual, verify } from "node:crypto";
import type { SignatureScheme } from "../../platform/crypto/crypto-request.ts";
import { hashOf, integer, privateKeyOf, publicKeyOf } from "./key-material.ts";

const MAX_SALT_BYTES = 2 ** 31 - 1;

export function signBytes(scheme: SignatureScheme, key: Buffer, data: Buffer): Uint8Array {
  if (scheme.name === "HMAC") return createHmac(hashOf(scheme.hash), key).update(data).digest();
  return sign(digestOf(scheme), data, { key: privateKeyOf(key), ...optionsOf(scheme) });
}

export function verifyBytes(scheme: SignatureScheme, key: Buffer, data: Buffer, signature: Buffer): boolean {
  if (scheme.name === "HMAC") {
    const expected = signBytes(scheme, key, data);
    return expected.length === signature.length && timingSafeEqual(expected, signature);
  }
  return verify(digestOf(scheme), data, { key: publicKeyOf(key), ...optionsOf(scheme) }, signature);
}

/** Null for a signature that does not start with a digest. */
function digestOf(scheme: SignatureScheme): string | null {
  return scheme.name === "Ed25519" ? null : hashOf(scheme.hash);
}

function optionsOf(scheme: SignatureScheme): Omit<SignKeyObjectInput, "key"> {
  switch (scheme.name) {
    case "RSASSA-PKCS1-v1_5":
      return { padding: constants.RSA_PKCS1_PADDING };
    case "RSA-PSS": {
      const saltLength = integer(scheme.saltLength, 0, MAX_SALT_BYTES, "saltLength");
      return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
    }
    case "ECDSA":
      return { dsaEncoding: "ieee-p1363" };
    default:
      return {};
  }
}
