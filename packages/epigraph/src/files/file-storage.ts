import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Database } from "../database/database.ts";
import {
  beginFile,
  type FileFacts,
  factsOf,
  findFile,
  finishFile,
} from "../database/stored-files/file-documents.ts";
import { forgetFile, giveUpFile } from "../database/stored-files/removable-files.ts";
import type { FileName } from "../database/stored-files/storage-id.ts";
import type { FileBytes } from "../database/stored-files/transaction-files.ts";
import type { Transaction } from "../database/transaction/transaction.ts";
import { EpigraphError } from "../errors/epigraph-error.ts";
import { ContentDigest, checkSha256 } from "./content-digest.ts";
import type { ByteRange, FileStore } from "./file-store.ts";

const SOURCE = "file storage";

export interface FileStorageOptions {
  readonly database: Database;
  /** Asked once, when the bytes of a file are needed for the first time. */
  readonly openStore: () => Promise<FileStore>;
}

/** What a file to be stored comes with. */
export interface NewFile {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly contentType: string | null;
  /** What the digest must be, in base64; null for any. */
  readonly sha256: string | null;
}

export interface FoundFile {
  readonly uuid: string;
  readonly key: string;
  readonly facts: FileFacts;
}

/** Bytes in the file store that have no file yet. */
interface BegunFile {
  readonly id: string;
  readonly key: string;
}

/** Bytes that were written for a mutation which has not been committed yet. */
export interface WrittenFiles {
  /** It was. */
  keep(): void;
  /** It wasn't, and won't be. */
  discard(): void;
}

/** The files of a deployment: documents in the database, bytes in a file store, kept in step. */
export class FileStorage {
  readonly #options: FileStorageOptions;
  #store: Promise<FileStore> | null = null;

  constructor(options: FileStorageOptions) {
    this.#options = options;
  }

  /**
   * Stores a file: once this resolves it is durable and visible.
   * @returns its id.
   * @throws EpigraphError `Sha256Mismatch` or `StoreFull`, and whatever the bytes fail with; nothing is stored then.
   */
  async store(component: string, { bytes, contentType, sha256 }: NewFile): Promise<string> {
    const { database } = this.#options;
    const begun = await database.write(SOURCE, (transaction) => beginFile(transaction, component));
    try {
      const digest = new ContentDigest();
      const store = await this.#open();
      await store.write(begun.key, digest.watch(bytes));
      const content = digest.end();
      checkSha256(sha256, content.sha256);
      const facts = { ...content, contentType };
      return await database.write(SOURCE, (transaction) => finishFile(transaction, begun.id, facts));
    } catch (error) {
      this.#abandon([begun]);
      throw error;
    }
  }

  /** Null when the component has no such file. */
  find(component: string, name: FileName): FoundFile | null {
    return this.#options.database.read((transaction) => {
      const file = findFile(transaction, component, name);
      return file === null ? null : { uuid: file.uuid, key: file.key, facts: factsOf(transaction, file) };
    });
  }

  /**
   * The bytes of a file that was found.
   * @throws EpigraphError `FileLost`
   */
  async read({ key, uuid }: Pick<FoundFile, "key" | "uuid">, range?: ByteRange): Promise<Readable> {
    const stream = await (await this.#open()).read(key, range);
    if (stream !== null) return stream;
    throw new EpigraphError("FileLost", `The file store has no bytes for the file ${uuid} (key ${key})`);
  }

  /** Runs `use`, which works on documents of files alone, in a transaction of its own. */
  async transact<T>(isWrite: boolean, use: (transaction: Transaction) => T): Promise<T> {
    const { database } = this.#options;
    return isWrite ? database.write(SOURCE, use) : database.read(use);
  }

  /** The whole of a file for a mutation. @throws EpigraphError `FileLost` */
  async load(key: string): Promise<Uint8Array> {
    return buffer(await this.read({ key, uuid: "that a mutation reads" }));
  }

  /** Writes the bytes of files that a mutation is about to be committed with. @throws EpigraphError `StoreFull` */
  async write(component: string, files: FileBytes): Promise<WrittenFiles> {
    const keys = [...files.keys()];
    const begun = await this.#options.database.write(SOURCE, (transaction) =>
      keys.map((key) => beginFile(transaction, component, key)),
    );
    try {
      const store = await this.#open();
      const writes = [...files].map(([key, bytes]) => store.write(key, oneChunk(bytes)));
      // All of them come to their end before anything is removed.
      const failed = (await Promise.allSettled(writes)).find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") throw failed.reason;
    } catch (error) {
      this.#abandon(begun);
      throw error;
    }
    return { keep: () => this.#forget(begun), discard: () => this.#abandon(begun) };
  }

  #open(): Promise<FileStore> {
    this.#store ??= this.#options.openStore();
    return this.#store;
  }

  /** Removes bytes of which no file was made. What fails here is done later, by the `FileCleanup`. */
  #abandon(files: readonly BegunFile[]): void {
    const { database } = this.#options;
    const abandon = async (): Promise<void> => {
      const given = await database.write(SOURCE, (transaction) =>
        files.filter((file) => giveUpFile(transaction, file)),
      );
      const store = await this.#open();
      for (const { key } of given) await store.remove(key);
      this.#forget(given);
    };
    abandon().catch(() => {});
  }

  #forget(files: readonly BegunFile[]): void {
    const forget = this.#options.database.write(SOURCE, (transaction) => {
      for (const { id } of files) forgetFile(transaction, id);
    });
    forget.catch(() => {});
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
