import { MessageChannel, Worker } from "node:worker_threads";
import { RemoteConnection } from "./remote-connection.ts";
import type { RemoteGreeting } from "./remote-messages.ts";

const WORKER = new URL("./remote-worker.ts", import.meta.url);

/** The thread that speaks to the database for this process, by as many connections as there are sides of stores. */
export class RemoteHost {
  readonly #worker = new Worker(WORKER, { name: "remote", execArgv: [] });
  #end: string | null = null;

  constructor() {
    this.#worker.on("error", ({ message }: Error) => {
      this.#end ??= message;
    });
    this.#worker.once("exit", () => {
      this.#end ??= "the thread that speaks to it has ended";
    });
    this.#worker.unref();
  }

  /** Why nothing can be asked any more; null as far as this thread has heard. */
  get end(): string | null {
    return this.#end;
  }

  connect(greeting: Omit<RemoteGreeting, "port" | "answered">, timeoutMs: number): RemoteConnection {
    const { port1, port2 } = new MessageChannel();
    const answered = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const message: RemoteGreeting = { ...greeting, port: port2, answered };
    this.#worker.postMessage(message, [port2]);
    return new RemoteConnection(this, port1, answered, timeoutMs);
  }

  /** Without a word to anybody, as a crash would. */
  async kill(): Promise<void> {
    await this.#worker.terminate();
  }
}
