import type { ErrorCode } from "../../errors/error-code.ts";
import type { FileStoreSettings } from "../../files/open-file-store.ts";
import type { WrittenSnapshot } from "../export/write-snapshot.ts";
import type { ImportRequest } from "../import/import-request.ts";
import type { ImportProgress } from "../import/run-import.ts";
import type { ImportSummary } from "../import/summary.ts";

/** Work that takes long and much processor time, done in a thread of its own. */
export type TransferJob =
  | {
      readonly type: "export";
      readonly path: string;
      readonly hasFiles: boolean;
      /** Null: all of them. */
      readonly tableName: string | null;
    }
  | { readonly type: "summarize"; readonly request: ImportRequest }
  | { readonly type: "import"; readonly request: ImportRequest }
  /** Removes what imports have left: tables that were replaced, and those of imports that failed. */
  | { readonly type: "clean" };

export interface TransferResults {
  readonly export: WrittenSnapshot;
  readonly summarize: ImportSummary;
  /** Number of documents. */
  readonly import: number;
  readonly clean: null;
}

export type ToTransferWorker =
  | { readonly type: "start"; readonly id: number; readonly job: TransferJob }
  | { readonly type: "cancel"; readonly id: number }
  /** The draft has come into the store, or has not, and why. */
  | { readonly type: "loaded"; readonly id: number; readonly failure: TransferFailure | null }
  | { readonly type: "close" };

/** With a code of the catalogue where it is what somebody did wrong. */
export interface TransferFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

export type FromTransferWorker =
  | { readonly type: "progress"; readonly id: number; readonly progress: ImportProgress }
  | { readonly type: "done"; readonly id: number; readonly result: TransferResults[TransferJob["type"]] }
  | { readonly type: "failed"; readonly id: number; readonly failure: TransferFailure }
  /** Asks for a draft to be brought into the store, one at a time for each job; `loaded` answers. */
  | { readonly type: "load"; readonly id: number; readonly path: string };

export interface TransferWorkerData {
  readonly dataFolder: string;
  readonly committer: { readonly path: string; readonly token: string };
  readonly files: FileStoreSettings;
}
