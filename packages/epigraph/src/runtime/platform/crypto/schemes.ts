import type { CipherAlgorithm, SignatureAlgorithm } from "./algorithms.ts";
import type { KeyParts } from "./crypto-key.ts";
import type { Cipher, SignatureScheme } from "./crypto-request.ts";
import { operationError } from "./failures.ts";

const TAG_BITS: readonly number[] = [32, 64, 96, 104, 112, 120, 128];
const BLOCK_BYTES = 16;

/** How to sign: the hash is one of the key, except for ECDSA. */
export function schemeOf(algorithm: SignatureAlgorithm, key: KeyParts): SignatureScheme {
  const hash = key.algorithm.hash ?? "SHA-256";
  switch (algorithm.name) {
    case "ECDSA":
    case "Ed25519":
      return algorithm;
    case "RSA-PSS":
      return { ...algorithm, hash };
    default:
      return { ...algorithm, hash };
  }
}

/**
 * The cipher for the host, and what it needs besides the data.
 * @throws DOMException OperationError for parameters that the cipher does not have.
 */
export function cipherOf(
  algorithm: CipherAlgorithm,
  key: KeyParts,
): { readonly cipher: Cipher; readonly buffers: readonly Uint8Array[] } {
  switch (algorithm.name) {
    case "RSA-OAEP":
      return {
        cipher: { name: "RSA-OAEP", hash: key.algorithm.hash ?? "SHA-256" },
        buffers: [algorithm.label],
      };
    case "AES-CBC":
      checkBlock(algorithm.iv, "iv");
      return { cipher: { name: "AES-CBC" }, buffers: [algorithm.iv] };
    case "AES-CTR": {
      const { counter, length } = algorithm;
      checkBlock(counter, "counter");
      if (length < 1 || length > 128) throw operationError(`A counter has 1 to 128 bits, not ${length}`);
      return { cipher: { name: "AES-CTR", counterBits: length }, buffers: [counter] };
    }
    case "AES-GCM": {
      const { iv, additionalData, tagLength } = algorithm;
      if (iv.length === 0) throw operationError("iv must not be empty");
      if (!TAG_BITS.includes(tagLength)) {
        throw operationError(`A tag has ${TAG_BITS.join(", ")} bits, not ${tagLength}`);
      }
      return { cipher: { name: "AES-GCM", tagBytes: tagLength / 8 }, buffers: [iv, additionalData] };
    }
  }
}

function checkBlock(bytes: Uint8Array, name: string): void {
  if (bytes.length === BLOCK_BYTES) return;
  throw operationError(`${name} must have ${BLOCK_BYTES} bytes, not ${bytes.length}`);
}
