import type { JobLink } from "./job.ts";

/** Bytes of a request body that may be on their way before the function must read some. */
const WINDOW_BYTES = 256 * 1024;

/** Sends a request's body to the runner as fast as the function reads it. */
export class RequestBodyPump {
  readonly #link: JobLink;
  readonly #source: AsyncIterator<Uint8Array>;
  #bytesOnTheWay = 0;
  #isStopped = false;
  #wake: (() => void) | null = null;

  constructor(link: JobLink, body: AsyncIterable<Uint8Array>) {
    this.#link = link;
    this.#source = body[Symbol.asyncIterator]();
  }

  /** Resolves when all is sent, or nobody wants more. */
  async run(): Promise<void> {
    const { job } = this.#link;
    try {
      while (!this.#isStopped) {
        const step = await this.#source.next();
        if (this.#isStopped) return;
        if (step.done === true) {
          this.#link.send({ type: "bodyEnd", job });
          return;
        }
        this.#bytesOnTheWay += step.value.length;
        this.#link.send({ type: "bodyChunk", job, bytes: step.value });
        await this.#room();
      }
    } catch (error) {
      this.#link.send({ type: "bodyError", job, message: (error as Error).message });
    }
  }

  taken(bytes: number): void {
    this.#bytesOnTheWay -= bytes;
    this.#notify();
  }

  /** The rest is not wanted. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#notify();
    void this.#source.return?.();
  }

  async #room(): Promise<void> {
    while (this.#bytesOnTheWay >= WINDOW_BYTES && !this.#isStopped) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
