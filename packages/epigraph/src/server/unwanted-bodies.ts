import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";

/** How long a client may go on sending a body that nobody wants, so that it gets to read the answer. */
const PATIENCE_MS = 10_000;
/** The same while the server closes: enough for an answer that is out to arrive. */
const CLOSING_PATIENCE_MS = 250;

/**
 * Bodies of requests that were answered before all of their body was here. Closing at once would make the client's system
 * throw the answer away with a connection reset, so the rest is read and forgotten for a while, and then the connection
 * is broken.
 */
export class UnwantedBodies {
  readonly #timers = new Map<Socket, NodeJS.Timeout>();
  #patienceMs = PATIENCE_MS;

  /** Reads the rest of a body and forgets it. */
  drop(request: IncomingMessage): void {
    const { socket } = request;
    this.#breakLater(socket);
    request.once("close", () => {
      clearTimeout(this.#timers.get(socket));
      this.#timers.delete(socket);
    });
    request.resume();
  }

  /** The server closes: a finished exchange must not hold it. */
  close(): void {
    this.#patienceMs = CLOSING_PATIENCE_MS;
    for (const [socket, timer] of this.#timers) {
      clearTimeout(timer);
      this.#breakLater(socket);
    }
  }

  #breakLater(socket: Socket): void {
    this.#timers.set(
      socket,
      setTimeout(() => socket.destroy(), this.#patienceMs),
    );
  }
}
