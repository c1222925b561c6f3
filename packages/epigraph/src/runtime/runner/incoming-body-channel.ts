import type { IncomingBody } from "./action-frame.ts";

/** The host's side of a request body whose chunks arrive as messages. One reader only. */
export class IncomingBodyChannel implements IncomingBody {
  readonly #onTaken: (bytes: number) => void;
  readonly #onCancelled: () => void;
  #chunks: Uint8Array[] = [];
  #end: "open" | "ended" | "cancelled" | Error = "open";
  #waiting: { resolve: (bytes: Uint8Array | null) => void; reject: (error: Error) => void } | null = null;

  constructor(onTaken: (bytes: number) => void, onCancelled: () => void) {
    this.#onTaken = onTaken;
    this.#onCancelled = onCancelled;
  }

  push(bytes: Uint8Array): void {
    if (this.#end !== "open") return;
    this.#chunks.push(bytes);
    this.#deliver();
  }

  end(): void {
    this.#finish("ended");
  }

  fail(error: Error): void {
    this.#finish(error);
  }

  read(): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#deliver();
    });
  }

  cancel(): void {
    if (this.#end === "open") this.#onCancelled();
    this.#chunks = [];
    this.#end = "cancelled";
    this.#deliver();
  }

  #finish(end: "ended" | Error): void {
    if (this.#end !== "open") return;
    this.#end = end;
    this.#deliver();
  }

  /** What has arrived is read before the end shows. */
  #deliver(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    const chunk = this.#chunks.shift();
    if (chunk === undefined && this.#end === "open") return;
    this.#waiting = null;
    if (chunk !== undefined) {
      waiting.resolve(chunk);
      this.#onTaken(chunk.length);
    } else if (this.#end instanceof Error) waiting.reject(this.#end);
    else waiting.resolve(null);
  }
}
