import {
  constants,
  createCipheriv,
  createDecipheriv,
  privateDecrypt,
  publicEncrypt,
  type RsaPrivateKey,
} from "node:crypto";
import type { Cipher } from "../../platform/crypto/crypto-request.ts";
import { runCounterMode } from "./counter-mode.ts";
import { CryptoFailure } from "./crypto-failure.ts";
import { hashOf, privateKeyOf, publicKeyOf } from "./key-material.ts";

type Direction = "encrypt" | "decrypt";

export function runCipher(
  direction: Direction,
  cipher: Cipher,
  key: Buffer,
  [data, first, second]: readonly [data: Buffer, first: Buffer, second: Buffer],
): Uint8Array {
  const bits = key.length * 8;
  switch (cipher.name) {
    case "RSA-OAEP": {
      const options = {
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: hashOf(cipher.hash),
        ...(first.length === 0 ? {} : { oaepLabel: first }),
      } satisfies Omit<RsaPrivateKey, "key">;
      return direction === "encrypt"
        ? publicEncrypt({ key: publicKeyOf(key), ...options }, data)
        : privateDecrypt({ key: privateKeyOf(key), ...options }, data);
    }
    case "AES-CBC": {
      const make = direction === "encrypt" ? createCipheriv : createDecipheriv;
      const run = make(`aes-${bits}-cbc`, key, first);
      return Buffer.concat([run.update(data), run.final()]);
    }
    case "AES-CTR":
      return runCounterMode(
        { cipherName: `aes-${bits}-ctr`, key, block: first, counterBits: cipher.counterBits },
        data,
      );
    case "AES-GCM":
      return runGcm(direction, { key, iv: first, additionalData: second, tagBytes: cipher.tagBytes }, data);
    default:
      throw new CryptoFailure("OperationError", "There is no such cipher");
  }
}

/** The tag stands at the end of what is encrypted. */
function runGcm(
  direction: Direction,
  how: {
    readonly key: Buffer;
    readonly iv: Buffer;
    readonly additionalData: Buffer;
    readonly tagBytes: number;
  },
  data: Buffer,
): Uint8Array {
  const { key, iv, additionalData, tagBytes: authTagLength } = how;
  const name = `aes-${key.length * 8}-gcm` as "aes-256-gcm";
  if (direction === "encrypt") {
    const cipher = createCipheriv(name, key, iv, { authTagLength });
    cipher.setAAD(additionalData);
    return Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]);
  }
  const end = data.length - authTagLength;
  if (end < 0) throw new CryptoFailure("OperationError", "The data is shorter than its tag");
  const decipher = createDecipheriv(name, key, iv, { authTagLength });
  decipher.setAAD(additionalData);
  decipher.setAuthTag(data.subarray(end));
  return Buffer.concat([decipher.update(data.subarray(0, end)), decipher.final()]);
}
