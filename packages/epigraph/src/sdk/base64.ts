import { base64ToBytes, bytesToBase64 } from "../values/base64.ts";

/** Number of bytes that padded or unpadded base64 stands for. */
export function byteLength(b64: string): number {
  const unpadded = withoutPadding(b64).length;
  return Math.floor((unpadded * 3) / 4);
}

/**
 * The bytes of base64 in the standard or the URL-safe alphabet, padded.
 * @throws Error when it is not base64.
 */
export function toByteArray(b64: string): Uint8Array<ArrayBuffer> {
  if (b64.length % 4 !== 0) throw new Error("Invalid string. Length must be a multiple of 4");
  const bytes = base64ToBytes(b64.replaceAll("-", "+").replaceAll("_", "/"));
  if (bytes === null) throw new Error("Invalid string. Not base64");
  return bytes;
}

/** Standard alphabet, padded. */
export function fromByteArray(bytes: Uint8Array): string {
  return bytesToBase64(bytes);
}

/** The alphabet for URLs and file names, without padding. */
export function fromByteArrayUrlSafeNoPadding(bytes: Uint8Array): string {
  return withoutPadding(bytesToBase64(bytes)).replaceAll("+", "-").replaceAll("/", "_");
}

function withoutPadding(b64: string): string {
  return b64.endsWith("==") ? b64.slice(0, -2) : b64.endsWith("=") ? b64.slice(0, -1) : b64;
}
