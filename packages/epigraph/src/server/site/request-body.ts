import type { IncomingMessage } from "node:http";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { contentLength } from "../body.ts";
import { announcesBody } from "../exchange.ts";

/** Bytes that may wait for a reader before the client is asked to stop sending. */
const HIGH_WATER_BYTES = 256 * 1024;

const EMPTY = new Uint8Array(0);

/**
 * The body of a request: as one array when all of it is here by the next turn of the event loop, which small bodies
 * are, for they travel with the head; else a stream.
 * @throws EpigraphError `RequestBodyTooLarge` where that is known before the body is handed over
 */
export async function takeRequestBody(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  if (!announcesBody(request)) return EMPTY;
  if ((contentLength(request) ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const body = new RequestBody(request, limitBytes);
  await body.firstTurn();
  return body.takeWhole() ?? body;
}

function tooLarge(limitBytes: number): EpigraphError {
  return new EpigraphError("RequestBodyTooLarge", `The request body is larger than ${limitBytes} bytes`);
}

/**
 * A body on its way in. States: *open* (chunks may come), *ended* (all came), *failed* (connection broke, or over the
 * limit). What has arrived can be read in every state; a failure shows after it. One reader only.
 */
class RequestBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #request: IncomingMessage;
  readonly #limitBytes: number;
  #chunks: Buffer[] = [];
  #waitingBytes = 0;
  #totalBytes = 0;
  #isEnded = false;
  #failure: Error | null = null;
  /** Called once at the next change of anything. */
  #wake: (() => void) | null = null;

  constructor(request: IncomingMessage, limitBytes: number) {
    this.#request = request;
    this.#limitBytes = limitBytes;
    request.on("data", (chunk: Buffer) => this.#add(chunk));
    request.on("end", () => {
      this.#isEnded = true;
      this.#notify();
    });
    request.on("error", () => this.#fail(new Error("The client stopped sending the request body")));
  }

  /** Resolves when the body is here or has failed, at the latest at the next turn of the event loop. */
  firstTurn(): Promise<void> {
    return new Promise((resolve) => {
      const immediate = setImmediate(resolve);
      const listen = (): void => {
        if (!this.#isEnded && this.#failure === null) {
          this.#wake = listen;
          return;
        }
        clearImmediate(immediate);
        resolve();
      };
      this.#wake = listen;
    });
  }

  /**
   * The whole body if it is here; null if not.
   * @throws EpigraphError when it is over the limit already.
   */
  takeWhole(): Uint8Array | null {
    this.#wake = null;
    if (this.#failure instanceof EpigraphError) throw this.#failure;
    if (!this.#isEnded) return null;
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#waitingBytes -= chunk.length;
        if (this.#waitingBytes < HIGH_WATER_BYTES && this.#request.isPaused()) this.#request.resume();
        return { done: false, value: chunk };
      }
      if (this.#failure !== null) throw this.#failure;
      if (this.#isEnded) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The reader wants no more. What still comes is dropped, so that the connection can be used again. */
  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#isEnded = true;
    this.#drop();
    this.#notify();
    return { done: true, value: undefined };
  }

  #add(chunk: Buffer): void {
    this.#totalBytes += chunk.length;
    if (this.#totalBytes > this.#limitBytes) {
      this.#drop();
      this.#fail(tooLarge(this.#limitBytes));
      return;
    }
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes >= HIGH_WATER_BYTES) this.#request.pause();
    this.#notify();
  }

  #drop(): void {
    this.#chunks = [];
    this.#waitingBytes = 0;
    this.#request.removeAllListeners("data");
    this.#request.resume();
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
