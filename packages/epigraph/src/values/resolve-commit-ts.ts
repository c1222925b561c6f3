import { bytesToBase64 } from "./base64.ts";
import { int64ToBytes } from "./number-bytes.ts";

/**
 * The placeholder in lossless JSON, as our writers and the SDKs write it. In valid JSON these characters are never
 * anything else: inside a string the quotation mark would have a backslash before it, not the brace.
 */
const PLACEHOLDER = '{"$commitTs":null}';

/** @param json lossless JSON without white space. */
export function textHoldsCommitTs(json: string): boolean {
  return json.includes(PLACEHOLDER);
}

/**
 * Puts the timestamp of the commit where a text has the placeholder.
 * @param json lossless JSON without white space.
 * @param ns nanoseconds since the epoch.
 */
export function resolveCommitTs(json: string, ns: bigint): string {
  return json.replaceAll(PLACEHOLDER, () => `{"$integer":"${bytesToBase64(int64ToBytes(ns))}"}`);
}
