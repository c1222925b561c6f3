import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { CommitOutcome, CommitRequest } from "../commit-request.ts";
import { readOutcome, writeRequest } from "./commit-codec.ts";
import type { CommitterConnection } from "./committer-connection.ts";
import { GOODBYE, GREETING, MAX_FRAME_BYTES, MAX_REQUEST_SEQUENCE } from "./committer-protocol.ts";
import { FrameReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import { reusedBuffer } from "./reused-buffer.ts";

const CLOSED: CommitOutcome = {
  type: "failed",
  code: "ShuttingDown",
  message: "The connection to the committer is closed. Try again once the deployment runs.",
};
const LOST: CommitOutcome = {
  type: "failed",
  code: "StoreBroken",
  message: "The connection to the committer was lost, and whether this was stored is unknown.",
};

/** More commits of one turn than these go in pieces, so that the first are being synced while the others are made. */
const MAX_UNSENT = 8;

/** The way to a committer in another thread or process. */
export class CommitterClient implements CommitterConnection {
  readonly #socket: Socket;
  readonly #frames = new FrameWriter();
  readonly #waiting = new Map<number, (outcome: CommitOutcome) => void>();
  readonly #closed = Promise.withResolvers<void>();
  #sequence = GREETING;
  #isSending = false;
  #unsent = 0;
  #ended: CommitOutcome | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  /**
   * @param path of the Unix domain socket or named pipe.
   * @param token the host's secret.
   * @param name unique among connections: the host's notices tell them apart by it.
   * @throws Error when nobody listens there, or the token is wrong.
   */
  static async connect(path: string, token: string, name: string): Promise<CommitterClient> {
    let receive: (piece: Buffer) => void = () => {};
    const socket = connect({ path, onread: reusedBuffer((piece) => receive(piece)) });
    await once(socket, "connect");
    const client = new CommitterClient(socket);
    const greeted = new Promise<void>((resolve, reject) => {
      receive = client.#listen(resolve, () => reject(new Error("The committer refused the connection.")));
    });
    client.#frames.begin(GREETING);
    client.#frames.text(token);
    client.#frames.text(name);
    client.#frames.end();
    client.#send();
    await greeted;
    return client;
  }

  commit(request: CommitRequest): Promise<CommitOutcome> {
    if (this.#ended !== null) return Promise.resolve(this.#ended);
    this.#sequence = this.#sequence === MAX_REQUEST_SEQUENCE ? 1 : this.#sequence + 1;
    const sequence = this.#sequence;
    this.#frames.begin(sequence);
    writeRequest(this.#frames, request);
    this.#frames.end();
    if (++this.#unsent === MAX_UNSENT) this.#send();
    if (!this.#isSending) {
      this.#isSending = true;
      // Commits of one turn go as one piece.
      queueMicrotask(() => {
        this.#isSending = false;
        this.#send();
      });
    }
    return new Promise((resolve) => this.#waiting.set(sequence, resolve));
  }

  /** Ends the connection after what is under way has been answered. */
  close(): Promise<void> {
    this.#finish();
    return this.#closed.promise;
  }

  /** Sends no new requests; the connection ends with the answer to the last one. */
  #finish(): void {
    this.#ended ??= CLOSED;
    if (this.#waiting.size === 0) this.#socket.end();
  }

  #send(): void {
    this.#unsent = 0;
    const frames = this.#frames.take();
    if (frames !== null) this.#socket.write(frames);
  }

  /** @returns what takes the pieces that arrive. */
  #listen(onGreeted: () => void, onRefused: () => void): (piece: Buffer) => void {
    const reader = new FrameReader(
      () => MAX_FRAME_BYTES,
      (sequence, payload) => {
        if (sequence === GREETING) {
          onGreeted();
          return;
        }
        if (sequence === GOODBYE) {
          this.#finish();
          return;
        }
        const resolve = this.#waiting.get(sequence);
        this.#waiting.delete(sequence);
        resolve?.(readOutcome(payload));
        if (this.#ended !== null && this.#waiting.size === 0) this.#socket.end();
      },
    );
    // What went wrong does not matter: "close" follows, and the outcomes are unknown either way.
    this.#socket.on("error", () => {});
    this.#socket.once("close", () => {
      onRefused();
      this.#closed.resolve();
      this.#ended ??= LOST;
      for (const resolve of this.#waiting.values()) resolve(LOST);
      this.#waiting.clear();
    });
    return (piece) => reader.push(piece);
  }
}
