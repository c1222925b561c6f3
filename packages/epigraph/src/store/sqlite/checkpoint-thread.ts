import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { ASKED, type CheckpointWorkerData, CLOSED, CLOSING, IDLE } from "./checkpoint-state.ts";

/** Beside this file, and compiled or not as this file is. */
const WORKER = new URL(`./checkpoint-worker${extname(import.meta.url)}`, import.meta.url);
/** For the end of a pass; a thread that is stuck on a dying disk is left behind. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Copies what stands in the write-ahead log into the database file, beside the commits that go on meanwhile. The thread
 * starts with the first pass: small databases never need it.
 */
export class CheckpointThread {
  readonly #path: string;
  readonly #state = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  #worker: Worker | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** False during a pass. A thread that died has nothing to do either. */
  get isIdle(): boolean {
    return Atomics.load(this.#state, 0) !== ASKED;
  }

  /** Asks for one pass. */
  start(): void {
    if (Atomics.compareExchange(this.#state, 0, IDLE, ASKED) !== IDLE) return;
    this.#worker ??= this.#startWorker();
    Atomics.notify(this.#state, 0);
  }

  /** Returns once the thread has let go of the file. */
  close(): void {
    if (this.#worker === null || Atomics.exchange(this.#state, 0, CLOSING) === CLOSED) return;
    Atomics.notify(this.#state, 0);
    Atomics.wait(this.#state, 0, CLOSING, CLOSE_TIMEOUT_MS);
  }

  #startWorker(): Worker {
    const data: CheckpointWorkerData = { path: this.#path, state: this.#state };
    // Flags of the process are not for it: some, such as those about the main script, would stop it.
    const worker = new Worker(WORKER, { name: "checkpoint", workerData: data, execArgv: [] });
    // When it dies nothing is lost: the writer does the passes itself.
    worker.on("error", () => {});
    worker.once("exit", () => Atomics.store(this.#state, 0, CLOSED));
    worker.unref();
    return worker;
  }
}
