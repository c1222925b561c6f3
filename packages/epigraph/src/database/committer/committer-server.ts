import { createHash, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { readRequest, writeOutcome } from "./commit-codec.ts";
import type { Committer } from "./committer.ts";
import type { CommitterNotices } from "./committer-notice.ts";
import { FrameReader, type PayloadReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import { LocalCommitterClient } from "./local-committer-client.ts";

/** Far above what the limits of a transaction let it read and write. */
export const MAX_FRAME_BYTES: number = 256 * 1024 * 1024;
/** Before it is known who connects. */
const MAX_GREETING_BYTES = 1024;
const GREETING_TIMEOUT_MS = 5_000;

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
  readonly #sockets = new Set<Socket>();
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

  /** Accepts nobody any more and ends all connections, after sending them what is decided. */
  async close(): Promise<void> {
    this.flush();
    this.#server.close();
    await Promise.all(
      Array.from(this.#sockets, (socket) => {
        socket.end();
        return once(socket, "close");
      }),
    );
  }

  #accept(socket: Socket): void {
    let peer: Peer | null = null;
    const reader = new FrameReader(
      () => (peer === null ? MAX_GREETING_BYTES : MAX_FRAME_BYTES),
      (sequence, payload) => {
        if (peer === null) peer = this.#greet(socket, payload);
        else this.#submit(peer, sequence, payload);
      },
    );
    this.#sockets.add(socket);
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
      this.#sockets.delete(socket);
      peer?.client.close();
    });
  }

  #greet(socket: Socket, payload: PayloadReader): Peer {
    if (!timingSafeEqual(digest(payload.text()), this.#tokenDigest)) throw new Error("the token is wrong");
    const client = new LocalCommitterClient(this.#committer, payload.text(), this.#notices);
    const peer: Peer = { socket, client, answers: new FrameWriter() };
    socket.setTimeout(0);
    peer.answers.begin(0);
    peer.answers.end();
    socket.write(peer.answers.take()!);
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

/** Of equal length whatever the text, as the comparison in constant time wants it. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
