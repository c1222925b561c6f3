import type { BackupWriter } from "../../store/store.ts";
import type { CommitterWorkerMessage } from "./committer-messages.ts";

/** The backups that the committer's thread was asked for, one after the other. */
export class Backups {
  readonly #writer: BackupWriter;
  readonly #post: (message: CommitterWorkerMessage) => void;
  readonly #controller = new AbortController();
  #last: Promise<void> = Promise.resolve();

  constructor(writer: BackupWriter, post: (message: CommitterWorkerMessage) => void) {
    this.#writer = writer;
    this.#post = post;
  }

  start(id: number, path: string): void {
    this.#last = this.#last.then(() => this.#run(id, path));
  }

  /** Ends the one that runs; resolves when the writer may be closed. */
  close(): Promise<void> {
    this.#controller.abort();
    return this.#last;
  }

  async #run(id: number, path: string): Promise<void> {
    try {
      const backup = await this.#writer.backUp(path, this.#controller.signal);
      this.#post({ type: "backedUp", id, backup });
    } catch (error) {
      this.#post({ type: "notBackedUp", id, message: (error as Error).message });
    }
  }
}
