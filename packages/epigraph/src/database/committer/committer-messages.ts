import type { IndexId, StoreBackup, StoreErrorCode } from "../../store/store.ts";
import type { CommitterAddress } from "./committer-address.ts";
import type { CommitterNotice } from "./committer-notice.ts";

/** What the committer's thread is started with. */
export interface CommitterWorkerData {
  readonly dataFolder: string;
  readonly address: CommitterAddress;
  readonly history: { readonly historyMs?: number };
}

export type CommitterWorkerRequest =
  | { readonly type: "dropIndexEntries"; readonly id: number; readonly index: IndexId }
  | { readonly type: "backUp"; readonly id: number; readonly path: string }
  | { readonly type: "load"; readonly id: number; readonly path: string }
  | { readonly type: "cancelLoad"; readonly id: number }
  | { readonly type: "watch" }
  | { readonly type: "unwatch" }
  | { readonly type: "close" };

/**
 * What the thread tells its owner. First comes `ready`, or `refused` when the store can't be opened; `stopped` when the
 * store broke: the thread stays, to tell everybody so.
 */
export type CommitterWorkerMessage =
  | { readonly type: "ready" }
  | { readonly type: "refused"; readonly code: StoreErrorCode; readonly message: string }
  | { readonly type: "notice"; readonly notice: CommitterNotice }
  | { readonly type: "stopped"; readonly message: string }
  | { readonly type: "dropped"; readonly id: number; readonly failure: string | null }
  | { readonly type: "backedUp"; readonly id: number; readonly backup: StoreBackup }
  | { readonly type: "notBackedUp"; readonly id: number; readonly message: string }
  /** Null: all of it has come in. */
  | {
      readonly type: "loaded";
      readonly id: number;
      readonly failure: { readonly code: StoreErrorCode; readonly message: string } | null;
    };
