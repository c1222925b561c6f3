import { generateKeyPair, generateKeyPairSync, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { GeneratedPair, PairRequest } from "../../platform/crypto/crypto-request.ts";
import { CryptoFailure } from "./crypto-failure.ts";
import { type Curve, curveOf, MAX_RSA_BITS, MIN_RSA_BITS } from "./families.ts";
import { derOf } from "./import-pair-key.ts";
import { integer } from "./key-material.ts";

interface Pair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const generateLater = promisify(generateKeyPair);

/** Of keys that are made within a fraction of a millisecond. RSA keys take seconds. */
export function generatePair({ family }: PairRequest): GeneratedPair {
  const curve = curveOf(family);
  if (curve === null) throw new CryptoFailure("OperationError", "RSA keys are not made while others wait");
  return toTexts(generateOnCurve(curve));
}

export async function generatePairLater(request: PairRequest): Promise<GeneratedPair> {
  const curve = curveOf(request.family);
  if (curve !== null) return toTexts(generateOnCurve(curve));
  const modulusLength = integer(request.modulusLength, MIN_RSA_BITS, MAX_RSA_BITS, "The bits of an RSA key");
  const publicExponent = integer(request.publicExponent, 3, 2 ** 32 - 1, "The public exponent");
  return toTexts(await generateLater("rsa", { modulusLength, publicExponent }));
}

function generateOnCurve({ isEdwards, nodeName }: Curve): Pair {
  return isEdwards
    ? generateKeyPairSync(nodeName as "ed25519")
    : generateKeyPairSync("ec", { namedCurve: nodeName });
}

function toTexts({ publicKey, privateKey }: Pair): GeneratedPair {
  return {
    publicKey: derOf(publicKey).toString("base64url"),
    privateKey: derOf(privateKey).toString("base64url"),
  };
}
