import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { loadCatalogue } from "../../database/catalogue/load-catalogue.ts";
import type { Table } from "../../database/catalogue/table.ts";
import { estimateTable } from "../../database/documents/estimate-table.ts";
import { filesOf } from "../../database/stored-files/import-file.ts";
import type { FileStore } from "../../files/file-store.ts";
import type { Snapshot, SnapshotSource } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import { decodeValue } from "../../values/encoded-json.ts";
import { toExportJsonString } from "../../values/export-json.ts";
import { keySuccessor } from "../../values/index-key.ts";
import type { JSONValue } from "../../values/value.ts";

export interface WrittenSnapshot {
  /** The commit up to which it has everything. */
  readonly ts: Ticks;
  readonly bytes: number;
}

export interface SnapshotOptions {
  /** Where the bytes of files are; null to leave files out. */
  readonly files: (() => Promise<FileStore>) | null;
  /** The one table that is written; null: all of them. */
  readonly tableName: string | null;
  /** Ends it by throwing its reason. */
  readonly signal: AbortSignal;
}

const ROOT = "";
const PAGE_ROWS = 256;
/** Text compresses nearly as well in a third of the time. */
const COMPRESSION_LEVEL = 4;
const FIRST_KEY: Uint8Array = new Uint8Array(0);
/** Tells an importer that a number without fraction and exponent is an Int64. */
const UNIFORM = '"uniform"\n';

const README = `# Snapshot

One folder for each table: documents.jsonl has a document a line, generated_schema.jsonl says how numbers are written
(those without fraction and exponent are 64-bit integers). _tables/documents.jsonl has the number of each table, which the
ids of its documents begin with. Import it with \`npx convex import <this file>\`.
`;

/**
 * Writes all documents of one instant into a ZIP. The file is there once this resolves, and not at all before.
 * The snapshot is open for as long, so the store's write-ahead log grows by what is committed meanwhile.
 */
export async function writeSnapshot(
  snapshots: SnapshotSource,
  path: string,
  { files, tableName, signal }: SnapshotOptions,
): Promise<WrittenSnapshot> {
  const snapshot = snapshots.open();
  const draft = `${path}.part`;
  try {
    const zip = new ZipFile();
    addEntries(zip, snapshot, tableName);
    const written = pipeline(zip.outputStream, createWriteStream(draft, { mode: 0o600 }), { signal });
    // Whoever awaits it is told.
    written.catch(() => {});
    if (files === null) zip.end();
    else {
      await Promise.race([addFiles(zip, snapshot, files), written]).catch((error: Error) => {
        (zip.outputStream as Readable).destroy(error);
        throw error;
      });
    }
    await written;
    const file = await open(draft);
    const { size } = await file.stat();
    await file.sync();
    await file.close();
    await rename(draft, path);
    return { ts: snapshot.ts, bytes: size };
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    snapshot.close();
  }
}

/** One at a time: what is not read yet is not open. */
async function addFiles(
  zip: ZipFile,
  snapshot: Snapshot,
  openStore: () => Promise<FileStore>,
): Promise<void> {
  const store = await openStore();
  zip.addReadStreamLazy("_storage/documents.jsonl", { compressionLevel: COMPRESSION_LEVEL }, (give) =>
    give(null, Readable.from(fileLines(snapshot))),
  );
  for (const { file } of filesOf(snapshot, ROOT)) {
    const bytes = await store.read(file.key);
    // It was deleted since, long enough ago for its bytes to be gone: importers pass over its document.
    if (bytes === null) continue;
    const read = once(bytes, "close");
    zip.addReadStream(bytes, `_storage/${file.storageId}`, { compress: false });
    await read;
  }
  zip.end();
}

function* fileLines(snapshot: Snapshot): Generator<Buffer> {
  for (const { file, facts } of filesOf(snapshot, ROOT)) {
    const { size, ...rest } = facts;
    const line = { ...rest, size: BigInt(size), internalId: file.uuid };
    yield Buffer.from(`${toExportJsonString(line as never)}\n`);
  }
}

function addEntries(zip: ZipFile, snapshot: Snapshot, tableName: string | null): void {
  const tables = [...loadCatalogue(snapshot).namespace(ROOT).tables].filter(
    ({ name }) => tableName === null || name === tableName,
  );
  const options = { compressionLevel: COMPRESSION_LEVEL };
  zip.addBuffer(Buffer.from(README), "README.md", options);
  const numbered = tables.toSorted((a, b) => a.number - b.number);
  const list = numbered.map(({ name, number }) => `${JSON.stringify({ name, id: number })}\n`);
  zip.addBuffer(Buffer.from(list.join("")), "_tables/documents.jsonl", options);
  const sizes = new Map(tables.map((table) => [table, estimateTable(snapshot, table).bytes]));
  for (const table of tables.toSorted((a, b) => (sizes.get(a) as number) - (sizes.get(b) as number))) {
    zip.addBuffer(Buffer.from(UNIFORM), `${table.name}/generated_schema.jsonl`, options);
    zip.addReadStreamLazy(`${table.name}/documents.jsonl`, options, (give) =>
      give(null, Readable.from(documentPages(snapshot, table), { objectMode: true })),
    );
  }
}

/** Pages of lines. */
function* documentPages(snapshot: Snapshot, table: Table): Generator<Buffer> {
  let start = FIRST_KEY;
  for (;;) {
    const page = snapshot.scan(table.byId.id, start, null, "asc", PAGE_ROWS);
    const last = page.at(-1);
    if (last === undefined) return;
    const lines = page.map(({ document }) =>
      toExportJsonString(decodeValue(JSON.parse(document.json) as JSONValue)),
    );
    yield Buffer.from(`${lines.join("\n")}\n`);
    if (page.length < PAGE_ROWS) return;
    start = keySuccessor(last.key);
  }
}
