import { createHash } from "node:crypto";
import { EpigraphError } from "../errors/epigraph-error.ts";

const SHA256_BYTES = 32;
const BASE64 = /^[A-Za-z0-9+/]{43}=$/;
const HEXADECIMAL = /^[0-9a-fA-F]{64}$/;

/** Length and digest of bytes that go by. */
export class ContentDigest {
  readonly #hash = createHash("sha256");
  #size = 0;

  add(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#size += chunk.length;
  }

  /** Passes bytes on and counts them. */
  async *watch(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of bytes) {
      this.add(chunk);
      yield chunk;
    }
  }

  /** Of all that went by. To be called once. `sha256` in base64. */
  end(): { readonly size: number; readonly sha256: string } {
    return { size: this.#size, sha256: this.#hash.digest("base64") };
  }
}

export function digestOf(bytes: Uint8Array): { readonly size: number; readonly sha256: string } {
  const digest = new ContentDigest();
  digest.add(bytes);
  return digest.end();
}

/** The digest in base64 that a text in base64 or in hexadecimal stands for; null for what is none. */
export function readSha256(text: string): string | null {
  if (HEXADECIMAL.test(text)) return Buffer.from(text, "hex").toString("base64");
  const bytes = BASE64.test(text) ? Buffer.from(text, "base64") : null;
  return bytes?.length === SHA256_BYTES && bytes.toString("base64") === text ? text : null;
}

/** The text for content whose digest is another one than was promised; both in base64. */
export function mismatchText(expected: string, actual: string): string {
  return `Sha256 mismatch. Expected: ${expected} Actual: ${actual}`;
}

/** @throws EpigraphError `Sha256Mismatch` */
export function checkSha256(expected: string | null, actual: string): void {
  if (expected !== null && expected !== actual) {
    throw new EpigraphError("Sha256Mismatch", mismatchText(expected, actual));
  }
}
