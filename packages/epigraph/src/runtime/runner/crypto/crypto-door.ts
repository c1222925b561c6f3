import { createHash } from "node:crypto";
import type { CryptoRequest } from "../../platform/crypto/crypto-request.ts";
import { exactBuffer } from "../host-calls.ts";
import { runCipher } from "./cipher.ts";
import { CryptoFailure } from "./crypto-failure.ts";
import { agree, checkPasswordWork, deriveFromPassword, deriveFromPasswordLater, expand } from "./derive.ts";
import { exportPairKey } from "./export-pair-key.ts";
import { generatePair, generatePairLater } from "./generate-pair.ts";
import { importPairKey } from "./import-pair-key.ts";
import { hashOf, materialOf } from "./key-material.ts";
import { signBytes, verifyBytes } from "./signatures.ts";

/** Rounds of a hash function that PBKDF2 may take in an entry, which nothing can cut short: about a second. */
const MAX_ROUNDS = 1_000_000;
/** The same on a thread of its own, where an action waits for it. */
const MAX_ROUNDS_LATER = 10_000_000;

/** As `HostBridge.crypto` answers. */
export type CryptoReply = ArrayBuffer | string;

/**
 * Answers a `CryptoRequest`, at once. Whatever is in it, this fails with an answer: app code can't form requests, but it
 * can change the built-ins that the kernel forms them with.
 */
export function answerCrypto(requestJson: string, buffers: readonly ArrayBuffer[]): CryptoReply {
  try {
    return toReply(run(JSON.parse(requestJson) as CryptoRequest, buffers.map(toBytes)));
  } catch (error) {
    return toFailure(error);
  }
}

/** The same for what takes long: it is done on a thread of its own, while others run. Never rejects. */
export async function answerCryptoLater(
  requestJson: string,
  buffers: readonly ArrayBuffer[],
): Promise<CryptoReply> {
  try {
    return toReply(await runLater(JSON.parse(requestJson) as CryptoRequest, buffers.map(toBytes)));
  } catch (error) {
    return toFailure(error);
  }
}

function run(request: CryptoRequest, buffers: readonly Buffer[]): Uint8Array | string {
  const [first, second, third] = [buffers[0] ?? EMPTY, buffers[1] ?? EMPTY, buffers[2] ?? EMPTY];
  switch (request.op) {
    case "digest":
      return createHash(hashOf(request.hash)).update(first).digest();
    case "sign":
      return signBytes(request.scheme, materialOf(request.key), first);
    case "verify":
      return String(verifyBytes(request.scheme, materialOf(request.key), first, second));
    case "encrypt":
    case "decrypt":
      return runCipher(request.op, request.cipher, materialOf(request.key), [first, second, third]);
    case "pbkdf2":
      checkPasswordWork(request, MAX_ROUNDS);
      return deriveFromPassword(request, first);
    case "hkdf":
      return expand(request, first, second);
    case "agree":
      return agree(materialOf(request.key), materialOf(request.publicKey));
    case "generate":
      return JSON.stringify(generatePair(request));
    case "import":
      return JSON.stringify(importPairKey(request, first));
    case "export":
      return exportPairKey(request);
    default:
      throw new CryptoFailure("OperationError", "There is no such operation");
  }
}

async function runLater(request: CryptoRequest, buffers: readonly Buffer[]): Promise<Uint8Array | string> {
  switch (request.op) {
    case "pbkdf2":
      checkPasswordWork(request, MAX_ROUNDS_LATER);
      return deriveFromPasswordLater(request, buffers[0] ?? EMPTY);
    case "generate":
      return JSON.stringify(await generatePairLater(request));
    default:
      return run(request, buffers);
  }
}

const EMPTY = Buffer.alloc(0);

function toBytes(buffer: unknown): Buffer {
  if (buffer instanceof ArrayBuffer) return Buffer.from(buffer);
  throw new CryptoFailure("OperationError", "The request has no bytes");
}

function toReply(answer: Uint8Array | string): CryptoReply {
  return typeof answer === "string" ? `V${answer}` : exactBuffer(answer);
}

/** The answer to whoever goes on asking when the time is over. */
export function cryptoTimedOut(): string {
  return toFailure(new CryptoFailure("OperationError", "The function has no time left"));
}

function toFailure(error: unknown): string {
  const failure =
    error instanceof CryptoFailure
      ? error
      : // What node:crypto says about it may differ between versions, and tell what it should not.
        new CryptoFailure("OperationError", "The operation failed");
  return `E${JSON.stringify([failure.domName, failure.message])}`;
}
