import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { ZipFile } from "yazl";
import { SYSTEM_TABLES } from "../../database/catalogue/system-tables.ts";
import type { FileDocument } from "../../database/stored-files/file-documents.ts";
import type { FileStore } from "../../files/file-store.ts";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { StoreBackup } from "../../store/store.ts";
import { nanosecondsFromTicks } from "../../store/ticks.ts";
import { keySuccessor } from "../../values/index-key.ts";
import { INSTANCE_FILE, type Instance, instanceJson } from "../instance/instance.ts";
import { type BackupEntry, type BackupManifest, DATABASE, FILE_PREFIX, MANIFEST } from "./manifest.ts";

export interface BackupSource {
  /** Copies the database into a file, as it is at one commit. */
  readonly copyDatabase: (path: string) => Promise<StoreBackup>;
  /** Null: the bytes of files are in a bucket, and stay there. */
  readonly fileStore: FileStore | null;
  readonly instance: Instance;
  readonly version: string;
  readonly nowMs: number;
  /** Where the copy lies meanwhile; made for as long. */
  readonly folder: string;
}

export interface OpenBackup {
  /** A ZIP. It fails when something can't be read: whoever reads it sees that the manifest is missing. */
  readonly stream: Readable;
  /** Removes the copy; to be called when the stream has ended, however it did. */
  close(): Promise<void>;
}

const PAGE_ROWS = 256;
/** Databases compress to a third; a higher level takes twice as long for little. */
const DATABASE_LEVEL = 1;

/**
 * Backs a deployment up while it runs: the database as it is at one commit, then the files that it names, the instance,
 * and the sums of all of them. Memory does not follow the data.
 * @throws StoreError `BackupFailed`
 */
export async function openBackup(source: BackupSource): Promise<OpenBackup> {
  await mkdir(source.folder, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(source.folder, "backup-"));
  const close = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    // Unless another backup is made meanwhile.
    await rmdir(source.folder).catch(() => {});
  };
  try {
    const copy = join(folder, DATABASE);
    const { ts } = await source.copyDatabase(copy);
    const zip = new ZipFile();
    const output = zip.outputStream as Readable;
    zip.on("error", (error: Error) => output.destroy(error));
    const entries: BackupEntry[] = [];
    const add = (name: string, level: number, open: () => Promise<Readable>): void => {
      zip.addReadStreamLazy(name, { compress: level > 0, compressionLevel: level }, (give) => {
        open().then(
          (bytes) => give(null, counted(bytes, name, entries)),
          (error: unknown) => output.destroy(error as Error),
        );
      });
    };
    add(DATABASE, DATABASE_LEVEL, async () => createReadStream(copy));
    const json = instanceJson(source.instance);
    add(INSTANCE_FILE, 0, async () => Readable.from([Buffer.from(json)]));
    const { fileStore } = source;
    if (fileStore !== null) {
      for (const key of storedKeys(folder)) add(FILE_PREFIX + key, 0, () => openFile(fileStore, key));
    }
    const manifest: Omit<BackupManifest, "entries"> = {
      format: 1,
      version: source.version,
      instanceName: source.instance.name,
      createdMs: source.nowMs,
      ts: String(nanosecondsFromTicks(ts)),
      files: fileStore === null ? "in S3" : "included",
    };
    // Opened when everything before it has been read.
    zip.addReadStreamLazy(MANIFEST, (give) =>
      give(null, Readable.from([Buffer.from(JSON.stringify({ ...manifest, entries }, null, 2))])),
    );
    zip.end();
    return { stream: output, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The bytes as they are, of which the manifest knows the sum when they have ended. */
function counted(bytes: Readable, name: string, entries: BackupEntry[]): Readable {
  const hash = createHash("sha256");
  let length = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      length += chunk.length;
      done(null, chunk);
    },
    flush(done) {
      entries.push({ name, bytes: length, sha256: hash.digest("hex") });
      done();
    },
  });
  bytes.on("error", (error) => meter.destroy(error));
  return bytes.pipe(meter);
}

async function openFile(store: FileStore, key: string): Promise<Readable> {
  const bytes = await store.read(key);
  if (bytes === null) throw new Error(`The bytes of the file ${key} are not in the file store`);
  return bytes;
}

/** Keys of all files of a copied database. */
function* storedKeys(folder: string): Generator<string> {
  const table = SYSTEM_TABLES.find(({ name }) => name === "_files");
  if (table === undefined) return;
  const inspection = new SqliteStore(folder).inspect();
  try {
    let start: Uint8Array = new Uint8Array(0);
    for (;;) {
      const page = inspection.snapshot.scan(table.byId.id, start, null, "asc", PAGE_ROWS);
      for (const { document } of page) {
        const { state, key } = JSON.parse(document.json) as FileDocument;
        if (state === "stored") yield key;
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ROWS) return;
      start = keySuccessor(last.key);
    }
  } finally {
    inspection.close();
  }
}
