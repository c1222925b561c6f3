import { connect, type Socket } from "node:net";

const EVENT = "data: ";

/** A reader of events that never end which costs next to nothing: it counts them, and notices when there are no more. */
export class LightStream {
  readonly #socket: Socket;
  #events = 0;
  #isOpen = true;

  private constructor(url: string, path: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect(Number(port), hostname);
    this.#socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nAccept: text/event-stream\r\n\r\n`);
  }

  /** Resolves with the first event. @throws Error when there is none, with what came instead. */
  static open(url: string, path: string): Promise<LightStream> {
    const stream = new LightStream(url, path);
    let came = "";
    return new Promise((resolve, reject) => {
      stream.#socket.once("error", reject);
      stream.#socket.once("close", () => {
        stream.#isOpen = false;
        reject(new Error(`The server ended a stream after: ${came}`));
      });
      stream.#socket.on("data", (bytes: Buffer) => {
        if (stream.#events === 0) came = bytes.toString("latin1").slice(0, 1000);
        if (!bytes.includes(EVENT)) return;
        stream.#events++;
        resolve(stream);
      });
    });
  }

  /** How many have come. */
  get events(): number {
    return this.#events;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  close(): void {
    this.#socket.destroy();
  }
}
