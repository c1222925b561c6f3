import assert from "node:assert/strict";
import type { PlatformRealm } from "../../testing/platform-realm.ts";

/** What code in both places has at hand. */
const PRELUDE = `
  const { subtle } = crypto;
  const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const utf8 = (text) => new TextEncoder().encode(text);
  const count = (length, first = 0) => Uint8Array.from({ length }, (_, at) => at + first);
  const nameOf = async (run) => { try { await run(); return "none" } catch (error) { return error.name } };
  const about = (key) => [key.type, key.extractable, key.usages, { ...key.algorithm, publicExponent: key.algorithm.publicExponent && hex(key.algorithm.publicExponent) }];
`;

/** Runs the body of an async function in a realm. */
export function inRealm(realm: PlatformRealm, body: string): unknown {
  return realm.run(PRELUDE + body);
}

/** Runs the same on Node's own Web Crypto. */
export async function inNode(body: string): Promise<unknown> {
  const AsyncFunction = (async () => {}).constructor as new (body: string) => () => Promise<unknown>;
  const value = await new AsyncFunction(PRELUDE + body)();
  return JSON.parse(JSON.stringify(value)) as unknown;
}

/** Asserts that a realm comes to what Node comes to. */
export async function sameAsNode(realm: PlatformRealm, body: string): Promise<void> {
  assert.deepEqual(inRealm(realm, body), await inNode(body));
}
