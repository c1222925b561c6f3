import { compactVerify, errors } from "jose";
import type { KeyCache, PublicKeys } from "./key-cache.ts";

export interface SignatureOptions {
  readonly keys: KeyCache;
  /** What the cache has. */
  readonly current: PublicKeys;
  readonly algorithms: readonly string[];
}

/**
 * Whether one of a provider's keys signed a token, the one that its header names if it names any.
 */
export async function isSignedByProvider(
  token: string,
  { keys, current, algorithms }: SignatureOptions,
): Promise<boolean> {
  const found = await check(token, current, algorithms);
  if (found !== "unknownKey") return found === "valid";
  const newer = await keys.getNewer(current);
  return newer !== null && (await check(token, newer, algorithms)) === "valid";
}

async function check(
  token: string,
  { find }: PublicKeys,
  algorithms: readonly string[],
): Promise<"valid" | "invalid" | "unknownKey"> {
  try {
    await compactVerify(token, find, { algorithms: [...algorithms] });
    return "valid";
  } catch (error) {
    // A key that can't be used is no reason to trust what it may have signed: all that fails is invalid.
    return error instanceof errors.JWKSNoMatchingKey ? "unknownKey" : "invalid";
  }
}
