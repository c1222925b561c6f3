/**
 * - `open`: messages are taken as they come.
 * - `verifying`: credentials are being checked; what the client sent behind them waits.
 * - `closed`: nothing more is sent or taken.
 */
export type SessionPhase = "open" | "verifying" | "closed";

export type SessionEvent =
  /** The client sent something. */
  | "message"
  /** Credentials have been checked: accepted, refused, or there was trouble. */
  | "checked"
  /** A mutation or an action ended. */
  | "answered"
  /** A result that is shown has ended. */
  | "stale"
  /** An update ended. */
  | "updated"
  /** A Transition has left. */
  | "drained"
  | "tick"
  /** The socket is gone, or the server goes. */
  | "end";

export type SessionReaction = "act" | "hold" | "drop";

/** What becomes of each event in each phase. */
export const SESSION_REACTIONS: Readonly<
  Record<SessionPhase, Readonly<Record<SessionEvent, SessionReaction>>>
> = {
  open: {
    message: "act",
    checked: "drop",
    answered: "act",
    stale: "act",
    updated: "act",
    drained: "act",
    tick: "act",
    end: "act",
  },
  verifying: {
    message: "hold",
    checked: "act",
    answered: "act",
    stale: "act",
    updated: "act",
    drained: "act",
    tick: "act",
    end: "act",
  },
  closed: {
    message: "drop",
    checked: "drop",
    answered: "drop",
    stale: "drop",
    updated: "drop",
    drained: "drop",
    tick: "drop",
    end: "drop",
  },
};
