import { encodeKey, keyPrefixEnd } from "../../values/index-key.ts";
import { systemTable } from "../catalogue/system-tables.ts";
import { findIndex, type TableIndex } from "../catalogue/table.ts";
import type { Transaction } from "../transaction/transaction.ts";
import type { FileDocument } from "./file-documents.ts";

const TABLE = systemTable("_files");
const BY_KEY = findIndex(TABLE, "by_key") as TableIndex;

/** Bytes of a file are needed here and now: whoever runs the function gets them and runs it again. */
export class FileBytesNeeded extends Error {
  override readonly name = "FileBytesNeeded";
  readonly key: string;

  constructor(key: string) {
    super("The bytes of a file must be here before the mutation can go on");
    this.key = key;
  }
}

/** Bytes by their keys in the file store. */
export type FileBytes = ReadonlyMap<string, Uint8Array>;

/** Bytes of the files that a mutation reads and stores: transactions are synchronous, and file stores are not. */
export class TransactionFiles {
  readonly #loaded: FileBytes | undefined;
  readonly #stored = new Map<string, Uint8Array>();

  /** @param loaded what earlier runs of the same mutation needed. */
  constructor(loaded: FileBytes | undefined) {
    this.#loaded = loaded;
  }

  /** @throws FileBytesNeeded */
  read(key: string): Uint8Array {
    const bytes = this.#stored.get(key) ?? this.#loaded?.get(key);
    if (bytes === undefined) throw new FileBytesNeeded(key);
    return bytes;
  }

  /** Bytes that must be in the file store before the transaction is committed. */
  store(key: string, bytes: Uint8Array): void {
    this.#stored.set(key, bytes);
  }

  /**
   * What is to be written now that the transaction has run: without what it took back or deleted again. If somebody gives
   * up these bytes before the commit, which is hours later, the commit meets a conflict. Null for nothing.
   */
  toWrite(transaction: Transaction): FileBytes | null {
    if (this.#stored.size === 0) return null;
    const wanted = new Map<string, Uint8Array>();
    for (const { version } of transaction.pendingDocuments(TABLE)) {
      const { key, state } = (version?.value ?? {}) as Partial<FileDocument>;
      const bytes = key !== undefined && state === "stored" ? this.#stored.get(key) : undefined;
      if (key === undefined || bytes === undefined) continue;
      wanted.set(key, bytes);
      const start = encodeKey([key, "deleted"]);
      transaction.addHostRead(BY_KEY, { start, end: keyPrefixEnd(start) });
    }
    return wanted.size === 0 ? null : wanted;
  }
}
