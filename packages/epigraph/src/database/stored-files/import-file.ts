import type { Snapshot } from "../../store/store.ts";
import { decodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import { tryDecodeId } from "../../values/id.ts";
import { keySuccessor } from "../../values/index-key.ts";
import { valueSize } from "../../values/size.ts";
import type { ObjectValue } from "../../values/value.ts";
import type { SystemFields } from "../catalogue/catalogue-documents.ts";
import { systemTable } from "../catalogue/system-tables.ts";
import { DatabaseError } from "../database-error.ts";
import { getSystemDocument, patchSystemDocument } from "../transaction/system-documents.ts";
import type { Transaction } from "../transaction/transaction.ts";
import { DocumentVersion } from "../transaction/write-set.ts";
import type { FileDocument, FileFacts, StoredFile } from "./file-documents.ts";
import { newUuid } from "./file-names.ts";

const PAGE_ROWS = 256;

/** A file that keeps the id it had elsewhere. */
export interface ImportedFile {
  readonly storageId: string;
  /** Null: it is made now. */
  readonly creationTimeMs: number | null;
  readonly facts: FileFacts;
}

/** As `finishFile`, for a file that has an id. @param id what `beginFile` gave. */
export function finishImportedFile(
  transaction: Transaction,
  id: string,
  { storageId, creationTimeMs, facts }: ImportedFile,
): void {
  const begun = getSystemDocument<FileDocument>(transaction, "_files", id);
  if (begun?.state !== "writing") throw new DatabaseError("FileLost", "Storing the file took too long");
  const table = systemTable("_storage");
  const internalId = tryDecodeId(storageId)?.internalId;
  if (internalId === undefined) throw new Error(`${storageId} is no id`);
  const value: ObjectValue = {
    ...facts,
    _id: storageId,
    _creationTime: creationTimeMs ?? transaction.newCreationTimeMs(table),
  };
  const version = new DocumentVersion(encodeValueToString(value), valueSize(value), value);
  const base = transaction.load(table, storageId, internalId)?.base ?? null;
  transaction.write({ table, id: storageId, internalId, base, version });
  patchSystemDocument<FileDocument>(transaction, "_files", id, {
    state: "stored",
    sinceMs: transaction.nowMs,
    uuid: newUuid(transaction),
    storageId,
  });
}

/** The files of a component at one instant, with their documents, in no particular order. */
export function* filesOf(
  snapshot: Snapshot,
  component: string,
): Generator<{ readonly file: StoredFile; readonly facts: FileFacts & SystemFields }> {
  let start: Uint8Array = new Uint8Array(0);
  for (;;) {
    const page = snapshot.scan(systemTable("_files").byId.id, start, null, "asc", PAGE_ROWS);
    for (const { document } of page) {
      const file = decodeValue(JSON.parse(document.json)) as unknown as StoredFile;
      if (file.state !== "stored" || file.component !== component) continue;
      const internalId = tryDecodeId(file.storageId)?.internalId;
      const found =
        internalId === undefined ? null : snapshot.get(systemTable("_storage").byId.id, internalId);
      if (found === null) continue;
      yield { file, facts: decodeValue(JSON.parse(found.json)) as unknown as FileFacts & SystemFields };
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_ROWS) return;
    start = keySuccessor(last.key);
  }
}
