import { formatSize } from "../../values/size.ts";
import type { ResponseSink, SinkAnswer } from "./action-frame.ts";
import type { LogLines } from "./log-lines.ts";
import type { FromRunner } from "./messages.ts";

/** Bytes of a streamed response that may be on their way before its reader must take some. */
const WINDOW_BYTES = 256 * 1024;
/** What an HTTP action may answer with, unless its deployment is set otherwise. */
export const MAX_RESPONSE_BYTES: number = 20 * 1024 * 1024;
const WARN_ABOVE = 0.8;

/** Sends an HTTP action's response as messages: a reader that does not read stops its sender and nobody else. */
export class ResponseChannel implements ResponseSink {
  readonly #job: number;
  readonly #send: (message: FromRunner) => void;
  readonly #logs: LogLines;
  readonly #maxBytes: number;
  #isBegun = false;
  #sentBytes = 0;
  #hasWarned = false;
  #bytesOnTheWay = 0;
  #onRoom: (() => void) | null = null;

  constructor(
    job: number,
    send: (message: FromRunner) => void,
    logs: LogLines,
    maxBytes: number = MAX_RESPONSE_BYTES,
  ) {
    this.#job = job;
    this.#send = send;
    this.#logs = logs;
    this.#maxBytes = maxBytes;
  }

  get isBegun(): boolean {
    return this.#isBegun;
  }

  head(headJson: string, body: string | Uint8Array | null): void {
    this.#isBegun = true;
    // The door breaks the connection: what the head promises can't be sent.
    if (body !== null) this.#count(typeof body === "string" ? Buffer.byteLength(body) : body.length);
    this.#send({ type: "head", job: this.#job, headJson, body });
  }

  chunk(bytes: Uint8Array, onRoom: () => void): SinkAnswer {
    if (!this.#count(bytes.length)) return "enough";
    this.#bytesOnTheWay += bytes.length;
    this.#send({ type: "chunk", job: this.#job, bytes });
    if (this.#bytesOnTheWay < WINDOW_BYTES) return "more";
    this.#onRoom = onRoom;
    return "wait";
  }

  taken(bytes: number): void {
    this.#bytesOnTheWay -= bytes;
    if (this.#bytesOnTheWay >= WINDOW_BYTES) return;
    const onRoom = this.#onRoom;
    this.#onRoom = null;
    onRoom?.();
  }

  /** False when these bytes would be too many. */
  #count(bytes: number): boolean {
    if (this.#sentBytes + bytes > this.#maxBytes) {
      const limit = formatSize(this.#maxBytes);
      this.#logs.add("ERROR", `HttpResponseTooLarge: HTTP actions support responses up to ${limit}`, null);
      return false;
    }
    this.#sentBytes += bytes;
    if (this.#sentBytes > this.#maxBytes * WARN_ABOVE && !this.#hasWarned) {
      this.#hasWarned = true;
      this.#logs.add(
        "WARN",
        `Large response of an HTTP action (actual: ${this.#sentBytes} bytes so far, limit: ${this.#maxBytes} bytes).`,
        null,
      );
    }
    return true;
  }
}
