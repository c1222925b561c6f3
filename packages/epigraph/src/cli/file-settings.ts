import type { S3Settings } from "../files/open-file-store.ts";

/** Where the bytes of files are kept. */
export interface FileSettings {
  /** Null: in the data folder. */
  readonly files: S3Settings | null;
  /** What is half said, and so was not followed; null when nothing is. */
  readonly warning: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const FILES_BUCKET = "S3_STORAGE_FILES_BUCKET";
/** What operators of self-hosted deployments set to have everything in S3; of the buckets only that of the files is used. */
const BUCKETS = ["EXPORTS", "SNAPSHOT_IMPORTS", "MODULES", "FILES", "SEARCH"].map(
  (kind) => `S3_STORAGE_${kind}_BUCKET`,
);

/** Reads the environment as operators of self-hosted deployments know it: all of S3 or nothing of it. */
export function readFileSettings(env: Environment): FileSettings {
  const read = (name: string): string | null => env[name]?.trim() || null;
  const set = BUCKETS.filter((name) => read(name) !== null);
  if (set.length === 0) return { files: null, warning: null };
  const missing = [...BUCKETS, "AWS_REGION"].filter((name) => read(name) === null);
  if (missing.length > 0) {
    const warning = `${set.join(" and ")} ${set.length === 1 ? "is" : "are"} set and ${missing.join(", ")} not: files are kept in the data folder. Set all of them to keep files in S3.`;
    return { files: null, warning };
  }
  const [accessKeyId, secretAccessKey] = [read("AWS_ACCESS_KEY_ID"), read("AWS_SECRET_ACCESS_KEY")];
  return {
    files: {
      type: "s3",
      bucket: read(FILES_BUCKET) as string,
      region: read("AWS_REGION") as string,
      endpoint: read("S3_ENDPOINT_URL"),
      credentials:
        accessKeyId === null || secretAccessKey === null
          ? null
          : { accessKeyId, secretAccessKey, sessionToken: read("AWS_SESSION_TOKEN") },
      forcePathStyle: isOn(env["AWS_S3_FORCE_PATH_STYLE"]),
      encrypts: !isOn(env["AWS_S3_DISABLE_SSE"]),
      sendsChecksums: !isOn(env["AWS_S3_DISABLE_CHECKSUMS"]),
    },
    warning: null,
  };
}

function isOn(value = ""): boolean {
  return /^(?:1|true|yes|on)$/i.test(value.trim());
}
