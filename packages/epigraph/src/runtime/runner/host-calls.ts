import type { SyscallFailure, ThrownError } from "../kernel/bridge.ts";
import { RealmInterrupted } from "../realm/realm.ts";
import { type CallError, memoryError, timeoutError, uncaught } from "./call-error.ts";
import type { StackMapper } from "./stack-mapper.ts";

const ENVIRONMENT_NAME = /^[a-zA-Z_]+[a-zA-Z0-9_]*$/;
const MAX_ENVIRONMENT_NAME_LENGTH = 256;

/** Looks a variable up for `HostBridge.environment`. */
export function readEnvironment(
  lookup: (name: string) => string | undefined,
  name: string,
): string | undefined {
  if (name.length > MAX_ENVIRONMENT_NAME_LENGTH || !ENVIRONMENT_NAME.test(name)) {
    return `EThe environment variable name ${name} is invalid. Environment variable names must begin with a letter and may only include characters a-z, A-Z, 0-9, and underscores.`;
  }
  const value = lookup(name);
  return value === undefined ? undefined : `V${value}`;
}

export function exactBuffer({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  return buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
}

/** A failed call as `HostBridge.syscall` answers it. */
export function failure(details: SyscallFailure): string {
  return `E${JSON.stringify(details)}`;
}

/**
 * The failure that ended an entry.
 * @param limitMs the time that an entry has, whole seconds.
 */
export function entryError(error: unknown, limitMs: number, stacks: StackMapper): CallError {
  if (error instanceof RealmInterrupted) {
    return error.reason === "timeout" ? timeoutError(limitMs) : memoryError();
  }
  // A rejection that nobody handled, or no stack was left to handle anything.
  return uncaught(describe(error), stacks);
}

function describe(error: unknown): ThrownError {
  if (!(error instanceof Error)) return { text: String(error), stack: "" };
  const text = `${error.name}: ${error.message}`;
  // The first frame stands right behind the text: the realm's stacks have no line of their own for it.
  return { text, stack: (error.stack ?? "").replace(text, "") };
}
