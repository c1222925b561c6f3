import { StoreError } from "../../store/store.ts";
import type { Committer } from "./committer.ts";
import type { CommitterWorkerMessage } from "./committer-messages.ts";

/** The loads that the committer's thread was asked for. */
export class Loads {
  readonly #committer: Committer;
  readonly #post: (message: CommitterWorkerMessage) => void;
  readonly #running = new Map<number, AbortController>();

  constructor(committer: Committer, post: (message: CommitterWorkerMessage) => void) {
    this.#committer = committer;
    this.#post = post;
  }

  async start(id: number, path: string): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      await this.#committer.load(path, controller.signal);
      this.#post({ type: "loaded", id, failure: null });
    } catch (error) {
      const { message } = error as Error;
      const code = error instanceof StoreError ? error.code : "LoadStopped";
      this.#post({ type: "loaded", id, failure: { code, message } });
    } finally {
      this.#running.delete(id);
    }
  }

  /** It ends with its next step, and says so. */
  cancel(id: number): void {
    this.#running.get(id)?.abort(new StoreError("LoadStopped", "The load was cancelled."));
  }
}
