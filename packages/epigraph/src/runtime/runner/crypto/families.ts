import type { KeyFamily } from "../../platform/crypto/crypto-request.ts";
import { CryptoFailure } from "./crypto-failure.ts";

export const MIN_RSA_BITS = 512;
/** A signature with such a key takes about a tenth of a second; with keys of twice the length, eight times as long. */
export const MAX_RSA_BITS = 8192;

export interface Curve {
  readonly family: KeyFamily;
  /** As node:crypto calls it, in `asymmetricKeyType` for the Edwards and Montgomery curves. */
  readonly nodeName: string;
  /** Of a coordinate, and of a private key. */
  readonly bytes: number;
  readonly isEdwards: boolean;
}

const CURVES: ReadonlyMap<unknown, Curve> = new Map(
  (
    [
      { family: "P-256", nodeName: "prime256v1", bytes: 32, isEdwards: false },
      { family: "P-384", nodeName: "secp384r1", bytes: 48, isEdwards: false },
      { family: "P-521", nodeName: "secp521r1", bytes: 66, isEdwards: false },
      { family: "Ed25519", nodeName: "ed25519", bytes: 32, isEdwards: true },
      { family: "X25519", nodeName: "x25519", bytes: 32, isEdwards: true },
    ] as const
  ).map((curve) => [curve.family, curve]),
);

/** @returns null for RSA. @throws CryptoFailure for what is no family. */
export function curveOf(family: unknown): Curve | null {
  if (family === "RSA") return null;
  const curve = CURVES.get(family);
  if (curve === undefined) throw new CryptoFailure("NotSupportedError", "There is no such kind of key");
  return curve;
}
