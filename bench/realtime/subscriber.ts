import { randomUUID } from "node:crypto";
import { LightSocket } from "./light-socket.ts";

const TRANSITION = Buffer.from('{"type":"Transition"');

/** A client that keeps queries live, and knows when it was last shown a change. */
export class Subscriber {
  /** When a Transition with a change came, in milliseconds of this process. */
  onChange: (atMs: number) => void = () => {};
  readonly #socket: LightSocket;
  #modifications = 0;
  #waiting: { readonly count: number; readonly resolve: () => void } | null = null;

  private constructor(socket: LightSocket) {
    this.#socket = socket;
    socket.listen((text) => {
      if (!text.subarray(0, TRANSITION.length).equals(TRANSITION)) return;
      const count = countOf(text, '"type":"Query');
      if (count === 0) return;
      this.#modifications += count;
      this.onChange(performance.now());
      if (this.#waiting !== null && this.#modifications >= this.#waiting.count) this.#waiting.resolve();
    });
  }

  static async open(url: string): Promise<Subscriber> {
    const socket = new LightSocket(url);
    await socket.opened;
    socket.send({
      type: "Connect",
      sessionId: randomUUID(),
      connectionCount: 0,
      lastCloseReason: "InitialConnect",
      clientTs: Date.now(),
    });
    return new Subscriber(socket);
  }

  /** Subscribes to channels, all at once. Resolves when all are shown. */
  async subscribe(channels: readonly number[]): Promise<void> {
    const shown = new Promise<void>((resolve) => {
      this.#waiting = { count: this.#modifications + channels.length, resolve };
    });
    this.#socket.send({
      type: "ModifyQuerySet",
      baseVersion: 0,
      newVersion: 1,
      modifications: channels.map((channel, queryId) => ({
        type: "Add",
        queryId,
        udfPath: "messages:latest",
        args: [{ channel }],
      })),
    });
    await shown;
    this.#waiting = null;
  }

  /** Sends a mutation; nobody waits for its answer. */
  send(requestId: number, channel: number, body: string): void {
    this.#socket.send({
      type: "Mutation",
      requestId,
      udfPath: "messages:send",
      args: [{ channel, body }],
    });
  }

  close(): void {
    this.#socket.close();
  }
}

function countOf(text: Buffer, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) count++;
  return count;
}
