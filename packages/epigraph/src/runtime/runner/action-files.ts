import { DatabaseError } from "../../database/database-error.ts";
import { readStorageId } from "../../database/stored-files/storage-id.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { FileStorage } from "../../files/file-storage.ts";
import { OperationError } from "./action-frame.ts";
import { IncomingFile } from "./file-transfer.ts";
import { demandedSha256, storedContentType } from "./storage-syscalls.ts";

const ROOT = "";

/** What `storage.store` of an action says of a file, unchecked. */
export interface StoredFileHead {
  readonly contentType: unknown;
  readonly sha256: unknown;
}

/** A file that an action reads. */
export interface OpenedFile {
  readonly size: number;
  readonly contentType: string | null;
  readonly content: IncomingFile;
}

export interface ActionFilesOptions {
  readonly storage: FileStorage;
  /** Something was written: what follows must see it. */
  readonly onWrite: () => void;
  /** A fault of the server that app code saw as a general text. */
  readonly reportFault: (error: unknown) => void;
}

/** `storage.store` and `storage.get` of actions: bytes go straight between them and the file store. */
export class ActionFiles {
  readonly #options: ActionFilesOptions;

  constructor(options: ActionFilesOptions) {
    this.#options = options;
  }

  /**
   * Stores a file, which is visible then.
   * @returns its id.
   * @throws OperationError and DatabaseError with texts for app code; anything else is a fault of the server.
   */
  store({ contentType, sha256 }: StoredFileHead, bytes: AsyncIterable<Uint8Array>): Promise<string> {
    return this.#run(async () => {
      const file = { bytes, contentType: storedContentType(contentType), sha256: demandedSha256(sha256) };
      const id = await this.#options.storage.store(ROOT, file);
      this.#options.onWrite();
      return id;
    });
  }

  /** Null when there is no such file. @throws as `store` */
  open(storageId: unknown): Promise<OpenedFile | null> {
    return this.#run(async () => {
      const { storage } = this.#options;
      const file = storage.find(ROOT, readStorageId(storageId, "storage.get"));
      if (file === null) return null;
      const { size, contentType } = file.facts;
      return { size, contentType, content: new IncomingFile(await storage.read(file)) };
    });
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof EpigraphError && error.isForCaller) throw new OperationError(error.message);
      if (!(error instanceof DatabaseError)) this.#options.reportFault(error);
      throw error;
    }
  }
}
