import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { EpigraphError, toEpigraphError } from "../../errors/epigraph-error.ts";
import type { ImportProgress } from "../import/run-import.ts";
import type {
  FromTransferWorker,
  ToTransferWorker,
  TransferFailure,
  TransferJob,
  TransferResults,
  TransferWorkerData,
} from "./transfer-jobs.ts";

interface RunningJob {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: (progress: ImportProgress) => void;
  /** Ends its load. */
  readonly controller: AbortController;
  /** Resolves when nothing of it is loaded any more. */
  load: Promise<void>;
}

/** Brings a draft into the store. @throws StoreError */
export type Load = (path: string, signal: AbortSignal) => Promise<void>;

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
  readonly #load: Load;
  readonly #jobs = new Map<number, RunningJob>();
  #worker: Worker | null = null;
  #lastId = 0;
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  constructor(data: TransferWorkerData, load: Load) {
    this.#data = data;
    this.#load = load;
  }

  /** Whether what ends now ends because the server stops. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /** @throws EpigraphError what is wrong with an import, or keeps the server from doing it. */
  run<J extends TransferJob>(
    job: J,
    { onProgress = () => {}, signal }: TransferOptions = {},
  ): Promise<TransferResults[J["type"]]> {
    const { promise, resolve, reject } = Promise.withResolvers<TransferResults[J["type"]]>();
    if (this.#closed) return Promise.reject(new Error("The server stops"));
    if (signal?.aborted === true) return Promise.reject(new Error("It was cancelled"));
    if (this.#timer !== null) clearTimeout(this.#timer);
    const id = ++this.#lastId;
    const controller = new AbortController();
    const load = Promise.resolve();
    this.#jobs.set(id, { resolve: resolve as (result: never) => void, reject, onProgress, controller, load });
    const worker = this.#start();
    const send = (message: ToTransferWorker): void => worker.postMessage(message);
    send({ type: "start", id, job });
    const cancel = (): void => {
      send({ type: "cancel", id });
      controller.abort();
    };
    signal?.addEventListener("abort", cancel, { once: true });
    return promise;
  }

  /** Ends what is under way: it rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { controller } of this.#jobs.values()) controller.abort();
    await this.#stop();
    await this.#fail(new Error("The server stops"));
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(WORKER, { name: "transfers", workerData: this.#data });
    this.#worker = worker;
    worker.on("message", (message: FromTransferWorker) => this.#receive(message));
    worker.on("error", (error) => void this.#fail(error));
    worker.once("exit", () => {
      // Who has sent it to rest knows, and another one may be at work by now.
      if (this.#worker !== worker) return;
      this.#worker = null;
      void this.#fail(new Error("The thread of exports and imports has ended"));
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
    if (message.type === "load") {
      if (job !== undefined) job.load = this.#bringIn(message.id, message.path, job.controller.signal);
      return;
    }
    this.#jobs.delete(message.id);
    if (message.type === "done") job?.resolve(message.result as never);
    else job?.reject(new EpigraphError(message.failure.code, message.failure.message));
    if (this.#jobs.size > 0 || this.#closed) return;
    this.#timer = setTimeout(() => void this.#stop(), REST_AFTER_MS);
    this.#timer.unref();
  }

  async #bringIn(id: number, path: string, signal: AbortSignal): Promise<void> {
    let failure: TransferFailure | null = null;
    try {
      await this.#load(path, signal);
    } catch (error) {
      const { code, message } = toEpigraphError(error);
      failure = { code, message };
    }
    this.#worker?.postMessage({ type: "loaded", id, failure } satisfies ToTransferWorker);
  }

  /** Who hears of it may take away what was loaded: nothing more must come. */
  async #fail(error: Error): Promise<void> {
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    for (const { controller } of jobs) controller.abort();
    await Promise.all(jobs.map(({ load }) => load));
    for (const { reject } of jobs) reject(error);
  }
}
