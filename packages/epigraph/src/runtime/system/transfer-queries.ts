import type {
  ExportDocument,
  ImportDocument,
  SystemFields,
} from "../../database/catalogue/catalogue-documents.ts";
import { allSystemDocuments, getSystemDocument } from "../../database/transaction/system-documents.ts";
import { encodeValueToString } from "../../values/encoded-json.ts";
import { tryDecodeId } from "../../values/id.ts";
import type { Value } from "../../values/value.ts";
import { type SystemQuery, textArgument } from "./system-query.ts";

const NANOSECONDS_PER_MILLISECOND = 1_000_000n;

/** The export that was asked for last; null when there is none. */
export const latestExport: SystemQuery = {
  right: "ViewBackups",
  run({ transaction }) {
    const latest = allSystemDocuments<ExportDocument>(transaction, "_exports").at(-1);
    return encodeValueToString(latest === undefined ? null : exportValue(latest));
  },
};

function exportValue(document: ExportDocument & SystemFields): Value {
  const { _id, _creationTime, state, hasFiles, tableName } = document;
  const format = {
    format: "zip",
    include_storage: hasFiles,
    ...(tableName === undefined ? {} : { table: tableName }),
  };
  const common = { _id, _creationTime, state, format };
  switch (state) {
    case "completed":
      return {
        ...common,
        start_ts: document.startTs ?? 0n,
        complete_ts: nanoseconds(document.completeMs),
        expiration_ts: nanoseconds(document.expirationMs),
        zip_object_key: `${_id}.zip`,
        requestor: "snapshotExport",
        size: document.bytes ?? 0,
      };
    case "failed":
      return { ...common, failed_ts: nanoseconds(document.failedMs) };
    default:
      return common;
  }
}

/** One import; null when there is none of that id. */
export const getImport: SystemQuery = {
  right: "ImportBackups",
  run({ transaction }, args) {
    const id = textArgument(args, "importId");
    const found =
      tryDecodeId(id) === null ? null : getSystemDocument<ImportDocument>(transaction, "_imports", id);
    return encodeValueToString(found === null ? null : importValue(found));
  },
};

/** All imports, the newest first. */
export const listImports: SystemQuery = {
  right: "ImportBackups",
  run: ({ transaction }) =>
    encodeValueToString(
      allSystemDocuments<ImportDocument>(transaction, "_imports").map(importValue).reverse(),
    ),
};

function importValue(document: ImportDocument & SystemFields): Value {
  const { _id, _creationTime, format, mode, tableName } = document;
  return {
    _id,
    _creationTime,
    format: tableName === null ? { format } : { format, table: tableName },
    mode,
    state: importState(document),
  };
}

function importState(document: ImportDocument): Value {
  const { state } = document;
  switch (state) {
    case "waiting_for_confirmation":
      return {
        state,
        message_to_confirm: document.message,
        require_manual_confirmation: document.isDestructive,
      };
    case "in_progress":
      return { state, progress_message: document.progress, checkpoint_messages: [...document.checkpoints] };
    case "completed":
      return {
        state,
        timestamp: nanoseconds(document.completeMs),
        num_rows_written: BigInt(document.documents),
      };
    case "failed":
      return { state, error_message: document.error ?? "" };
    default:
      return { state };
  }
}

function nanoseconds(ms: number | null | undefined): bigint {
  return BigInt(Math.trunc(ms ?? 0)) * NANOSECONDS_PER_MILLISECOND;
}
