import type { Caller } from "../../functions/calls.ts";
import { type QueryCaller, toQueryCaller } from "../../functions/queries/query-caller.ts";
import type { SyncToken } from "../protocol/client-message.ts";

/** Who credentials that were accepted make of a client. */
export interface Accepted {
  readonly caller: Caller;
  /** When they run out, in milliseconds since 1970; null for never. */
  readonly expiresAtMs: number | null;
}

/** Keys can be made invalid while they are used. */
const CHECK_AGAIN_AFTER_MS = 60_000;

/** Credentials that are in force, for as long as they are. */
export class AcceptedCredentials {
  readonly token: SyncToken;
  readonly caller: QueryCaller;
  readonly #expiresAtMs: number | null;
  #checkedAtMs: number;

  constructor(token: SyncToken, { caller, expiresAtMs }: Accepted, nowMs: number) {
    this.token = token;
    this.caller = toQueryCaller(caller);
    this.#expiresAtMs = expiresAtMs;
    this.#checkedAtMs = nowMs;
  }

  haveExpired(nowMs: number): boolean {
    return this.#expiresAtMs !== null && nowMs >= this.#expiresAtMs;
  }

  /** Whether they are to be checked again before they are used. */
  areOld(nowMs: number): boolean {
    return this.token.type === "Admin" && nowMs - this.#checkedAtMs > CHECK_AGAIN_AFTER_MS;
  }

  /** They still hold. */
  checkedAgain(nowMs: number): void {
    this.#checkedAtMs = nowMs;
  }
}
