import { toArrayBuffer } from "../platform/bytes.ts";
import type { CryptoAnswer, CryptoRequest } from "../platform/crypto/crypto-request.ts";
import { currentExecution } from "./execution.ts";
import { host } from "./host.ts";
import { startOperation } from "./operations.ts";
import { wrongKind } from "./wrong-kind.ts";

/** Names that a developer knows, of what takes so long that an action waits for it while others run. */
const LONG: ReadonlyMap<string, string> = new Map([
  ["pbkdf2", "subtle.deriveBits"],
  ["generate", "subtle.generateKey"],
]);

/** For `PlatformHost.crypto`. */
export function askCrypto(
  request: CryptoRequest,
  bytes: readonly Uint8Array[],
): CryptoAnswer | Promise<CryptoAnswer> {
  const execution = currentExecution();
  const json = JSON.stringify(request);
  const buffers = bytes.map(toArrayBuffer);
  const name = LONG.get(request.op);
  if (name !== undefined && !execution.isTransaction && !execution.isImporting) {
    return startOperation<CryptoAnswer>(name, ({ id }, call) => host.startCrypto(id, call, json, ...buffers));
  }
  const answer = host.crypto(execution.id, json, ...buffers);
  return typeof answer === "string" ? answer : new Uint8Array(answer);
}

/** For `PlatformHost.demandRandomness`. */
export function demandRandomness(): void {
  const execution = currentExecution();
  if (execution.isImporting) throw new Error("Cannot use cryptographic randomness at import time");
  if (execution.isTransaction) throw new Error(wrongKind("cryptographic randomness"));
}
