import type { FetchHead } from "../kernel/bridge.ts";
import { MAX_CONCURRENT_OPERATIONS, TOO_MANY_OPERATIONS } from "../kernel/concurrency.ts";
import type { ExchangeHead, OutgoingBody, StartExchange, Transfer } from "./exchange.ts";

/** What one action began with `fetch` and `ctx.storage`, by the number that its realm gave it. */
export class ActionExchanges {
  readonly #fetch: StartExchange;
  readonly #exchanges = new Map<number, Transfer>();

  constructor(fetch: StartExchange) {
    this.#fetch = fetch;
  }

  /**
   * Rejects with an error whose message is for app code.
   * @param body the whole body; undefined when there is none, or it is streamed.
   */
  async start(
    number: number,
    { stream, ...head }: FetchHead,
    body: string | ArrayBuffer | undefined,
  ): Promise<ExchangeHead> {
    if (this.#openCount() >= MAX_CONCURRENT_OPERATIONS) throw new Error(TOO_MANY_OPERATIONS);
    const exchange = this.#fetch({ ...head, body: outgoingBody(stream, body) });
    this.#exchanges.set(number, exchange);
    return exchange.head;
  }

  /** A file that is stored or read. */
  add(number: number, transfer: Transfer): void {
    this.#exchanges.set(number, transfer);
  }

  get(number: number): Transfer | undefined {
    return this.#exchanges.get(number);
  }

  /** The next bytes of an answer, null at its end. Rejects when it broke. */
  async read(number: number): Promise<Uint8Array | null> {
    const bytes = (await this.#exchanges.get(number)?.body.read()) ?? null;
    if (bytes === null) this.#exchanges.delete(number);
    return bytes;
  }

  cancel(number: number): void {
    this.#exchanges.get(number)?.cancel();
    this.#exchanges.delete(number);
  }

  /** The action has ended: nothing of them goes on. */
  cancelAll(): void {
    for (const exchange of this.#exchanges.values()) exchange.cancel();
    this.#exchanges.clear();
  }

  /** Those that hold a connection; an answer that has arrived and waits to be read holds none. */
  #openCount(): number {
    // Most actions never come near the limit.
    if (this.#exchanges.size < MAX_CONCURRENT_OPERATIONS) return 0;
    return [...this.#exchanges.values()].filter(({ isOver }) => !isOver).length;
  }
}

function outgoingBody(stream: FetchHead["stream"], body: string | ArrayBuffer | undefined): OutgoingBody {
  if (stream !== null) return { type: "stream", lengthBytes: stream.length };
  if (body === undefined) return { type: "none" };
  return { type: "whole", bytes: typeof body === "string" ? Buffer.from(body) : new Uint8Array(body) };
}
