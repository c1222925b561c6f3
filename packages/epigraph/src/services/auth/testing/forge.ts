import { createHmac, sign as signBytes } from "node:crypto";
import type { SigningKey } from "./identity-provider.ts";

/** Text of a header or of claims, byte for byte. */
type Part = object | string | Uint8Array;

export function encodePart(part: Part): string {
  const bytes =
    part instanceof Uint8Array ? part : Buffer.from(typeof part === "string" ? part : JSON.stringify(part));
  return Buffer.from(bytes).toString("base64url");
}

/** A token of any parts whatever, truly signed by a key. */
export function forge(header: Part, claims: Part, key: SigningKey): string {
  const signed = `${encodePart(header)}.${encodePart(claims)}`;
  return `${signed}.${signText(signed, key)}`;
}

function signText(text: string, { algorithm, privateKey }: SigningKey): string {
  const bytes = Buffer.from(text);
  const signature =
    algorithm === "EdDSA"
      ? signBytes(null, bytes, privateKey)
      : signBytes(
          "sha256",
          bytes,
          algorithm === "ES256" ? { key: privateKey, dsaEncoding: "ieee-p1363" } : privateKey,
        );
  return signature.toString("base64url");
}

/** A token that is "signed" by a secret that everybody can have. */
export function forgeWithSecret(header: Part, claims: Part, secret: string | Uint8Array): string {
  const signed = `${encodePart(header)}.${encodePart(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
