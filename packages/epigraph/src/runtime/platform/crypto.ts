import { DOMException } from "./events.ts";
import type { PlatformHost } from "./index.ts";

const MAX_RANDOM_BYTES = 65_536;
const DIGESTS = new Set(["SHA-1", "SHA-256", "SHA-384", "SHA-512"]);
type DigestName = "SHA-1" | "SHA-256" | "SHA-384" | "SHA-512";

/** `crypto`: randomness from the execution's own source; digests now, the other algorithms with a later version. */
export function makeCrypto(host: PlatformHost): object {
  const unsupported = (name: string) => async (): Promise<never> => {
    throw new DOMException(
      `crypto.subtle.${name} is not in this version of Epigraph yet`,
      "NotSupportedError",
    );
  };
  const subtle: Record<string, unknown> = {
    async digest(
      algorithm: string | { name: string },
      data: ArrayBuffer | ArrayBufferView,
    ): Promise<ArrayBuffer> {
      const name = String(typeof algorithm === "string" ? algorithm : algorithm.name).toUpperCase();
      if (!DIGESTS.has(name))
        throw new DOMException(`Unrecognized or invalid algorithm ${name}`, "NotSupportedError");
      const bytes =
        data instanceof ArrayBuffer
          ? new Uint8Array(data)
          : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      return host.digest(name as DigestName, bytes).buffer as ArrayBuffer;
    },
  };
  for (const name of [
    "sign",
    "verify",
    "encrypt",
    "decrypt",
    "generateKey",
    "importKey",
    "exportKey",
    "deriveBits",
    "deriveKey",
  ]) {
    subtle[name] = unsupported(name);
  }
  return {
    subtle,
    getRandomValues<T extends ArrayBufferView>(view: T): T {
      if (
        !ArrayBuffer.isView(view) ||
        view instanceof Float32Array ||
        view instanceof Float64Array ||
        view instanceof DataView
      ) {
        throw new DOMException("The data provided must be an integer typed array", "TypeMismatchError");
      }
      if (view.byteLength > MAX_RANDOM_BYTES) {
        throw new DOMException(
          `The byte length ${view.byteLength} exceeds the ${MAX_RANDOM_BYTES} bytes that one call gives`,
          "QuotaExceededError",
        );
      }
      host.fillRandom(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      return view;
    },
    randomUUID(): string {
      const bytes = new Uint8Array(16);
      host.fillRandom(bytes);
      bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
      bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  };
}
