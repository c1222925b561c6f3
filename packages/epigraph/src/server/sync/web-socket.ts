import type { WebSocket } from "ws";
import type { SyncSocket } from "../../sync/sync-socket.ts";

/** A WebSocket as sessions see it. */
export class SyncWebSocket implements SyncSocket {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(text: string, onLeft?: () => void): void {
    this.#socket.send(text, onLeft === undefined ? undefined : (error) => error ?? onLeft());
  }

  ping(): void {
    this.#socket.ping();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(code: number | null, reason?: string): void {
    // Its closing frame could not be read otherwise.
    this.#socket.resume();
    if (code === null) this.#socket.close();
    else this.#socket.close(code, reason);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}
