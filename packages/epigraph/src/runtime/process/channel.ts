import type { Socket } from "node:net";
import { FrameReader } from "../../database/committer/frame-reader.ts";
import { FrameWriter } from "../../database/committer/frame-writer.ts";
import type { FromRunner, ToRunner } from "../runner/messages.ts";
import { jobOf, readMessage, writeMessage } from "./message-codec.ts";

/** Arguments, results and bodies have at most 20 MiB; texts may be escaped. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;

/** More messages of one turn than these go in pieces, so that the other side begins while this one goes on. */
const MAX_WAITING = 8;

/** Messages over a socket, in order. A few of one turn of the event loop travel as one piece. */
export class Channel<In extends ToRunner | FromRunner, Out extends ToRunner | FromRunner> {
  readonly #socket: Socket;
  readonly #frames = new FrameWriter();
  #isSending = false;
  #waiting = 0;

  /** @param open makes the socket, which hands over what it reads; a piece is valid during the call only. */
  constructor(open: (onPiece: (piece: Buffer) => void) => Socket, receive: (message: In) => void) {
    const reader = new FrameReader(
      () => MAX_FRAME_BYTES,
      (job, payload) => receive(readMessage(job, payload) as In),
    );
    const socket = open((piece) => {
      try {
        reader.push(piece);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    this.#socket = socket;
    // Whoever holds the other end is gone; "close" tells.
    socket.on("error", () => {});
  }

  send(message: Out): void {
    this.#frames.begin(jobOf(message));
    writeMessage(this.#frames, message);
    this.#frames.end();
    if (++this.#waiting === MAX_WAITING) this.#flush();
    if (this.#isSending) return;
    this.#isSending = true;
    setImmediate(() => {
      this.#isSending = false;
      this.#flush();
    });
  }

  #flush(): void {
    this.#waiting = 0;
    const frames = this.#frames.take();
    if (frames !== null && this.#socket.writable) this.#socket.write(frames);
  }
}
