import type { Caller } from "../../functions/calls.ts";
import { type QueryCaller, toQueryCaller } from "../../functions/queries/query-caller.ts";
import type { SyncToken } from "../protocol/client-message.ts";

/** Credentials that were accepted. */
export interface Accepted {
  readonly caller: Caller;
  /** When they run out, in milliseconds since 1970; null for never. */
  readonly expiresAtMs: number | null;
}

/**
 * Checks credentials, which may take a while.
 * @throws EpigraphError: with a status from 400 to 403 they are refused, and the text is for the client; with any other
 * it could not be found out.
 */
export type Authenticate = (token: SyncToken) => Promise<Accepted>;

const NOBODY: QueryCaller = toQueryCaller({ type: "anonymous" });
/** Keys can be made invalid while they are used. */
const CHECK_AGAIN_AFTER_MS = 60_000;

/** Who a session acts for. */
export class SessionIdentity {
  #token: SyncToken = { type: "None" };
  #caller: QueryCaller = NOBODY;
  #expiresAtMs: number | null = null;
  #checkedAtMs = 0;

  get caller(): QueryCaller {
    return this.#caller;
  }

  get token(): SyncToken {
    return this.#token;
  }

  accept(token: SyncToken, { caller, expiresAtMs }: Accepted, nowMs: number): void {
    this.#token = token;
    this.#caller = toQueryCaller(caller);
    this.#expiresAtMs = expiresAtMs;
    this.#checkedAtMs = nowMs;
  }

  hasExpired(nowMs: number): boolean {
    return this.#expiresAtMs !== null && nowMs >= this.#expiresAtMs;
  }

  /** Whether an admin's key is to be checked again before it is used. */
  isToBeChecked(nowMs: number): boolean {
    return this.#token.type === "Admin" && nowMs - this.#checkedAtMs > CHECK_AGAIN_AFTER_MS;
  }

  /** The key still holds. */
  checkedAgain(nowMs: number): void {
    this.#checkedAtMs = nowMs;
  }
}
