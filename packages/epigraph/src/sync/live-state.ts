/** What is live at a moment. */
export interface LiveState {
  /** Sockets of the sync protocol. */
  readonly sessions: number;
  /** Readers of streams of events. */
  readonly streams: number;
  /** Queries that these keep live. */
  readonly queries: number;
  /** Bytes that were sent to any of them and have not left. */
  readonly unsentBytes: number;
  /** Transitions sent since the start. */
  readonly transitions: number;
}
