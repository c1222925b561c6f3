import type { DOMException } from "../dom-exception.ts";
import { platformHost } from "../host.ts";
import { askForBytes, askForText } from "./ask-host.ts";
import { type CryptoKey, newKey, partsOf } from "./crypto-key.ts";
import type { KeyFormat } from "./crypto-request.ts";
import { deriveBits, derivedLength } from "./derive.ts";
import { type ExportedJwk, exportKey } from "./export-key.ts";
import { notSupported } from "./failures.ts";
import { generateKey, type KeyPair } from "./generate-key.ts";
import { importKey } from "./import-key.ts";
import { makeSecret } from "./import-secret.ts";
import { readJwk } from "./jwk.ts";
import { checkKeyFor, checkUseful, readUsages } from "./key-usages.ts";
import { toBytes, toInteger } from "./members.ts";
import {
  readCipher,
  readDerivation,
  readDerived,
  readDigest,
  readGenerated,
  readImported,
  readSignature,
} from "./read-algorithm.ts";
import { cipherOf, schemeOf } from "./schemes.ts";

const INTERNAL = Symbol("internal");
const FORMATS: readonly string[] = ["raw", "pkcs8", "spki", "jwk"];

/**
 * `SubtleCrypto` of the Web Crypto standard. Arguments are read before anything else happens, so that what app code's
 * getters do has happened when keys are checked.
 */
export class SubtleCrypto {
  constructor(token?: unknown) {
    if (token !== INTERNAL) throw new TypeError("Illegal constructor: SubtleCrypto");
  }

  async digest(algorithm: unknown, data: unknown): Promise<ArrayBuffer> {
    const hash = readDigest(algorithm);
    return askForBytes({ op: "digest", hash }, toBytes(data, "The data to digest"));
  }

  async sign(algorithm: unknown, key: unknown, data: unknown): Promise<ArrayBuffer> {
    const how = readSignature(algorithm);
    const parts = partsOf(key, "The key");
    const bytes = toBytes(data, "The data to sign");
    checkKeyFor(parts, how.name, "sign");
    if (how.name === "ECDSA" || how.name === "RSA-PSS") platformHost().demandRandomness();
    return askForBytes({ op: "sign", key: parts.material, scheme: schemeOf(how, parts) }, bytes);
  }

  async verify(algorithm: unknown, key: unknown, signature: unknown, data: unknown): Promise<boolean> {
    const how = readSignature(algorithm);
    const parts = partsOf(key, "The key");
    const signatureBytes = toBytes(signature, "The signature");
    const bytes = toBytes(data, "The data to verify");
    checkKeyFor(parts, how.name, "verify");
    const request = { op: "verify" as const, key: parts.material, scheme: schemeOf(how, parts) };
    return (await askForText(request, bytes, signatureBytes)) === "true";
  }

  async encrypt(algorithm: unknown, key: unknown, data: unknown): Promise<ArrayBuffer> {
    const how = readCipher(algorithm);
    const parts = partsOf(key, "The key");
    const bytes = toBytes(data, "The data to encrypt");
    checkKeyFor(parts, how.name, "encrypt");
    if (how.name === "RSA-OAEP") platformHost().demandRandomness();
    const { cipher, buffers } = cipherOf(how, parts);
    return askForBytes({ op: "encrypt", key: parts.material, cipher }, bytes, ...buffers);
  }

  async decrypt(algorithm: unknown, key: unknown, data: unknown): Promise<ArrayBuffer> {
    const how = readCipher(algorithm);
    const parts = partsOf(key, "The key");
    const bytes = toBytes(data, "The data to decrypt");
    checkKeyFor(parts, how.name, "decrypt");
    const { cipher, buffers } = cipherOf(how, parts);
    return askForBytes({ op: "decrypt", key: parts.material, cipher }, bytes, ...buffers);
  }

  async deriveBits(algorithm: unknown, baseKey: unknown, length: unknown = null): Promise<ArrayBuffer> {
    const how = readDerivation(algorithm);
    const parts = partsOf(baseKey, "The base key");
    const bits = length === null ? null : toInteger(length, "length", 32);
    checkKeyFor(parts, how.name, "deriveBits");
    return deriveBits(how, parts, bits);
  }

  async deriveKey(
    algorithm: unknown,
    baseKey: unknown,
    derivedKeyType: unknown,
    extractable: unknown,
    keyUsages: unknown,
  ): Promise<CryptoKey> {
    const how = readDerivation(algorithm);
    const derived = readDerived(derivedKeyType);
    const parts = partsOf(baseKey, "The base key");
    const usages = readUsages(keyUsages);
    checkKeyFor(parts, how.name, "deriveKey");
    const data = new Uint8Array(await deriveBits(how, parts, derivedLength(derived)));
    const secret = makeSecret(derived, data, { extractable: Boolean(extractable), usages });
    checkUseful("secret", derived.name, usages);
    return newKey(secret);
  }

  async generateKey(
    algorithm: unknown,
    extractable: unknown,
    keyUsages: unknown,
  ): Promise<CryptoKey | KeyPair> {
    const how = readGenerated(algorithm);
    const usages = readUsages(keyUsages);
    platformHost().demandRandomness();
    return generateKey(how, Boolean(extractable), usages);
  }

  async importKey(
    format: unknown,
    keyData: unknown,
    algorithm: unknown,
    extractable: unknown,
    keyUsages: unknown,
  ): Promise<CryptoKey> {
    const how = readFormat(format);
    const data = how === "jwk" ? readJwk(keyData) : toBytes(keyData, "The key's data");
    const wanted = readImported(algorithm);
    const usages = readUsages(keyUsages);
    return importKey({ format: how, data, algorithm: wanted, extractable: Boolean(extractable), usages });
  }

  async exportKey(format: unknown, key: unknown): Promise<ArrayBuffer | ExportedJwk> {
    return exportKey(readFormat(format), partsOf(key, "The key"));
  }

  async wrapKey(): Promise<never> {
    throw notImplemented("wrapKey");
  }

  async unwrapKey(): Promise<never> {
    throw notImplemented("unwrapKey");
  }

  get [Symbol.toStringTag](): string {
    return "SubtleCrypto";
  }
}

export function newSubtleCrypto(): SubtleCrypto {
  return new SubtleCrypto(INTERNAL);
}

function readFormat(format: unknown): KeyFormat {
  const text = String(format);
  if (FORMATS.includes(text)) return text as KeyFormat;
  throw new TypeError(`A key has no format ${text}`);
}

function notImplemented(operation: string): DOMException {
  return notSupported(
    `Not implemented: ${operation} for SubtleCrypto. Consider calling an action defined in Node.js instead (https://docs.convex.dev/functions/actions).`,
  );
}
