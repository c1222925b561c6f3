import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { readRequest, writeOutcome } from "./commit-codec.ts";
import type { Committer } from "./committer.ts";
import type { CommitterNotices } from "./committer-notice.ts";
import { GOODBYE, GREETING, MAX_FRAME_BYTES } from "./committer-protocol.ts";
import { FrameReader, type PayloadReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import { LocalCommitterClient } from "./local-committer-client.ts";

/** Before it is known who connects. */
const MAX_GREETING_BYTES = 1024;
const GREETING_TIMEOUT_MS = 5_000;
/** For clients to hear that this is the end: they may be busy, but not for ever. */
const GOODBYE_TIMEOUT_MS = 1_000;

/** One connection once it has shown the token. */
interface Peer {
  readonly socket: Socket;
  readonly client: LocalCommitterClient;
  readonly answers: FrameWriter;
}

/** Lets other threads and processes reach a committer by a Unix domain socket or a named pipe. */
export class CommitterServer {
  readonly #committer: Committer;
  readonly #notices: CommitterNotices;
  readonly #tokenDigest: Buffer;
  readonly #server: Server;
  /** Null until it is known who connects. */
  readonly #peers = new Map<Socket, Peer | null>();
  /** Peers that the current group has answers for. */
  readonly #answered = new Set<Peer>();

  constructor(committer: Committer, notices: CommitterNotices, token: string) {
    this.#committer = committer;
    this.#notices = notices;
    this.#tokenDigest = digest(token);
    this.#server = createServer((socket) => this.#accept(socket));
  }

  async listen(path: string): Promise<void> {
    this.#server.listen(path);
    await once(this.#server, "listening");
  }

  /** Sends the answers of a group, those of one connection as one piece. Call after each group. */
  flush(): void {
    for (const { socket, answers } of this.#answered) {
      const frames = answers.take();
      if (frames !== null && socket.writable) socket.write(frames);
    }
    this.#answered.clear();
  }

  /**
   * Accepts nobody any more and asks all clients to end. Whatever they had sent by then is decided and answered, so the
   * committer must go on until this is done; only who does not listen is cut off.
   */
  async close(): Promise<void> {
    this.#server.close();
    const closed = Array.from(this.#peers, ([socket, peer]) => {
      const done = new Promise<void>((resolve) => socket.once("close", () => resolve()));
      if (peer === null) socket.destroy();
      else sendSignal(peer, GOODBYE);
      return done;
    });
    const timer = setTimeout(() => {
      for (const socket of this.#peers.keys()) socket.destroy();
    }, GOODBYE_TIMEOUT_MS);
    await Promise.all(closed);
    clearTimeout(timer);
  }

  #accept(socket: Socket): void {
    let peer: Peer | null = null;
    const reader = new FrameReader(
      () => (peer === null ? MAX_GREETING_BYTES : MAX_FRAME_BYTES),
      (sequence, payload) => {
        if (peer !== null) {
          this.#submit(peer, sequence, payload);
          return;
        }
        peer = this.#greet(socket, payload);
        this.#peers.set(socket, peer);
      },
    );
    this.#peers.set(socket, null);
    socket.setTimeout(GREETING_TIMEOUT_MS, () => {
      if (peer === null) socket.destroy();
    });
    socket.on("data", (piece) => {
      try {
        reader.push(piece);
      } catch (error) {
        // Whoever sends what can't be read has lost its place in the stream.
        socket.destroy(error as Error);
      }
    });
    socket.on("error", () => {});
    socket.once("close", () => {
      this.#peers.delete(socket);
      peer?.client.close();
    });
  }

  #greet(socket: Socket, payload: PayloadReader): Peer {
    if (!timingSafeEqual(digest(payload.text()), this.#tokenDigest)) throw new Error("the token is wrong");
    const client = new LocalCommitterClient(this.#committer, payload.text(), this.#notices);
    const peer: Peer = { socket, client, answers: new FrameWriter() };
    socket.setTimeout(0);
    sendSignal(peer, GREETING);
    return peer;
  }

  #submit(peer: Peer, sequence: number, payload: PayloadReader): void {
    peer.client.submit(readRequest(payload), (outcome) => {
      peer.answers.begin(sequence);
      writeOutcome(peer.answers, outcome);
      peer.answers.end();
      this.#answered.add(peer);
    });
  }
}

/** A frame that is no answer, behind all answers given so far. */
function sendSignal({ socket, answers }: Peer, sequence: number): void {
  answers.begin(sequence);
  answers.end();
  socket.write(answers.take()!);
}

/** Of equal length whatever the text, as the comparison in constant time wants it. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
