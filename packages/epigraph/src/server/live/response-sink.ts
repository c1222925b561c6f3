import type { ServerResponse } from "node:http";
import type { EventSink } from "../../sync/stream/event-sink.ts";

/** An answer that goes on, as streams see it. */
export class ResponseSink implements EventSink {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get unsentBytes(): number {
    return this.#response.writableLength;
  }

  get hasRoom(): boolean {
    return !this.#response.writableNeedDrain;
  }

  write(text: string | Uint8Array): void {
    this.#response.write(text);
  }

  end(): void {
    this.#response.end();
  }

  terminate(): void {
    this.#response.destroy();
  }
}
