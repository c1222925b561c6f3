import type { LiveState } from "./live-state.ts";
import { Session, type SessionParts, type SessionTimes } from "./session/session.ts";
import type { CallLimits } from "./session/session-calls.ts";
import type { SyncClient, SyncSocket } from "./sync-socket.ts";

export interface SessionsLimits extends SessionTimes, CallLimits {
  /** How often each socket is asked for a sign of life. */
  readonly webSocketPingMs: number;
}

export const DEFAULT_SESSIONS_LIMITS: SessionsLimits = {
  pingAfterMs: 15_000,
  silenceMs: 120_000,
  webSocketPingMs: 5_000,
  queuedMutations: 1000,
  runningActions: 1000,
  mutationMs: 60_000,
};

export interface SessionsOptions
  extends Omit<SessionParts, "onClosed" | "onTransition" | "times" | "limits"> {
  readonly limits: SessionsLimits;
}

/** Parts of the time between two pings in which sessions have their turn, so that they don't have it all at once. */
const TURNS = 5;

/** All clients that are connected. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Set<Session>();
  /** By their turn. */
  readonly #wheel: readonly Set<Session>[] = Array.from({ length: TURNS }, () => new Set());
  #turn = 0;
  #opened = 0;
  #transitions = 0;
  #stopTimer: (() => void) | null = null;
  #isClosed = false;

  readonly #onTransition = (): void => void this.#transitions++;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get state(): Omit<LiveState, "streams"> {
    let [queries, unsentBytes] = [0, 0];
    for (const session of this.#sessions) {
      queries += session.queries;
      unsentBytes += session.unsentBytes;
    }
    return { sessions: this.#sessions.size, queries, unsentBytes, transitions: this.#transitions };
  }

  /** A client has connected. */
  open(socket: SyncSocket, client: SyncClient): Session {
    const seat = this.#wheel[this.#opened++ % TURNS] as Set<Session>;
    const session: Session = new Session(socket, client, {
      ...this.#options,
      times: this.#options.limits,
      onTransition: this.#onTransition,
      onClosed: (closed) => {
        this.#sessions.delete(closed);
        seat.delete(closed);
      },
    });
    if (this.#isClosed) session.shutDown();
    else {
      this.#sessions.add(session);
      seat.add(session);
      session.ping();
      if (this.#stopTimer === null) this.#startTimer();
    }
    return session;
  }

  /** Ends all sessions, and those that still come. */
  close(): void {
    this.#isClosed = true;
    this.#stopTimer?.();
    for (const session of [...this.#sessions]) session.shutDown();
  }

  #startTimer(): void {
    const { setTimer, limits } = this.#options;
    this.#stopTimer = setTimer(() => {
      this.#stopTimer = null;
      this.#turn = (this.#turn + 1) % TURNS;
      for (const session of this.#sessions) session.tick();
      for (const session of this.#wheel[this.#turn] as Set<Session>) session.ping();
      if (this.#sessions.size > 0) this.#startTimer();
    }, limits.webSocketPingMs / TURNS);
  }
}
