/** The socket of one client, as a session sees it. */
export interface SyncSocket {
  /** Bytes that have been sent and have not left. */
  readonly unsentBytes: number;
  /** Sends a message. @param onLeft called once it has left the process. */
  send(text: string, onLeft?: () => void): void;
  /** Asks for a sign of life that clients give without knowing. */
  ping(): void;
  /** Takes no more messages until `resume`, so that the client's own sending comes to a halt. */
  pause(): void;
  resume(): void;
  /** Ends it after what was sent. @param code null for a close frame without a code. */
  close(code: number | null, reason?: string): void;
  /** Ends it now. */
  terminate(): void;
}

/** What is known of whoever is at the other end. */
export interface SyncClient {
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Whether it can put long Transitions together from pieces. */
  readonly takesChunks: boolean;
}
