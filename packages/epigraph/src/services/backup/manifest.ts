/** The last entry of a backup: what is in it, so that a part that is missing or changed is noticed. */
export interface BackupManifest {
  readonly format: 1;
  /** Version of Epigraph that wrote it. */
  readonly version: string;
  readonly instanceName: string;
  /** Wall clock in milliseconds. */
  readonly createdMs: number;
  /** The newest commit in it, in nanoseconds since 1970, as digits. */
  readonly ts: string;
  /** Whether bytes of files are in it, or stay in the bucket that has them. */
  readonly files: "included" | "in S3";
  readonly entries: readonly BackupEntry[];
}

export interface BackupEntry {
  /** `data.db`, `instance.json`, or `files/<key>`. */
  readonly name: string;
  readonly bytes: number;
  /** In hex. */
  readonly sha256: string;
}

export const MANIFEST = "manifest.json";
export const DATABASE = "data.db";
export const FILE_PREFIX = "files/";
