import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { type IndexId, type StoreBackup, StoreError } from "../../store/store.ts";
import {
  type CommitterAddress,
  createCommitterAddress,
  removeCommitterAddress,
} from "./committer-address.ts";
import { CommitterClient } from "./committer-client.ts";
import type {
  CommitterWorkerData,
  CommitterWorkerMessage,
  CommitterWorkerRequest,
} from "./committer-messages.ts";
import type { CommitterNotice } from "./committer-notice.ts";

export interface CommitterThreadOptions {
  /** Holds the store; exists, and is taken by this process. */
  readonly dataFolder: string;
  /** How far back reads reach. */
  readonly historyMs?: number;
  readonly onNotice: (notice: CommitterNotice) => void;
  /**
   * The store broke or the thread died: nothing can be committed any more, and what the store holds is known only after
   * a restart. Called once at most.
   */
  readonly onStopped: (error: StoreError) => void;
}

/** Beside this file, and compiled or not as this file is. */
const WORKER = new URL(`./committer-worker${extname(import.meta.url)}`, import.meta.url);

/**
 * The committer in a thread of its own, so that its syncs hold up nobody.
 *
 * - *starting*: until the store is open and the socket listens. A failure ends the thread and rejects `start`.
 * - *running*: clients connect and commit. When the store breaks it stays here, refusing all commits.
 * - *closing*: what clients have sent is decided and answered, then the thread ends by itself.
 * - *ended*: clients are told that outcomes are unknown, unless they were answered before.
 */
export class CommitterThread {
  readonly address: CommitterAddress;
  readonly #worker: Worker;
  readonly #options: CommitterThreadOptions;
  readonly #started = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #removals = new Map<number, PromiseWithResolvers<void>>();
  #state: "starting" | "running" | "closing" | "ended" = "starting";
  #failure: Error | null = null;
  #hasReported = false;
  #lastRemoval = 0;
  readonly #backups = new Map<number, PromiseWithResolvers<StoreBackup>>();
  #lastBackup = 0;
  readonly #loads = new Map<number, PromiseWithResolvers<void>>();
  #lastLoad = 0;

  private constructor(address: CommitterAddress, worker: Worker, options: CommitterThreadOptions) {
    this.address = address;
    this.#worker = worker;
    this.#options = options;
    worker.on("message", (message: CommitterWorkerMessage) => this.#receive(message));
    worker.on("error", (error: Error) => {
      this.#failure = error;
    });
    worker.once("exit", () => this.#end());
  }

  /**
   * Opens the store and listens.
   * @throws StoreError `StoreCorrupt` or `StoreVersion`, leaving the file as it was.
   */
  static async start(options: CommitterThreadOptions): Promise<CommitterThread> {
    const { dataFolder, historyMs } = options;
    const address = createCommitterAddress(dataFolder);
    const data: CommitterWorkerData = {
      dataFolder,
      address,
      history: historyMs === undefined ? {} : { historyMs },
    };
    const worker = new Worker(WORKER, { name: "committer", workerData: data });
    const thread = new CommitterThread(address, worker, options);
    await thread.#started.promise;
    return thread;
  }

  /** @param name unique among connections: notices tell them apart by it. */
  connect(name: string): Promise<CommitterClient> {
    return CommitterClient.connect(this.address.path, this.address.token, name);
  }

  /**
   * Deletes what an index that is gone from the catalogue has left in the store, in small steps between groups.
   * @throws Error when the committer stops before that is done.
   */
  dropIndexEntries(index: IndexId): Promise<void> {
    if (this.#state !== "running") return Promise.reject(removalStopped());
    const removal = Promise.withResolvers<void>();
    const id = ++this.#lastRemoval;
    this.#removals.set(id, removal);
    this.#send({ type: "dropIndexEntries", id, index });
    return removal.promise;
  }

  /** Asks to be told of every commit; a notice says from where on. To be called once, until `unwatch`. */
  watch(): void {
    if (this.#state === "running") this.#send({ type: "watch" });
  }

  unwatch(): void {
    if (this.#state === "running") this.#send({ type: "unwatch" });
  }

  /**
   * Copies the whole store into a file while commits go on, which wait for a millisecond now and then. The copy is a
   * data file like the store's own: everything up to one commit.
   * @param path replaced at the end, when all is on disk.
   * @throws StoreError `BackupFailed`.
   */
  backUp(path: string): Promise<StoreBackup> {
    if (this.#state !== "running") return Promise.reject(backupStopped());
    const backup = Promise.withResolvers<StoreBackup>();
    const id = ++this.#lastBackup;
    this.#backups.set(id, backup);
    this.#send({ type: "backUp", id, path });
    return backup.promise;
  }

  /**
   * Brings a draft into the store, in small steps between groups. It is durable with the next commit.
   * @param signal ends it.
   * @throws StoreError, `LoadStopped` when it was ended or the committer stops: what has come in by then stays.
   */
  load(path: string, signal: AbortSignal): Promise<void> {
    if (this.#state !== "running" || signal.aborted) return Promise.reject(loadStopped());
    const load = Promise.withResolvers<void>();
    const id = ++this.#lastLoad;
    this.#loads.set(id, load);
    this.#send({ type: "load", id, path });
    const cancel = (): void => this.#send({ type: "cancelLoad", id });
    signal.addEventListener("abort", cancel, { once: true });
    return load.promise.finally(() => signal.removeEventListener("abort", cancel));
  }

  /** Answers what clients have sent, closes their connections and the store, and ends the thread. */
  close(): Promise<void> {
    if (this.#state === "running") {
      this.#state = "closing";
      this.#send({ type: "close" });
    }
    return this.#ended.promise;
  }

  #send(request: CommitterWorkerRequest): void {
    this.#worker.postMessage(request);
  }

  #receive(message: CommitterWorkerMessage): void {
    switch (message.type) {
      case "ready":
        this.#state = "running";
        this.#started.resolve();
        return;
      case "refused":
        this.#failure = new StoreError(message.code, message.message);
        return;
      case "notice":
        this.#options.onNotice(message.notice);
        return;
      case "stopped":
        this.#report(new StoreError("StoreBroken", message.message));
        return;
      case "dropped": {
        const removal = this.#removals.get(message.id);
        this.#removals.delete(message.id);
        if (message.failure === null) removal?.resolve();
        else removal?.reject(new Error(message.failure));
        return;
      }
      case "backedUp":
        this.#backups.get(message.id)?.resolve(message.backup);
        this.#backups.delete(message.id);
        return;
      case "loaded": {
        const { id, failure } = message;
        if (failure === null) this.#loads.get(id)?.resolve();
        else this.#loads.get(id)?.reject(new StoreError(failure.code, failure.message));
        this.#loads.delete(id);
        return;
      }
      case "notBackedUp":
        this.#backups.get(message.id)?.reject(new StoreError("BackupFailed", message.message));
        this.#backups.delete(message.id);
    }
  }

  #end(): void {
    removeCommitterAddress(this.#options.dataFolder, this.address);
    const isExpected = this.#state === "closing" && this.#failure === null;
    if (this.#state === "starting") this.#started.reject(this.#failure ?? threadDied(null));
    else if (!isExpected) this.#report(threadDied(this.#failure));
    this.#state = "ended";
    for (const removal of this.#removals.values()) removal.reject(removalStopped());
    this.#removals.clear();
    for (const backup of this.#backups.values()) backup.reject(backupStopped());
    this.#backups.clear();
    for (const load of this.#loads.values()) load.reject(loadStopped());
    this.#loads.clear();
    this.#ended.resolve();
  }

  #report(error: StoreError): void {
    if (this.#hasReported) return;
    this.#hasReported = true;
    this.#options.onStopped(error);
  }
}

function threadDied(cause: Error | null): StoreError {
  const why = cause === null ? "" : ` (${cause.message})`;
  return new StoreError(
    "StoreBroken",
    `The thread that writes to the store ended unexpectedly${why}, and whether the last writes are stored is unknown. Restart the deployment: it recovers when it starts.`,
    { cause },
  );
}

function removalStopped(): Error {
  return new Error("The committer stopped before the index was removed. It goes on after the next start.");
}

function backupStopped(): StoreError {
  return new StoreError("BackupFailed", "The committer stopped before the backup was written.");
}

function loadStopped(): StoreError {
  return new StoreError("LoadStopped", "The committer stopped before all documents were loaded.");
}
