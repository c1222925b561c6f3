import type { Ticks } from "../../store/ticks.ts";
import { FIRST_VERSION, PING, type StateVersion, transition } from "../protocol/server-message.ts";
import { transitionMessages } from "../protocol/transition-chunks.ts";
import type { SyncClient, SyncSocket } from "../sync-socket.ts";

/** Fewer than these must be unsent before the next one is computed: a slow reader gets fewer and larger steps. */
const MAX_UNSENT_TRANSITIONS = 2;

/** What goes out to one client, and what it has been brought up to. */
export class SessionOutbox {
  readonly #socket: SyncSocket;
  readonly #client: SyncClient;
  readonly #nowMs: () => number;
  readonly #onLeft: () => void;
  #version: StateVersion = FIRST_VERSION;
  #unsent = 0;
  #lastSentMs: number;

  /** @param onLeft called when a Transition has left. */
  constructor(socket: SyncSocket, client: SyncClient, nowMs: () => number, onLeft: () => void) {
    this.#socket = socket;
    this.#client = client;
    this.#nowMs = nowMs;
    this.#onLeft = onLeft;
    this.#lastSentMs = nowMs();
  }

  /** The end of the last Transition. */
  get version(): StateVersion {
    return this.#version;
  }

  get hasRoom(): boolean {
    return this.#unsent < MAX_UNSENT_TRANSITIONS;
  }

  send(text: string): void {
    this.#lastSentMs = this.#nowMs();
    this.#socket.send(text);
  }

  /** @param end its timestamp is not older than that of the last Transition. */
  sendTransition(
    end: StateVersion,
    modifications: readonly string[],
    clientClockSkewMs: number | null,
  ): void {
    const serverMs = this.#nowMs();
    const text = transition(this.#version, end, modifications, { clientClockSkewMs, serverMs });
    this.#version = end;
    this.#lastSentMs = serverMs;
    this.#unsent++;
    const messages = this.#client.takesChunks ? transitionMessages(text) : [text];
    messages.forEach((message, i) => {
      const isLast = i === messages.length - 1;
      this.#socket.send(message, isLast ? () => this.#left() : undefined);
    });
  }

  /** Keeps the client's timer from running out when there was nothing to say. */
  pingIfQuiet(afterMs: number): void {
    if (this.#nowMs() - this.#lastSentMs >= afterMs) this.send(PING);
  }

  /** Newest timestamp that the client has been shown. */
  get ts(): Ticks {
    return this.#version.ts;
  }

  #left(): void {
    this.#unsent--;
    this.#onLeft();
  }
}
