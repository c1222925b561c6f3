import type { MessagePort } from "node:worker_threads";
import type {
  IndexEntry,
  IndexId,
  LoadStep,
  Order,
  StoreCommit,
  StoredDocument,
  StoreErrorCode,
} from "../../store.ts";
import type { Ticks } from "../../ticks.ts";

/** What opens a connection to one side of a store. */
export interface RemoteGreeting {
  readonly folder: string;
  readonly side: "snapshots" | "writer";
  /** What each message waits before it is looked at: the way there and back. */
  readonly latencyMs: number;
  readonly port: MessagePort;
  readonly answered: Int32Array;
}

/** Kept snapshots are known by a number of the remote side. */
export type SnapshotNumber = number;

export interface ScanRequest {
  readonly snapshot: SnapshotNumber;
  readonly index: IndexId;
  readonly start: Uint8Array;
  readonly end: Uint8Array | null;
  readonly order: Order;
  readonly limit: number;
}

/** A page may be shorter than was asked for: it ends where its texts become too many. It has one entry at least, or the range has none. */
export interface RemotePage {
  readonly entries: readonly IndexEntry[];
  /** Nothing of the range is behind the last entry. */
  readonly isExhausted: boolean;
}

export interface OpenedSnapshot {
  readonly snapshot: SnapshotNumber;
  readonly ts: Ticks;
  readonly catalogueTs: Ticks;
}

export interface WriterHead {
  readonly lastTs: Ticks;
  readonly catalogueTs: Ticks;
}

/** Each operation with what it is given and what it answers. */
export interface RemoteOperations {
  readonly openSnapshot: { readonly request: { readonly at: Ticks | null }; readonly answer: OpenedSnapshot };
  readonly get: {
    readonly request: {
      readonly snapshot: SnapshotNumber;
      readonly index: IndexId;
      readonly key: Uint8Array;
    };
    readonly answer: StoredDocument | null;
  };
  readonly scan: { readonly request: ScanRequest; readonly answer: RemotePage };
  /** Nobody waits for it. */
  readonly closeSnapshot: { readonly request: { readonly snapshot: SnapshotNumber }; readonly answer: null };
  readonly openWriter: { readonly request: null; readonly answer: WriterHead };
  readonly apply: { readonly request: readonly StoreCommit[]; readonly answer: WriterHead };
  readonly dropIndexEntries: {
    readonly request: { readonly index: IndexId; readonly limit: number };
    readonly answer: boolean;
  };
  readonly openLoad: { readonly request: { readonly path: string }; readonly answer: null };
  readonly stepLoad: { readonly request: null; readonly answer: LoadStep };
  readonly closeLoad: { readonly request: null; readonly answer: null };
  readonly prune: {
    readonly request: { readonly before: Ticks; readonly limit: number };
    readonly answer: boolean;
  };
  readonly close: { readonly request: null; readonly answer: null };
}

export type RemoteOperation = keyof RemoteOperations;

export interface RemoteMessage<Operation extends RemoteOperation = RemoteOperation> {
  readonly operation: Operation;
  readonly request: RemoteOperations[Operation]["request"];
  readonly isAwaited: boolean;
}

export type RemoteReply =
  | { readonly type: "answer"; readonly answer: unknown }
  | { readonly type: "error"; readonly code: StoreErrorCode; readonly message: string };

/** What one side of a store does for its callers. */
export type RemoteHandlers = {
  readonly [Operation in RemoteOperation]?: (
    request: RemoteOperations[Operation]["request"],
  ) => RemoteOperations[Operation]["answer"];
};
