import { once } from "node:events";
import { dirname } from "node:path";
import { Worker } from "node:worker_threads";
import {
  type CommitterAddress,
  createCommitterAddress,
  removeCommitterAddress,
} from "../../packages/epigraph/src/database/committer/committer-address.ts";
import { CommitterClient } from "../../packages/epigraph/src/database/committer/committer-client.ts";
import type {
  CommitterCounts,
  MeasuredCommitterData,
  MeasuredCommitterRequest,
} from "./committer-messages.ts";

const WORKER = new URL("./committer-worker.ts", import.meta.url);

/** A committer in a thread of its own, as a deployment has it, that tells what it did. */
export class MeasuredCommitter {
  readonly #worker: Worker;
  readonly #folder: string;
  readonly #address: CommitterAddress;
  #clients = 0;

  private constructor(worker: Worker, folder: string, address: CommitterAddress) {
    this.#worker = worker;
    this.#folder = folder;
    this.#address = address;
  }

  /** @param syncDelayMs what each sync takes longer. */
  static async start(path: string, syncDelayMs = 0): Promise<MeasuredCommitter> {
    const folder = dirname(path);
    const address = createCommitterAddress(folder);
    const workerData: MeasuredCommitterData = { path, address, syncDelayMs };
    const worker = new Worker(WORKER, { name: "committer", workerData });
    await once(worker, "message");
    return new MeasuredCommitter(worker, folder, address);
  }

  connect(): Promise<CommitterClient> {
    const { path, token } = this.#address;
    return CommitterClient.connect(path, token, `client-${this.#clients++}`);
  }

  /** What it did since this was asked last. */
  async counts(): Promise<CommitterCounts> {
    this.#send("counts");
    const [counts] = await once(this.#worker, "message");
    return counts as CommitterCounts;
  }

  async close(): Promise<void> {
    this.#send("close");
    await once(this.#worker, "exit");
    removeCommitterAddress(this.#folder, this.#address);
  }

  #send(request: MeasuredCommitterRequest): void {
    this.#worker.postMessage(request);
  }
}
