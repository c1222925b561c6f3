// biome-ignore-all lint/suspicious/noExplicitAny: the overload below tells ids of other tables from plain strings
import { base64ToBytes, bytesToBase64 } from "../values/base64.ts";
import { ABI_VERSION } from "./abi-version.ts";
import { requireArgument } from "./arguments.ts";
import { callHostAsync, callHostWithObjects } from "./syscall.ts";
import type { GenericId } from "./value-types.ts";

export type StorageId = string;
export type FileStorageId = GenericId<"_storage"> | StorageId;

export type FileMetadata = {
  storageId: StorageId;
  /** In hexadecimal digits. */
  sha256: string;
  /** In bytes. */
  size: number;
  contentType: string | null;
};

export interface StorageReader {
  /** Where the file can be fetched by anybody, null if it does not exist. */
  getUrl(storageId: GenericId<"_storage">): Promise<string | null>;
  getUrl<T extends StorageId>(storageId: T extends { __tableName: any } ? never : T): Promise<string | null>;
  /** @deprecated Read the document from `_storage` instead: `ctx.db.system.get(storageId)`. */
  getMetadata(storageId: GenericId<"_storage">): Promise<FileMetadata | null>;
  /** @deprecated Read the document from `_storage` instead: `ctx.db.system.get(storageId)`. */
  getMetadata<T extends StorageId>(
    storageId: T extends { __tableName: any } ? never : T,
  ): Promise<FileMetadata | null>;
}

export interface StorageWriter extends StorageReader {
  /** A URL that takes one file in a POST and answers with its storage id. */
  generateUploadUrl(): Promise<string>;
  /** Deletes a file; rejects if it does not exist. */
  delete(storageId: GenericId<"_storage">): Promise<void>;
  delete<T extends StorageId>(storageId: T extends { __tableName: any } ? never : T): Promise<void>;
  /** The file, null if it does not exist. */
  get(storageId: GenericId<"_storage">): Promise<Blob | null>;
  get<T extends StorageId>(storageId: T extends { __tableName: any } ? never : T): Promise<Blob | null>;
  /** Stores a file; with `sha256` (base64 or hexadecimal) rejects unless the content has that digest. */
  store(blob: Blob, options?: { sha256?: string }): Promise<GenericId<"_storage">>;
}

export interface StorageActionWriter extends StorageWriter {}

interface StoredBlob {
  /** In base64. */
  readonly blob: string;
  readonly contentType: string | null;
}

/** `ctx.storage` of queries. */
export function makeStorageReader(requestId: string): StorageReader {
  return {
    getUrl: async (storageId: FileStorageId) => {
      requireArgument(storageId, 1, "getUrl", "storageId");
      return callHostAsync<string | null>("1.0/storageGetUrl", fileArgs(requestId, storageId));
    },
    getMetadata: (storageId: FileStorageId) =>
      callHostAsync<FileMetadata | null>("1.0/storageGetMetadata", fileArgs(requestId, storageId)),
  };
}

/** `ctx.storage` of mutations: files travel as text, as part of the transaction. */
export function makeStorageWriter(requestId: string): StorageWriter {
  return {
    ...makeStorageReader(requestId),
    generateUploadUrl: () =>
      callHostAsync("1.0/storageGenerateUploadUrl", { requestId, version: ABI_VERSION }),
    delete: async (storageId: FileStorageId) => {
      await callHostAsync("1.0/storageDelete", fileArgs(requestId, storageId));
    },
    store: async (blob, options) => {
      if (!(blob instanceof Blob)) {
        throw new Error(
          "store() expects a Blob. If you are trying to store a Request, `await request.blob()` will give you the correct input.",
        );
      }
      return callHostAsync("1.0/storageStore", {
        requestId,
        version: ABI_VERSION,
        blob: bytesToBase64(new Uint8Array(await blob.arrayBuffer())),
        contentType: blob.type,
        sha256: options?.sha256,
      });
    },
    get: async (storageId: FileStorageId) => {
      const stored = await callHostAsync<StoredBlob | null>("1.0/storageGet", fileArgs(requestId, storageId));
      if (stored === null) return null;
      return new Blob([base64ToBytes(stored.blob)!], { type: stored.contentType ?? "" });
    },
  };
}

/** `ctx.storage` of actions and HTTP actions: the host takes and gives `Blob` objects. */
export function makeStorageActionWriter(requestId: string): StorageActionWriter {
  return {
    ...makeStorageWriter(requestId),
    store: async (blob, options) =>
      callHostWithObjects<Promise<GenericId<"_storage">>>("storage/storeBlob", {
        requestId,
        version: ABI_VERSION,
        blob,
        options,
      }),
    get: async (storageId: FileStorageId) =>
      callHostWithObjects<Promise<Blob | null>>("storage/getBlob", fileArgs(requestId, storageId)),
  };
}

function fileArgs(requestId: string, storageId: FileStorageId): object {
  return { requestId, version: ABI_VERSION, storageId };
}
