import type { CommitOutcome } from "../../database/commit-request.ts";
import { type FileBytes, FileBytesNeeded } from "../../database/stored-files/transaction-files.ts";
import type { FileStorage } from "../../files/file-storage.ts";

const ROOT = "";

/** Bytes of files around mutations, which are synchronous: what they read is loaded before, what they store written behind. */
export class MutationFiles {
  readonly #storage: FileStorage;
  /** What calls that run have needed; null until there is one. */
  #bytes: WeakMap<object, Map<string, Uint8Array>> | null = null;

  constructor(storage: FileStorage) {
    this.#storage = storage;
  }

  /** What earlier attempts of a call needed. */
  bytesOf(call: object): FileBytes | undefined {
    return this.#bytes?.get(call);
  }

  /**
   * Gets the bytes without which an attempt could not go on: the next one will.
   * @param cause what the attempt has failed with; thrown where it is something else.
   */
  async load(call: object, cause: unknown): Promise<void> {
    if (!(cause instanceof FileBytesNeeded)) throw cause;
    this.#bytes ??= new WeakMap();
    const bytes = this.#bytes.get(call) ?? new Map<string, Uint8Array>();
    this.#bytes.set(call, bytes);
    bytes.set(cause.key, await this.#storage.load(cause.key));
  }

  /** Has the bytes in the file store before the mutation is committed, and takes them out again where it isn't. */
  async commit(files: FileBytes, commit: () => Promise<CommitOutcome>): Promise<CommitOutcome> {
    const written = await this.#storage.write(ROOT, files);
    const outcome = await commit();
    if (outcome.type === "committed") written.keep();
    else written.discard();
    return outcome;
  }
}
