import type { ResponseSink } from "./action-frame.ts";
import type { FromRunner } from "./messages.ts";

/** Bytes of a streamed response that may be on their way before its reader must take some. */
const WINDOW_BYTES = 256 * 1024;

/** Sends an HTTP action's response as messages: a reader that does not read stops its sender and nobody else. */
export class ResponseChannel implements ResponseSink {
  readonly #job: number;
  readonly #send: (message: FromRunner) => void;
  #isBegun = false;
  #bytesOnTheWay = 0;
  #onRoom: (() => void) | null = null;

  constructor(job: number, send: (message: FromRunner) => void) {
    this.#job = job;
    this.#send = send;
  }

  get isBegun(): boolean {
    return this.#isBegun;
  }

  head(headJson: string, body: string | Uint8Array | null): void {
    this.#isBegun = true;
    this.#send({ type: "head", job: this.#job, headJson, body });
  }

  chunk(bytes: Uint8Array, onRoom: () => void): boolean {
    this.#bytesOnTheWay += bytes.length;
    this.#send({ type: "chunk", job: this.#job, bytes });
    if (this.#bytesOnTheWay < WINDOW_BYTES) return true;
    this.#onRoom = onRoom;
    return false;
  }

  taken(bytes: number): void {
    this.#bytesOnTheWay -= bytes;
    if (this.#bytesOnTheWay >= WINDOW_BYTES) return;
    const onRoom = this.#onRoom;
    this.#onRoom = null;
    onRoom?.();
  }
}
