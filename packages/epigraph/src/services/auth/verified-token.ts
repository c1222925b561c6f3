import type { Identity } from "../../functions/calls.ts";

/** What a token proves. */
export interface VerifiedToken {
  readonly identity: Identity;
  /** Epoch milliseconds from which on the token is refused: what the provider said, and what its kind allows for clocks. */
  readonly expiresAtMs: number;
}
