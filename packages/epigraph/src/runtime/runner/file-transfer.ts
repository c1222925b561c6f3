import type { Readable } from "node:stream";
import type { IncomingBody, SinkAnswer } from "./action-frame.ts";
import type { Transfer } from "./exchange.ts";
import { IncomingBodyChannel } from "./incoming-body-channel.ts";

/** Bytes that may wait to be stored before the realm has to. */
const WINDOW_BYTES = 256 * 1024;

const NO_BYTES: IncomingBody = { read: async () => null, cancel: () => {} };

/** A file on its way from app code into the file store: chunks come in, and are read as fast as they can be stored. */
export class OutgoingFile implements Transfer {
  readonly body: IncomingBody = NO_BYTES;
  readonly #chunks: IncomingBodyChannel;
  #waitingBytes = 0;
  #onRoom: (() => void) | null = null;
  #isOver = false;

  constructor() {
    this.#chunks = new IncomingBodyChannel(
      (bytes) => this.#taken(bytes),
      () => {},
    );
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  chunk(bytes: Uint8Array, onRoom: () => void): SinkAnswer {
    if (this.#isOver) return "enough";
    this.#chunks.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes < WINDOW_BYTES) return "more";
    this.#onRoom = onRoom;
    return "wait";
  }

  end(): void {
    this.#chunks.end();
  }

  /** Whoever sent it is gone, or nobody takes it any more: what was read of it is no file. */
  cancel(): void {
    this.#isOver = true;
    this.#chunks.fail(new Error("The action ended before the file was stored"));
    this.#wake();
  }

  /** To be read once. Fails when the file is cancelled. */
  async *bytes(): AsyncGenerator<Uint8Array, void> {
    for (let chunk = await this.#chunks.read(); chunk !== null; chunk = await this.#chunks.read())
      yield chunk;
    this.#isOver = true;
  }

  #taken(bytes: number): void {
    this.#waitingBytes -= bytes;
    if (this.#waitingBytes < WINDOW_BYTES) this.#wake();
  }

  #wake(): void {
    const onRoom = this.#onRoom;
    this.#onRoom = null;
    onRoom?.();
  }
}

/** A file on its way from the file store to app code. */
export class IncomingFile implements Transfer {
  readonly body: IncomingBody;
  #isOver = false;

  constructor(stream: Readable) {
    const chunks = stream[Symbol.asyncIterator]();
    this.body = {
      read: async () => {
        const { done, value } = await chunks.next();
        if (done === true) this.#isOver = true;
        return done === true ? null : (value as Uint8Array);
      },
      cancel: () => {
        this.#isOver = true;
        stream.destroy();
      },
    };
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  chunk(): SinkAnswer {
    return "enough";
  }

  end(): void {}

  cancel(): void {
    this.body.cancel();
  }
}
