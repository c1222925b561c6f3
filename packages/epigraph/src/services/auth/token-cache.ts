import { hash } from "node:crypto";
import type { VerifiedToken } from "./verified-token.ts";

/** A key that its provider takes back is believed no longer than this. */
export const MAX_AGE_MS: number = 5 * 60_000;
/** Of all tokens together; what is kept of each has about the size of the token. */
const MAX_CHARACTERS = 4 * 1024 * 1024;

interface Entry {
  readonly verified: VerifiedToken;
  readonly untilMs: number;
  readonly characters: number;
}

/** Tokens that have been verified a short while ago, by their hash: the tokens themselves are kept nowhere. */
export class TokenCache {
  readonly #entries = new Map<string, Entry>();
  #characters = 0;

  get(token: string, nowMs: number): VerifiedToken | null {
    const entry = this.#entries.get(keyOf(token));
    return entry === undefined || nowMs >= entry.untilMs ? null : entry.verified;
  }

  set(token: string, verified: VerifiedToken, nowMs: number): void {
    const key = keyOf(token);
    this.#delete(key);
    const untilMs = Math.min(verified.expiresAtMs, nowMs + MAX_AGE_MS);
    this.#entries.set(key, { verified, untilMs, characters: token.length });
    this.#characters += token.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#characters <= MAX_CHARACTERS) return;
      this.#delete(oldest);
    }
  }

  #delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#characters -= entry.characters;
  }
}

function keyOf(token: string): string {
  return hash("sha256", token, "base64");
}
