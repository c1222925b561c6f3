import type { FileStore } from "./file-store.ts";
import { LocalFileStore } from "./local/local-file-store.ts";

/** Where a deployment has the bytes of its files. JSON: processes that run functions are told it. */
export type FileStoreSettings =
  | {
      readonly type: "local";
      /** Absolute; made when it is absent. */
      readonly folder: string;
    }
  | S3Settings;

/** A bucket of an S3-compatible service. */
export interface S3Settings {
  readonly type: "s3";
  readonly bucket: string;
  readonly region: string;
  /** URL of a service that is not Amazon's; null for that. */
  readonly endpoint: string | null;
  /** Null: as the SDK finds them on the machine. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string | null;
  } | null;
  /** The bucket's name is part of the path instead of the host. */
  readonly forcePathStyle: boolean;
  /** Whether to ask the service to encrypt what it keeps. */
  readonly encrypts: boolean;
  /** Whether to send checksums beyond those that are required. */
  readonly sendsChecksums: boolean;
}

/** The SDK of S3 is loaded where it is needed. */
export async function openFileStore(settings: FileStoreSettings): Promise<FileStore> {
  if (settings.type === "local") return new LocalFileStore(settings.folder);
  const { S3FileStore } = await import("./s3/s3-file-store.ts");
  return new S3FileStore(settings);
}
