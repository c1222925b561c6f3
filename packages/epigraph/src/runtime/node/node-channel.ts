import type { Socket } from "node:net";
import { FrameReader } from "../../database/committer/frame-reader.ts";
import { FrameWriter } from "../../database/committer/frame-writer.ts";
import type { FromNode, ToNode } from "./messages.ts";

/** Results have at most 16 MiB, code 32 MiB; texts may be escaped. */
const MAX_FRAME_BYTES = 256 * 1024 * 1024;

/** Messages over a socket, in order. Each is handed to the system at once: the process may end in the next moment. */
export class NodeChannel<In extends ToNode | FromNode, Out extends ToNode | FromNode> {
  readonly #socket: Socket;
  readonly #frames = new FrameWriter();

  /** @param receive gets each message; one that can't be read breaks the connection. */
  constructor(socket: Socket, receive: (message: In) => void) {
    this.#socket = socket;
    const reader = new FrameReader(
      () => MAX_FRAME_BYTES,
      (_sequence, payload) => {
        const head = JSON.parse(payload.text()) as object;
        receive({ ...head, text: payload.text() } as In);
      },
    );
    socket.on("data", (piece: Buffer) => {
      try {
        reader.push(piece);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    // Whoever holds the other end is gone; "close" tells.
    socket.on("error", () => {});
  }

  send({ text, ...head }: Out): void {
    this.#frames.begin(0);
    this.#frames.text(JSON.stringify(head));
    this.#frames.text(text);
    this.#frames.end();
    const frames = this.#frames.take();
    if (frames !== null && this.#socket.writable) this.#socket.write(frames);
  }
}
