import { type EpigraphError, toEpigraphError } from "../../errors/epigraph-error.ts";
import type { QueryCaller } from "../../functions/queries/query-caller.ts";
import type { SyncToken } from "../protocol/client-message.ts";
import { type Accepted, AcceptedCredentials } from "./accepted-credentials.ts";

/**
 * Checks credentials, which may take a while.
 * @throws EpigraphError: with a status from 400 to 403 they are refused, and the text is for the client; with any other
 * it could not be found out.
 */
export type Authenticate = (token: SyncToken) => Promise<Accepted>;

export interface SessionIdentityEvents {
  /** Credentials are going to be checked: nothing else is to be taken from the client. */
  readonly onChecking: () => void;
  /** They have been: calls `settle` where the session is not over. */
  readonly onChecked: (settle: () => void) => void;
  /** The session is over. @param isUpdate whether new credentials were refused, or those in force have run out. */
  readonly onRefused: (text: string, isUpdate: boolean) => void;
  /** The session is over: it could not be found out whether they are good. */
  readonly onTrouble: (error: EpigraphError) => void;
}

const NOBODY: Accepted = { caller: { type: "anonymous" }, expiresAtMs: null };

/** Who a session acts for. */
export class SessionIdentity {
  readonly #authenticate: Authenticate;
  readonly #nowMs: () => number;
  readonly #events: SessionIdentityEvents;
  #credentials = new AcceptedCredentials({ type: "None" }, NOBODY, 0);
  #version = 0;
  #isChecking = false;

  constructor(authenticate: Authenticate, nowMs: () => number, events: SessionIdentityEvents) {
    this.#authenticate = authenticate;
    this.#nowMs = nowMs;
    this.#events = events;
  }

  get caller(): QueryCaller {
    return this.#credentials.caller;
  }

  /** Number of credentials accepted. */
  get version(): number {
    return this.#version;
  }

  /** The client shows other credentials. @param onAccepted they hold from now on. */
  change(token: SyncToken, onAccepted: () => void): void {
    void this.#check(token, (accepted) => {
      this.#credentials = new AcceptedCredentials(token, accepted, this.#nowMs());
      this.#version++;
      onAccepted();
    });
  }

  /** Goes on as who the client is, unless that is over. */
  use(goOn: () => void): void {
    const nowMs = this.#nowMs();
    const credentials = this.#credentials;
    if (credentials.haveExpired(nowMs)) {
      this.#events.onRefused("Convex token identity expired", false);
      return;
    }
    // Where others are being checked, those are newer.
    if (!credentials.areOld(nowMs) || this.#isChecking) goOn();
    else {
      void this.#check(credentials.token, () => {
        credentials.checkedAgain(this.#nowMs());
        goOn();
      });
    }
  }

  async #check(token: SyncToken, onAccepted: (accepted: Accepted) => void): Promise<void> {
    this.#isChecking = true;
    this.#events.onChecking();
    let settle: () => void;
    try {
      const accepted = await this.#authenticate(token);
      settle = () => onAccepted(accepted);
    } catch (thrown) {
      settle = () => this.#refuse(toEpigraphError(thrown));
    }
    this.#isChecking = false;
    this.#events.onChecked(settle);
  }

  #refuse(error: EpigraphError): void {
    const isAnswer = error.isForCaller && error.status >= 400 && error.status <= 403;
    if (isAnswer) this.#events.onRefused(error.message, true);
    else this.#events.onTrouble(error);
  }
}
