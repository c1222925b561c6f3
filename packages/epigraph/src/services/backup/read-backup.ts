import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Readable, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { type Entry, open as openCallback, type ZipFile } from "yauzl";
import { isFileKey } from "../../files/file-store.ts";
import { isPlainObject } from "../../values/value.ts";
import { INSTANCE_FILE } from "../instance/instance.ts";
import { type BackupManifest, DATABASE, FILE_PREFIX, MANIFEST } from "./manifest.ts";

/** A file that is no backup, or a damaged one. The message is a sentence. */
export class BackupError extends Error {
  override readonly name = "BackupError";
}

const MAX_MANIFEST_BYTES = 256 * 1024 * 1024;
const openZip = promisify(openCallback) as unknown as (path: string, options: object) => Promise<ZipFile>;

/**
 * Reads all of a backup and compares it with its manifest.
 * @param into folder that its parts are written to, each synced, files as the local file store has them; null: nothing is written.
 * @param onProgress told the name of each part.
 * @throws BackupError
 */
export async function readBackup(
  path: string,
  into: string | null,
  onProgress: (name: string) => void,
): Promise<BackupManifest> {
  let zip: ZipFile;
  try {
    zip = await openZip(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true });
  } catch (error) {
    throw new BackupError(`${path} is not a backup, or was cut off: ${(error as Error).message}.`);
  }
  try {
    const entries = await listEntries(zip);
    const manifest = await readManifest(zip, entries, path);
    for (const { name, bytes, sha256 } of manifest.entries) {
      onProgress(name);
      const entry = entries.get(name);
      if (entry === undefined) throw new BackupError(`${path} is damaged: ${name} is missing.`);
      const target = into === null ? null : join(into, localName(name));
      const found = await copyEntry(zip, entry, target);
      if (found.bytes !== bytes || found.sha256 !== sha256) {
        throw new BackupError(`${path} is damaged: the contents of ${name} are not what was written.`);
      }
    }
    return manifest;
  } catch (error) {
    if (error instanceof BackupError || (error as NodeJS.ErrnoException).syscall !== undefined) throw error;
    throw new BackupError(`${path} is damaged: ${(error as Error).message}.`);
  } finally {
    zip.close();
  }
}

function listEntries(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  const { promise, resolve, reject } = Promise.withResolvers<ReadonlyMap<string, Entry>>();
  const entries = new Map<string, Entry>();
  zip.on("entry", (entry: Entry) => {
    entries.set(entry.fileName, entry);
    zip.readEntry();
  });
  zip.once("end", () => resolve(entries));
  zip.once("error", reject);
  zip.readEntry();
  return promise;
}

async function readManifest(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  path: string,
): Promise<BackupManifest> {
  const entry = entries.get(MANIFEST);
  if (entry === undefined || entry.uncompressedSize > MAX_MANIFEST_BYTES) {
    throw new BackupError(`${path} is not a backup of Epigraph: it has no ${MANIFEST}.`);
  }
  const manifest = JSON.parse((await buffer(await openEntry(zip, entry))).toString()) as BackupManifest;
  const isBackup =
    isPlainObject(manifest) &&
    Array.isArray(manifest.entries) &&
    manifest.entries.every(({ name }) => isName(name));
  if (!isBackup || manifest.format !== 1) {
    throw new BackupError(`${path} is no backup that this version can read: take the version that wrote it.`);
  }
  for (const needed of [DATABASE, INSTANCE_FILE]) {
    if (!manifest.entries.some(({ name }) => name === needed)) {
      throw new BackupError(`${path} is damaged: ${needed} is missing.`);
    }
  }
  return manifest;
}

/** Nothing else is written: names become paths. */
function isName(name: unknown): boolean {
  if (name === DATABASE || name === INSTANCE_FILE) return true;
  return (
    typeof name === "string" && name.startsWith(FILE_PREFIX) && isFileKey(name.slice(FILE_PREFIX.length))
  );
}

function localName(name: string): string {
  if (!name.startsWith(FILE_PREFIX)) return name;
  const key = name.slice(FILE_PREFIX.length);
  return join(FILE_PREFIX, key.slice(0, 2), key);
}

async function copyEntry(
  zip: ZipFile,
  entry: Entry,
  target: string | null,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  async function* measured(stream: Readable): AsyncGenerator<Buffer> {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  if (target !== null) await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const sink =
    target === null
      ? new Writable({ write: (_chunk, _encoding, done) => done() })
      : createWriteStream(target, { mode: 0o600, flush: true });
  await pipeline(await openEntry(zip, entry), measured, sink);
  if (target !== null) await syncFolder(dirname(target));
  return { bytes, sha256: hash.digest("hex") };
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error === null && stream !== undefined) resolve(stream);
      else reject(error ?? new Error("it can't be read"));
    });
  });
}

async function syncFolder(path: string): Promise<void> {
  // Windows has no such thing.
  if (process.platform === "win32") return;
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
