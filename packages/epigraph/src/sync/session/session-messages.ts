import { type ClientMessage, ClientMessageError, parseClientMessage } from "../protocol/client-message.ts";
import { QuerySetChanges } from "./query-set-changes.ts";
import type { SessionCalls } from "./session-calls.ts";
import type { SessionIdentity } from "./session-identity.ts";
import type { SessionUpdates, UpdateBeginning } from "./session-updates.ts";

export interface SessionMessagesParts {
  readonly calls: SessionCalls;
  readonly updates: SessionUpdates;
  readonly identity: SessionIdentity;
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
}

export interface SessionMessagesEvents {
  /** The client names the newest commit that it has seen, in ticks. */
  readonly onSeen: (ts: number) => void;
  /** A mutation or action has been taken. */
  readonly onCall: () => void;
  /** The client's own fault. @param text for a FatalError; null where the socket just ends. */
  readonly onFault: (text: string | null) => void;
}

type MessageOf<Type extends ClientMessage["type"]> = Extract<ClientMessage, { readonly type: Type }>;

/** What the messages of one client mean, and what they say about it. */
export class SessionMessages {
  readonly #parts: SessionMessagesParts;
  readonly #events: SessionMessagesEvents;
  readonly #changes = new QuerySetChanges();
  #sessionId: string | null = null;
  #skewMs: number | null = null;

  constructor(parts: SessionMessagesParts, events: SessionMessagesEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  /** How far the client's clock is ahead in milliseconds, null where it did not say. */
  get skewMs(): number | null {
    return this.#skewMs;
  }

  /** What an update takes up when it begins. */
  takeUp(): UpdateBeginning {
    const { identity } = this.#parts;
    return {
      querySet: this.#changes.version,
      identity: identity.version,
      changes: this.#changes.take(),
      caller: identity.caller,
    };
  }

  take(text: string): void {
    let message: ClientMessage;
    try {
      message = parseClientMessage(text);
    } catch (error) {
      if (!(error instanceof ClientMessageError)) throw error;
      this.#events.onFault(error.message);
      return;
    }
    switch (message.type) {
      case "Connect":
        this.#connect(message);
        return;
      case "ModifyQuerySet":
        this.#modify(message);
        return;
      case "Mutation":
      case "Action":
        this.#call(message, text.length);
        return;
      case "Authenticate":
        this.#authenticate(message);
        return;
      case "Event":
    }
  }

  #connect({ sessionId, maxObserved, clientMs }: MessageOf<"Connect">): void {
    this.#sessionId = sessionId;
    if (clientMs !== null) this.#skewMs = clientMs - Math.floor(this.#parts.nowMs());
    if (maxObserved !== null) this.#events.onSeen(maxObserved);
  }

  #modify(message: MessageOf<"ModifyQuerySet">): void {
    const fault = this.#changes.modify(message);
    if (fault === null) this.#parts.updates.call();
    else this.#events.onFault(fault.text);
  }

  #call(message: MessageOf<"Mutation" | "Action">, size: number): void {
    const { identity, calls } = this.#parts;
    identity.use(() => {
      const call = { ...message, caller: identity.caller, sessionId: this.#sessionId, size };
      if (message.type === "Mutation") calls.mutation(call);
      else calls.action(call);
      this.#events.onCall();
    });
  }

  #authenticate({ baseVersion, token }: MessageOf<"Authenticate">): void {
    const { identity, updates } = this.#parts;
    if (baseVersion === identity.version) identity.change(token, () => updates.call());
    else this.#events.onFault(null);
  }
}
