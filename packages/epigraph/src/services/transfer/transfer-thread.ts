import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { ImportProgress } from "../import/run-import.ts";
import type {
  FromTransferWorker,
  ToTransferWorker,
  TransferJob,
  TransferResults,
  TransferWorkerData,
} from "./transfer-jobs.ts";

interface RunningJob {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (progress: ImportProgress) => void;
}

export interface TransferOptions {
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Ends the job, which rejects then. */
  readonly signal?: AbortSignal;
}

/** Beside this file, and compiled or not as this file is. */
const WORKER = new URL(`./transfer-worker${extname(import.meta.url)}`, import.meta.url);
/** A thread at rest is 10 MB that nobody needs. */
const REST_AFTER_MS = 10_000;

/** Exports and imports, in a thread that is there while there is something to do. */
export class TransferThread {
  readonly #data: TransferWorkerData;
  readonly #jobs = new Map<number, RunningJob>();
  #worker: Worker | null = null;
  #lastId = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(data: TransferWorkerData) {
    this.#data = data;
  }

  /** @throws EpigraphError what is wrong with an import, or keeps the server from doing it. */
  run<J extends TransferJob>(
    job: J,
    { onProgress = () => {}, signal }: TransferOptions = {},
  ): Promise<TransferResults[J["type"]]> {
    const { promise, resolve, reject } = Promise.withResolvers<TransferResults[J["type"]]>();
    if (this.#closed) return Promise.reject(new Error("The server stops"));
    if (this.#timer !== null) clearTimeout(this.#timer);
    const id = ++this.#lastId;
    this.#jobs.set(id, { resolve: resolve as (result: never) => void, reject, onProgress });
    const worker = this.#start();
    const send = (message: ToTransferWorker): void => worker.postMessage(message);
    send({ type: "start", id, job });
    signal?.addEventListener("abort", () => send({ type: "cancel", id }), { once: true });
    return promise;
  }

  /** Ends what is under way: it rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#stop();
    this.#fail(new Error("The server stops"));
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(WORKER, { name: "transfers", workerData: this.#data });
    this.#worker = worker;
    worker.on("message", (message: FromTransferWorker) => this.#receive(message));
    worker.on("error", (error) => this.#fail(error));
    worker.once("exit", () => {
      // Who has sent it to rest knows, and another one may be at work by now.
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.#fail(new Error("The thread of exports and imports has ended"));
    });
    return worker;
  }

  async #stop(): Promise<void> {
    const worker = this.#worker;
    if (worker === null) return;
    this.#worker = null;
    const exited = once(worker, "exit");
    worker.postMessage({ type: "close" } satisfies ToTransferWorker);
    await exited;
  }

  #receive(message: FromTransferWorker): void {
    const job = this.#jobs.get(message.id);
    if (message.type === "progress") {
      job?.onProgress(message.progress);
      return;
    }
    this.#jobs.delete(message.id);
    if (message.type === "done") job?.resolve(message.result as never);
    else job?.reject(new EpigraphError(message.code, message.message));
    if (this.#jobs.size > 0 || this.#closed) return;
    this.#timer = setTimeout(() => void this.#stop(), REST_AFTER_MS);
    this.#timer.unref();
  }

  #fail(error: Error): void {
    for (const { reject } of this.#jobs.values()) reject(error);
    this.#jobs.clear();
  }
}
