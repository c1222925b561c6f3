import type { SyncSocket } from "../sync-socket.ts";

/** More than these of waiting mutations, or of what the client has not read, and no more is taken from it. */
const MAX_QUEUED_SIZE = 32 * 1024 * 1024;
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

/** Whether a client is there, and how much is taken from it. */
export class SessionIntake {
  readonly #socket: SyncSocket;
  readonly #nowMs: () => number;
  #lastHeardMs: number;
  #lastUnsentBytes = 0;
  #isPaused = false;

  constructor(socket: SyncSocket, nowMs: () => number) {
    this.#socket = socket;
    this.#nowMs = nowMs;
    this.#lastHeardMs = nowMs();
  }

  /** The client gave a sign of life. */
  heard(): void {
    this.#lastHeardMs = this.#nowMs();
  }

  /** Milliseconds since it gave one. To be asked about once a second. */
  silenceMs(): number {
    const { unsentBytes } = this.#socket;
    // Whoever takes something is there, though it is not heard while nothing is taken from it.
    if (unsentBytes < this.#lastUnsentBytes) this.heard();
    this.#lastUnsentBytes = unsentBytes;
    return this.#nowMs() - this.#lastHeardMs;
  }

  /**
   * Takes from the client no more than there is room for.
   * @param isHeld nothing can be taken now.
   * @param queuedSize length of what waits to be run.
   */
  balance(isHeld: boolean, queuedSize: number): void {
    const isFull = isHeld || queuedSize > MAX_QUEUED_SIZE || this.#socket.unsentBytes > MAX_UNSENT_BYTES;
    if (isFull === this.#isPaused) return;
    this.#isPaused = isFull;
    if (isFull) this.#socket.pause();
    else this.#socket.resume();
    this.heard();
  }
}
