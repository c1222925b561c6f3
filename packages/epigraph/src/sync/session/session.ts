import { type EpigraphError, toEpigraphError } from "../../errors/epigraph-error.ts";
import type { ErrorCode } from "../../errors/error-code.ts";
import type { Queries } from "../../functions/queries/queries.ts";
import type { Ticks } from "../../store/ticks.ts";
import { LiveQuerySet, type Refreshed } from "../live-query-set.ts";
import {
  type ClientMessage,
  ClientMessageError,
  parseClientMessage,
  type SyncToken,
} from "../protocol/client-message.ts";
import { authError, fatalError, queryRemoved } from "../protocol/server-message.ts";
import type { ResultTexts } from "../result-texts.ts";
import type { SyncClient, SyncSocket } from "../sync-socket.ts";
import type { Turns } from "../turns.ts";
import { QuerySetChanges } from "./query-set-changes.ts";
import { SessionCalls, type SessionCallsParts } from "./session-calls.ts";
import { type Accepted, type Authenticate, SessionIdentity } from "./session-identity.ts";
import { SessionOutbox } from "./session-outbox.ts";
import { SESSION_REACTIONS, type SessionEvent, type SessionPhase } from "./session-phase.ts";
import { UPDATE_STEPS, type UpdateEvent, type UpdateState } from "./update-state.ts";

export interface SessionParts extends Omit<SessionCallsParts, "client"> {
  readonly queries: Queries;
  readonly authenticate: Authenticate;
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly turns: Turns;
  readonly texts: ResultTexts;
  readonly times: SessionTimes;
  /** The session is over. */
  readonly onClosed: (session: Session) => void;
}

export interface SessionTimes {
  /** How long nothing may be sent before a `Ping` is. */
  readonly pingAfterMs: number;
  /** How long nothing may be heard before the client counts as gone. */
  readonly silenceMs: number;
}

/** More than these of waiting mutations, or of what the client has not read, and no more is taken from it. */
const MAX_QUEUED_SIZE = 32 * 1024 * 1024;
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

type MessageOf<Type extends ClientMessage["type"]> = Extract<ClientMessage, { readonly type: Type }>;

/**
 * One client on one socket. `session-phase.ts` says what becomes of an event, `update-state.ts` when a Transition is
 * computed.
 */
export class Session {
  readonly #socket: SyncSocket;
  readonly #parts: SessionParts;
  readonly #outbox: SessionOutbox;
  readonly #calls: SessionCalls;
  readonly #live: LiveQuerySet;
  readonly #identity = new SessionIdentity();
  readonly #changes = new QuerySetChanges();
  #phase: SessionPhase = "open";
  #update: UpdateState = "idle";
  /** What came while credentials were checked. */
  readonly #held: string[] = [];
  #sessionId: string | null = null;
  #skewMs: number | null = null;
  /** Number of credentials accepted. */
  #identityVersion = 0;
  /** The commit that the next Transition has to show at least. */
  #minTs: Ticks = 0;
  #lastHeardMs: number;
  #lastUnsentBytes = 0;
  #isPaused = false;
  #isScheduled = false;

  constructor(socket: SyncSocket, client: SyncClient, parts: SessionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#lastHeardMs = parts.nowMs();
    this.#outbox = new SessionOutbox(socket, client, parts.nowMs, () =>
      this.#on("drained", () => this.#advance("room")),
    );
    this.#calls = new SessionCalls(
      { ...parts, client },
      {
        onAnswer: (text, ts) => this.#on("answered", () => this.#answer(text, ts)),
        onEnd: (code, reason) => this.#end(code, reason),
      },
    );
    this.#live = new LiveQuerySet({
      queries: parts.queries,
      sleep: parts.sleep,
      onDue: () => this.#on("stale", () => this.#advance("call")),
      onTrouble: (error) => this.#report(toEpigraphError(error)),
    });
  }

  /** A text message has arrived. */
  receive(text: string): void {
    this.heard();
    this.#on(
      "message",
      () => this.#take(text),
      () => this.#held.push(text),
    );
  }

  /** The client gave a sign of life. */
  heard(): void {
    this.#lastHeardMs = this.#parts.nowMs();
  }

  /** The client sent what it never sends. */
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
      const { unsentBytes } = this.#socket;
      // Whoever takes something is there, though it is not heard while it can't be.
      if (unsentBytes < this.#lastUnsentBytes) this.heard();
      this.#lastUnsentBytes = unsentBytes;
      this.#balance();
      if (this.#parts.nowMs() - this.#lastHeardMs >= silenceMs) {
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

  #take(text: string): void {
    let message: ClientMessage;
    try {
      message = parseClientMessage(text);
    } catch (error) {
      if (!(error instanceof ClientMessageError)) throw error;
      this.#fail(error.message);
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
    if (maxObserved === null) return;
    // What it has seen is of a future that did not come: it must not be shown what is older as if it were newer.
    void this.#live.newestTs().then((newest) => {
      if (maxObserved > newest) this.#end(1011, "InternalServerError");
    });
  }

  #modify(message: MessageOf<"ModifyQuerySet">): void {
    const fault = this.#changes.modify(message);
    if (fault === null) this.#advance("call");
    else if (fault.text === null) this.#end(1011, "InternalServerError");
    else this.#fail(fault.text);
  }

  #call(message: MessageOf<"Mutation" | "Action">, size: number): void {
    this.#withIdentity(() => {
      const call = { ...message, caller: this.#identity.caller, sessionId: this.#sessionId, size };
      if (message.type === "Mutation") this.#calls.mutation(call);
      else this.#calls.action(call);
      this.#balance();
    });
  }

  #authenticate({ baseVersion, token }: MessageOf<"Authenticate">): void {
    if (baseVersion !== this.#identityVersion) {
      this.#end(1011, "InternalServerError");
      return;
    }
    void this.#check(token, (accepted) => {
      this.#identity.accept(token, accepted, this.#parts.nowMs());
      this.#identityVersion++;
      this.#advance("call");
    });
  }

  /** Goes on as who the client is, unless that is over. */
  #withIdentity(goOn: () => void): void {
    const nowMs = this.#parts.nowMs();
    if (this.#identity.hasExpired(nowMs)) this.#refuse("Convex token identity expired", false);
    // Credentials that are being checked are newer ones.
    else if (this.#phase === "verifying" || !this.#identity.isToBeChecked(nowMs)) goOn();
    else {
      void this.#check(this.#identity.token, () => {
        this.#identity.checkedAgain(nowMs);
        goOn();
      });
    }
  }

  async #check(token: SyncToken, onAccepted: (accepted: Accepted) => void): Promise<void> {
    this.#phase = "verifying";
    this.#balance();
    let settle: () => void;
    try {
      const accepted = await this.#parts.authenticate(token);
      settle = () => onAccepted(accepted);
    } catch (thrown) {
      settle = () => this.#notAccepted(toEpigraphError(thrown));
    }
    this.#on("checked", () => {
      this.#phase = "open";
      settle();
      while (this.#phase === "open" && this.#held.length > 0) this.#take(this.#held.shift() as string);
      this.#balance();
    });
  }

  #notAccepted(error: EpigraphError): void {
    if (error.isForCaller && error.status >= 400 && error.status <= 403) this.#refuse(error.message, true);
    else {
      this.#report(error);
      this.#end(1013, error.isForCaller ? error.code : "InternalServerError");
    }
  }

  #refuse(text: string, isUpdate: boolean): void {
    this.#outbox.send(authError(text, this.#outbox.version.identity, isUpdate));
    this.#end(null);
  }

  #answer(text: string, ts: Ticks | null): void {
    this.#outbox.send(text);
    this.#balance();
    if (ts === null) return;
    // Whoever made the commit waits for a Transition that holds it, whatever else that shows.
    this.#minTs = Math.max(this.#minTs, ts);
    this.#advance("call");
  }

  #advance(event: UpdateEvent): void {
    const { next, begins } = UPDATE_STEPS[this.#update][event];
    this.#update = next;
    if (begins) this.#withIdentity(() => void this.#refresh());
    else if (next === "due" && this.#outbox.hasRoom && !this.#isScheduled) {
      this.#isScheduled = true;
      // What else comes in this turn is in the same Transition, and answers that are ready leave before it.
      this.#parts.turns.schedule(() => {
        this.#isScheduled = false;
        if (this.#outbox.hasRoom) this.#advance("room");
      });
    }
  }

  async #refresh(): Promise<void> {
    const reached = { querySet: this.#changes.version, identity: this.#identityVersion };
    const changes = this.#changes.take();
    try {
      const refreshed = await this.#live.refresh({
        changes,
        caller: this.#identity.caller,
        minTs: this.#minTs,
      });
      if (refreshed === null) return;
      this.#parts.turns.schedule(() => this.#on("updated", () => this.#show(refreshed, reached)));
    } catch (error) {
      this.#report(toEpigraphError(error));
      this.#end(1011, "InternalServerError");
    }
  }

  #show(
    { ts, removed, updated }: Refreshed,
    reached: { readonly querySet: number; readonly identity: number },
  ): void {
    const { texts } = this.#parts;
    const modifications = updated.map(({ id, result, outcome }) => ({
      id,
      text: texts.modification(id, result, outcome),
    }));
    for (const id of removed) modifications.push({ id, text: queryRemoved(id) });
    modifications.sort((a, b) => a.id - b.id);
    this.#outbox.sendTransition(
      { ...reached, ts },
      modifications.map(({ text }) => text),
      this.#skewMs,
    );
    this.#balance();
    this.#advance("ended");
  }

  /** Takes from the client no more than there is room for. */
  #balance(): void {
    const isFull =
      this.#phase === "verifying" ||
      this.#calls.queuedSize > MAX_QUEUED_SIZE ||
      this.#socket.unsentBytes > MAX_UNSENT_BYTES;
    if (isFull === this.#isPaused || this.#phase === "closed") return;
    this.#isPaused = isFull;
    if (isFull) this.#socket.pause();
    else this.#socket.resume();
    this.heard();
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
    this.#advance("close");
    this.#held.length = 0;
    this.#calls.close();
    this.#live.close();
    this.#parts.onClosed(this);
  }
}
