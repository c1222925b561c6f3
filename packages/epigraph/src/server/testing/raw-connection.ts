import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A connection on which a test says byte by byte what it likes, and reads what comes back. */
export class RawConnection {
  /** All that came back, once the connection is closed. */
  readonly closed: Promise<string>;
  readonly #socket: Socket;
  #received = "";

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    this.#socket = socket;
    socket.setEncoding("latin1").on("data", (text: string) => {
      this.#received += text;
    });
    socket.on("error", () => socket.destroy());
    this.closed = new Promise((resolve) => void socket.once("close", () => resolve(this.#received)));
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  send(text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(text, "latin1");
  }

  /** Resolves when what came back matches. */
  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#received)) {
      if (this.isClosed) throw new Error(`The connection was closed after:\n${this.#received}`);
      await Promise.race([once(this.#socket, "data"), this.closed]);
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
