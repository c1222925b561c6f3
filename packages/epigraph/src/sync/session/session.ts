import { type EpigraphError, toEpigraphError } from "../../errors/epigraph-error.ts";
import type { ErrorCode } from "../../errors/error-code.ts";
import type { Queries } from "../../functions/queries/queries.ts";
import type { Ticks } from "../../store/ticks.ts";
import { LiveQuerySet } from "../live-query-set.ts";
import { authError, fatalError } from "../protocol/server-message.ts";
import type { ResultTexts } from "../result-texts.ts";
import type { SyncClient, SyncSocket } from "../sync-socket.ts";
import type { Turns } from "../turns.ts";
import { SessionCalls, type SessionCallsParts } from "./session-calls.ts";
import { type Authenticate, SessionIdentity } from "./session-identity.ts";
import { SessionIntake } from "./session-intake.ts";
import { SessionMessages } from "./session-messages.ts";
import { SessionOutbox } from "./session-outbox.ts";
import { SESSION_REACTIONS, type SessionEvent, type SessionPhase } from "./session-phase.ts";
import { SessionUpdates } from "./session-updates.ts";

export interface SessionParts extends Omit<SessionCallsParts, "client"> {
  readonly queries: Queries;
  readonly authenticate: Authenticate;
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly turns: Turns;
  readonly texts: ResultTexts;
  readonly times: SessionTimes;
  /** A Transition is sent. */
  readonly onTransition: () => void;
  /** The session is over. */
  readonly onClosed: (session: Session) => void;
}

export interface SessionTimes {
  /** How long nothing may be sent before a `Ping` is. */
  readonly pingAfterMs: number;
  /** How long nothing may be heard before the client counts as gone. */
  readonly silenceMs: number;
}

/**
 * One client on one socket: its life, from the first message to the last. `session-phase.ts` says what becomes of an event;
 * what messages mean, calls, Transitions, identity and the flow of messages have files of their own.
 */
export class Session {
  readonly #socket: SyncSocket;
  readonly #parts: SessionParts;
  readonly #intake: SessionIntake;
  readonly #outbox: SessionOutbox;
  readonly #calls: SessionCalls;
  readonly #live: LiveQuerySet;
  readonly #updates: SessionUpdates;
  readonly #identity: SessionIdentity;
  readonly #messages: SessionMessages;
  #phase: SessionPhase = "open";
  /** What came while credentials were checked. */
  readonly #held: string[] = [];

  constructor(socket: SyncSocket, client: SyncClient, parts: SessionParts) {
    const { nowMs, queries, sleep, turns, texts } = parts;
    this.#socket = socket;
    this.#parts = parts;
    this.#intake = new SessionIntake(socket, nowMs);
    const outbox = new SessionOutbox(socket, client, nowMs, () =>
      this.#on("drained", () => this.#updates.room()),
    );
    this.#outbox = outbox;
    this.#identity = new SessionIdentity(parts.authenticate, nowMs, {
      onChecking: () => {
        this.#phase = "verifying";
        this.#balance();
      },
      onChecked: (settle) => this.#on("checked", () => this.#checked(settle)),
      onRefused: (text, isUpdate) => {
        outbox.send(authError(text, outbox.version.identity, isUpdate));
        this.#end(null);
      },
      onTrouble: (error) => {
        this.#report(error);
        this.#end(1013, error.isForCaller ? error.code : "InternalServerError");
      },
    });
    this.#calls = new SessionCalls(
      { ...parts, client },
      {
        onAnswer: (text, ts) => this.#on("answered", () => this.#answer(text, ts)),
        onEnd: (code, reason) => this.#end(code, reason),
      },
    );
    const live = new LiveQuerySet({
      queries,
      origin: "SyncWorker",
      sleep,
      onDue: () => this.#on("stale", () => this.#updates.call()),
      onTrouble: (error) => this.#report(toEpigraphError(error)),
    });
    this.#live = live;
    this.#updates = new SessionUpdates(
      { live, outbox, turns, texts },
      {
        onDue: (begin) => this.#identity.use(begin),
        take: () => this.#messages.takeUp(),
        onEnded: (show) =>
          this.#on("updated", () => {
            show();
            parts.onTransition();
            this.#balance();
          }),
        skewMs: () => this.#messages.skewMs,
        onFault: (error) => {
          this.#report(toEpigraphError(error));
          this.fault();
        },
      },
    );
    this.#messages = new SessionMessages(
      { calls: this.#calls, updates: this.#updates, identity: this.#identity, nowMs },
      {
        // What it has seen is of a future that did not come: it must not be shown what is older as if it were newer.
        onSeen: (ts) =>
          void live.newestTs().then((newest) => {
            if (ts > newest) this.fault();
          }),
        onCall: () => this.#balance(),
        onFault: (text) => (text === null ? this.fault() : this.#fail(text)),
      },
    );
  }

  /** How many queries it keeps live. */
  get queries(): number {
    return this.#live.size;
  }

  /** Bytes that were sent to the client and have not left. */
  get unsentBytes(): number {
    return this.#socket.unsentBytes;
  }

  /** A text message has arrived. */
  receive(text: string): void {
    this.heard();
    this.#on(
      "message",
      () => this.#messages.take(text),
      () => this.#held.push(text),
    );
  }

  /** The client gave a sign of life. */
  heard(): void {
    this.#intake.heard();
  }

  /** The session can't go on, for the client's fault or ours. */
  fault(): void {
    this.#end(1011, "InternalServerError");
  }

  /** The socket is gone. */
  gone(): void {
    this.#on("end", () => this.#close());
  }

  /** The server goes; the client finds the next one. */
  shutDown(): void {
    this.#end(1001);
  }

  /** To be called about once a second. */
  tick(): void {
    this.#on("tick", () => {
      const { pingAfterMs, silenceMs } = this.#parts.times;
      this.#balance();
      if (this.#intake.silenceMs() >= silenceMs) {
        this.#end(1000, "ClientDisconnected");
        this.#socket.terminate();
      } else this.#outbox.pingIfQuiet(pingAfterMs);
    });
  }

  /** Asks the socket for a sign of life. */
  ping(): void {
    this.#socket.ping();
  }

  #on(event: SessionEvent, act: () => void, hold?: () => void): void {
    const reaction = SESSION_REACTIONS[this.#phase][event];
    if (reaction === "act") act();
    else if (reaction === "hold") hold?.();
  }

  #checked(settle: () => void): void {
    this.#phase = "open";
    settle();
    while (this.#phase === "open" && this.#held.length > 0) this.#messages.take(this.#held.shift() as string);
    this.#balance();
  }

  /** @param minTs a commit that the next Transition has to show, whatever else it does; null where none need follow. */
  #answer(text: string, minTs: Ticks | null): void {
    this.#outbox.send(text);
    this.#balance();
    if (minTs !== null) this.#updates.call(minTs);
  }

  #balance(): void {
    if (this.#phase !== "closed") this.#intake.balance(this.#phase === "verifying", this.#calls.queuedSize);
  }

  #report(error: EpigraphError): void {
    this.#parts.reportFault(error, { requestId: this.#parts.newRequestId(), path: "/sync" });
  }

  /** The client's own fault, which a resend would repeat. */
  #fail(text: string): void {
    this.#outbox.send(fatalError(text));
    this.#end(null);
  }

  #end(code: number | null, reason: ErrorCode | "" = ""): void {
    this.#on("end", () => {
      this.#close();
      this.#socket.close(code, reason);
    });
  }

  #close(): void {
    this.#phase = "closed";
    this.#held.length = 0;
    this.#updates.close();
    this.#calls.close();
    this.#live.close();
    this.#parts.onClosed(this);
  }
}
