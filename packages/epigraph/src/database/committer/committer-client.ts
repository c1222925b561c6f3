import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { CommitOutcome, CommitRequest } from "../commit-request.ts";
import { readOutcome, writeRequest } from "./commit-codec.ts";
import type { CommitterConnection } from "./committer-connection.ts";
import { MAX_FRAME_BYTES } from "./committer-server.ts";
import { FrameReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";

/** Sequence of the greeting; requests have others. */
const GREETING = 0;
const MAX_SEQUENCE = 2 ** 32 - 1;

/** The way to a committer in another thread or process. */
export class CommitterClient implements CommitterConnection {
  readonly #socket: Socket;
  readonly #frames = new FrameWriter();
  readonly #waiting = new Map<number, (outcome: CommitOutcome) => void>();
  #sequence = GREETING;
  #isSending = false;
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
    const socket = connect(path);
    await once(socket, "connect");
    const client = new CommitterClient(socket);
    const greeted = new Promise<void>((resolve, reject) => {
      client.#listen(resolve, () => reject(new Error("The committer refused the connection.")));
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
    this.#sequence = this.#sequence === MAX_SEQUENCE ? 1 : this.#sequence + 1;
    const sequence = this.#sequence;
    this.#frames.begin(sequence);
    writeRequest(this.#frames, request);
    this.#frames.end();
    if (!this.#isSending) {
      this.#isSending = true;
      // Commits of one turn go as one piece.
      queueMicrotask(() => this.#send());
    }
    return new Promise((resolve) => this.#waiting.set(sequence, resolve));
  }

  /** Ends the connection after what is under way has been answered. */
  async close(): Promise<void> {
    if (this.#socket.closed) return;
    this.#ended ??= {
      type: "failed",
      code: "ShuttingDown",
      message: "The connection to the committer is closed. Try again once the deployment runs.",
    };
    if (this.#waiting.size === 0) this.#socket.end();
    await once(this.#socket, "close");
  }

  #send(): void {
    this.#isSending = false;
    const frames = this.#frames.take();
    if (frames !== null) this.#socket.write(frames);
  }

  #listen(onGreeted: () => void, onRefused: () => void): void {
    const reader = new FrameReader(
      () => MAX_FRAME_BYTES,
      (sequence, payload) => {
        if (sequence === GREETING) {
          onGreeted();
          return;
        }
        const resolve = this.#waiting.get(sequence);
        this.#waiting.delete(sequence);
        resolve?.(readOutcome(payload));
        if (this.#ended !== null && this.#waiting.size === 0) this.#socket.end();
      },
    );
    this.#socket.on("data", (piece) => reader.push(piece));
    // What went wrong does not matter: "close" follows, and the outcomes are unknown either way.
    this.#socket.on("error", () => {});
    this.#socket.once("close", () => {
      onRefused();
      this.#ended = {
        type: "failed",
        code: "StoreBroken",
        message: "The connection to the committer was lost, and whether this was stored is unknown.",
      };
      for (const resolve of this.#waiting.values()) resolve(this.#ended);
      this.#waiting.clear();
    });
  }
}
