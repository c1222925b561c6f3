import { createPrivateKey, createPublicKey, ECDH, type JsonWebKeyInput, type KeyObject } from "node:crypto";
import type { CryptoRequest, ImportedKey } from "../../platform/crypto/crypto-request.ts";
import { CryptoFailure } from "./crypto-failure.ts";
import { type Curve, curveOf, MAX_RSA_BITS } from "./families.ts";
import { privateKeyOf, publicKeyOf } from "./key-material.ts";

type ImportRequest = Extract<CryptoRequest, { readonly op: "import" }>;
type Parts = Readonly<Record<string, unknown>>;

const MAX_INPUT_BYTES = 65_536;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/** @throws CryptoFailure DataError for what is no key, or one of another kind. */
export function importPairKey(request: ImportRequest, bytes: Buffer): ImportedKey {
  const curve = curveOf(request.family);
  const key = readKey(request, curve, bytes);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  const isRight =
    curve === null
      ? type === "rsa"
      : curve.isEdwards
        ? type === curve.nodeName
        : type === "ec" && details.namedCurve === curve.nodeName;
  if (!isRight) throw new CryptoFailure("DataError", `The key is not one of ${request.family}`);
  const { modulusLength = 0 } = details;
  if (modulusLength > MAX_RSA_BITS) {
    throw new CryptoFailure(
      "NotSupportedError",
      `RSA keys have at most ${MAX_RSA_BITS} bits, and this one has ${modulusLength}`,
    );
  }
  // Written anew: what was read may hold more, or the curve by its parameters.
  const { e: publicExponent = "" } = curve === null ? key.export({ format: "jwk" }) : {};
  return { key: derOf(key).toString("base64url"), modulusLength, publicExponent };
}

function readKey(request: ImportRequest, curve: Curve | null, bytes: Buffer): KeyObject {
  try {
    if (bytes.length > MAX_INPUT_BYTES) throw new Error("Too long for a key");
    switch (request.format) {
      case "pkcs8":
        return privateKeyOf(bytes);
      case "spki":
        return publicKeyOf(bytes);
      case "raw":
        if (curve === null) throw new Error("RSA keys have no such format");
        return readJwk("public", pointOf(curve, bytes));
      default:
        // Refuses a private key whose public half is another's.
        return readJwk(request.type, checkedParts(request.jwk, curve));
    }
  } catch {
    throw new CryptoFailure("DataError", "The data is no valid key");
  }
}

/** PKCS#8 of a private key, SPKI of a public one. */
export function derOf(key: KeyObject): Buffer {
  return key.type === "private"
    ? key.export({ format: "der", type: "pkcs8" })
    : key.export({ format: "der", type: "spki" });
}

function readJwk(type: ImportRequest["type"], parts: Parts): KeyObject {
  const input = { key: parts as JsonWebKeyInput["key"], format: "jwk" } as const;
  return type === "private" ? createPrivateKey(input) : createPublicKey(input);
}

/** A public point, which may come in its short form. */
function pointOf(curve: Curve, bytes: Buffer): Parts {
  if (curve.isEdwards) return { ...typeOf(curve), x: exact(bytes, curve.bytes).toString("base64url") };
  const point = ECDH.convertKey(bytes, curve.nodeName, undefined, undefined, "uncompressed") as Buffer;
  return {
    ...typeOf(curve),
    x: point.subarray(1, 1 + curve.bytes).toString("base64url"),
    y: point.subarray(1 + curve.bytes).toString("base64url"),
  };
}

function typeOf(curve: Curve | null): Parts {
  if (curve === null) return { kty: "RSA" };
  return { kty: curve.isEdwards ? "OKP" : "EC", crv: curve.family };
}

/** The members that were given are numbers in base64url; those of a curve have its length. */
function checkedParts(jwk: unknown, curve: Curve | null): Parts {
  const parts: Record<string, unknown> = { ...typeOf(curve) };
  for (const [name, text] of Object.entries(jwk as Parts)) {
    if (typeof text !== "string" || text.length > MAX_RSA_BITS || !BASE64URL.test(text))
      throw new Error(name);
    if (curve !== null) exact(Buffer.from(text, "base64url"), curve.bytes);
    parts[name] = text;
  }
  return parts;
}

function exact(bytes: Buffer, length: number): Buffer {
  if (bytes.length !== length) throw new Error(`${bytes.length} bytes instead of ${length}`);
  return bytes;
}
