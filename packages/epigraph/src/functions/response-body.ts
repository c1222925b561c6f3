/** A streamed response on its way from a runner to its reader. One reader only. */
export class ResponseBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #onTaken: (bytes: number) => void;
  readonly #onUnwanted: () => void;
  #chunks: Uint8Array[] = [];
  #end: "open" | "ended" | Error = "open";
  #wake: (() => void) | null = null;

  /** @param onUnwanted the reader stopped before the end. */
  constructor(onTaken: (bytes: number) => void, onUnwanted: () => void) {
    this.#onTaken = onTaken;
    this.#onUnwanted = onUnwanted;
  }

  push(bytes: Uint8Array): void {
    if (this.#end !== "open") return;
    this.#chunks.push(bytes);
    this.#notify();
  }

  /** What has arrived is read before the end shows. */
  end(error: Error | null = null): void {
    if (this.#end !== "open") return;
    this.#end = error ?? "ended";
    this.#notify();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#onTaken(chunk.length);
        return { done: false, value: chunk };
      }
      if (this.#end instanceof Error) throw this.#end;
      if (this.#end === "ended") return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#end === "open") this.#onUnwanted();
    this.#chunks = [];
    this.#end = "ended";
    this.#notify();
    return { done: true, value: undefined };
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
