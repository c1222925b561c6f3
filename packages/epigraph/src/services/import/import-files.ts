import type { Readable } from "node:stream";
import { SYSTEM_TABLES, systemTable } from "../../database/catalogue/system-tables.ts";
import type { Database } from "../../database/database.ts";
import { beginFile, deleteFile, type FileFacts } from "../../database/stored-files/file-documents.ts";
import { filesOf, finishImportedFile, type ImportedFile } from "../../database/stored-files/import-file.ts";
import { forgetFile, giveUpFile } from "../../database/stored-files/removable-files.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { ContentDigest } from "../../files/content-digest.ts";
import type { FileStore } from "../../files/file-store.ts";
import { tryDecodeId } from "../../values/id.ts";
import { ImportError } from "./import-error.ts";
import type { ImportMode } from "./import-request.ts";
import { ROOT } from "./plan-import.ts";

/** A file of an import. What is null is not known. */
export interface FileSource {
  readonly id: string;
  readonly creationTimeMs: number | null;
  readonly contentType: string | null;
  readonly sha256: string | null;
  readonly size: number | null;
  readonly open: () => Promise<Readable>;
}

interface WrittenFile {
  /** Of the `_files` document. */
  readonly begun: { readonly id: string; readonly key: string };
  readonly file: ImportedFile;
}

const SOURCE = "import";

/**
 * Brings files in: first their bytes, which nobody sees, then, in the transaction that makes the import visible, the files
 * themselves. What was written for an import that fails is removed as what any other writer has left behind.
 */
export class FileImporter {
  readonly #database: Database;
  readonly #openStore: () => Promise<FileStore>;
  readonly #mode: ImportMode;
  #written: WrittenFile[] = [];

  constructor(database: Database, openStore: () => Promise<FileStore>, mode: ImportMode) {
    this.#database = database;
    this.#openStore = openStore;
    this.#mode = mode;
  }

  /** @throws ImportError for bytes that are not what the import says. @returns how many there were. */
  async write(files: readonly FileSource[], signal: AbortSignal): Promise<number> {
    const store = await this.#openStore();
    for (const file of files) {
      signal.throwIfAborted();
      checkId(file.id);
      const begun = await this.#database.write(SOURCE, (transaction) => beginFile(transaction, ROOT));
      const digest = new ContentDigest();
      // Known before the bytes are: a failure on the way has to find them.
      const written = { begun, file: { storageId: file.id, creationTimeMs: file.creationTimeMs } };
      try {
        await store.write(begun.key, digest.watch((await file.open()) as AsyncIterable<Uint8Array>));
        const facts: FileFacts = { ...digest.end(), contentType: file.contentType };
        checkContent(file, facts);
        this.#written.push({ begun, file: { ...written.file, facts } });
      } catch (error) {
        await this.#giveUp([begun]);
        throw error;
      }
    }
    return this.#written.length;
  }

  /** Makes the files visible, and removes those whose place they take. @throws ImportError */
  activate(transaction: Transaction): void {
    const imported = new Set(this.#written.map(({ file }) => file.storageId));
    for (const { file } of [...filesOf(transaction.snapshot, ROOT)]) {
      if (this.#mode === "requireEmpty") throw filesExist();
      if (this.#mode === "append") {
        if (imported.has(file.storageId)) throw duplicate(file.storageId);
        continue;
      }
      deleteFile(transaction, file);
    }
    const range = { start: new Uint8Array(0), end: null };
    if (this.#mode === "requireEmpty") transaction.addReadRange(systemTable("_storage").byId, range);
    for (const { begun, file } of this.#written) finishImportedFile(transaction, begun.id, file);
  }

  /** Nothing comes of them. */
  async abandon(): Promise<void> {
    const begun = this.#written.map((written) => written.begun);
    this.#written = [];
    await this.#giveUp(begun);
  }

  async #giveUp(files: readonly WrittenFile["begun"][]): Promise<void> {
    const given = await this.#database.write(SOURCE, (transaction) =>
      files.filter((file) => giveUpFile(transaction, file)),
    );
    const store = await this.#openStore();
    for (const { key } of given) await store.remove(key);
    await this.#database.write(SOURCE, (transaction) => {
      for (const { id } of given) forgetFile(transaction, id);
    });
  }
}

const STORAGE_NUMBER = SYSTEM_TABLES.find(({ name }) => name === "_storage")?.number;

function checkId(id: string): void {
  const decoded = tryDecodeId(id);
  if (decoded === null) throw new ImportError("InvalidId", `invalid _id '${id}'`);
  if (decoded.tableNumber === STORAGE_NUMBER) return;
  throw new ImportError(
    "ImportConflict",
    `_id ${id} cannot be imported into '_storage': it is no id of a file`,
  );
}

function checkContent({ id, sha256, size }: FileSource, facts: FileFacts): void {
  const isSame = (sha256 === null || sha256 === facts.sha256) && (size === null || size === facts.size);
  if (isSame) return;
  throw new ImportError(
    "InvalidZip",
    `The file ${id} has ${facts.size} bytes with the SHA-256 ${facts.sha256}, which its document does not say`,
  );
}

function filesExist(): ImportError {
  return new ImportError(
    "TableExists",
    "Table _storage already exists. Please choose a new table name or use replace/append modes.",
  );
}

function duplicate(id: string): ImportError {
  return new ImportError("DuplicateId", `Objects in table "_storage" have duplicate _id fields: ${id}`);
}
