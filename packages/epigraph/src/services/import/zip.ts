import type { Readable } from "node:stream";
import { text as readText } from "node:stream/consumers";
import { promisify } from "node:util";
import { type Entry, open, type ZipFile } from "yauzl";
import type { ObjectValue } from "../../values/value.ts";
import { ImportError } from "./import-error.ts";
import type { FileSource } from "./import-files.ts";
import type { ImportSource, TableSource } from "./import-source.ts";
import { countJsonLines, readJsonLines } from "./json-lines.ts";

const MAX_ENTRIES = 100_000;
/** What is smaller than this can't hurt. */
const SMALL_BYTES = 1024 * 1024 * 1024;
/** Documents as text become a tenth, perhaps a fiftieth. */
const MAX_RATIO = 200;
const MAX_NUMBERS_BYTES = 16 * 1024 * 1024;
const UNIFORM = '"uniform"';

const openZip = promisify(open) as unknown as (path: string, options: object) => Promise<ZipFile>;

const STORAGE = "_storage";

interface ZipFiles {
  readonly documents: Entry | null;
  readonly bytes: readonly Entry[];
}

interface ZipTable {
  readonly documents: Entry;
  readonly schema: Entry | null;
}

/**
 * Opens an export. Only the list of its entries is read; leading folders do not matter.
 * @throws ImportError `InvalidZip`
 */
export async function openZipSource(path: string): Promise<ImportSource> {
  let zip: ZipFile;
  try {
    zip = await openZip(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true });
  } catch (error) {
    throw invalid((error as Error).message);
  }
  try {
    const entries = await listEntries(zip);
    checkSize(entries, zip.fileSize);
    const { tables, files } = sortEntries(entries);
    const listed = tables.get("_tables");
    tables.delete("_tables");
    const sources: TableSource[] = [];
    for (const [name, { documents, schema }] of tables) {
      const notation = schema === null ? "plain" : await readNotation(zip, schema, name);
      sources.push({
        name,
        count: () =>
          guard(documents, async () =>
            countJsonLines((await openEntry(zip, documents)) as AsyncIterable<Buffer>, notation),
          ),
        rows: () => readRows(zip, documents, notation),
      });
    }
    return {
      tables: sources,
      numbers: listed === undefined ? new Map() : await readNumbers(zip, listed.documents),
      files: await readFiles(zip, files),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

function listEntries(zip: ZipFile): Promise<readonly Entry[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Entry[]>();
  const entries: Entry[] = [];
  if (zip.entryCount > MAX_ENTRIES) return Promise.reject(invalid(`more than ${MAX_ENTRIES} entries`));
  zip.on("entry", (entry: Entry) => {
    entries.push(entry);
    zip.readEntry();
  });
  zip.once("end", () => resolve(entries));
  zip.once("error", (error: Error) => reject(invalid(error.message)));
  zip.readEntry();
  return promise;
}

/** What is read is never more than what is declared: the reader sees to that. */
function checkSize(entries: readonly Entry[], fileBytes: number): void {
  const total = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  if (total <= Math.max(SMALL_BYTES, fileBytes * MAX_RATIO)) return;
  throw invalid(`its ${fileBytes} bytes would become ${total}, which no export does`);
}

function sortEntries(entries: readonly Entry[]): {
  readonly tables: Map<string, ZipTable>;
  readonly files: ZipFiles;
} {
  const documents = new Map<string, Entry>();
  const schemas = new Map<string, Entry>();
  const files: { documents: Entry | null; bytes: Entry[] } = { documents: null, bytes: [] };
  for (const entry of entries) {
    const parts = entry.fileName.split("/");
    const file = parts.at(-1) as string;
    const folder = parts.at(-2);
    if (folder === undefined || file === "") continue;
    if (parts.includes("_components")) {
      throw new ImportError("NotYet", `not yet in this version: components, ${entry.fileName}`);
    }
    if (folder === STORAGE) {
      if (file === "documents.jsonl") files.documents = entry;
      else if (file !== "generated_schema.jsonl") files.bytes.push(entry);
      continue;
    }
    const known = file === "documents.jsonl" ? documents : file === "generated_schema.jsonl" ? schemas : null;
    if (known === null || (folder.startsWith("_") && folder !== "_tables")) continue;
    if (known.has(folder)) throw invalid(`two folders are called ${folder}`);
    known.set(folder, entry);
  }
  const tables = new Map<string, ZipTable>();
  for (const [name, entry] of documents) {
    tables.set(name, { documents: entry, schema: schemas.get(name) ?? null });
  }
  return { tables, files };
}

/** Files with what their documents say; documents without a file are passed over. */
async function readFiles(zip: ZipFile, { documents, bytes }: ZipFiles): Promise<readonly FileSource[]> {
  const known = new Map<string, ObjectValue>();
  if (documents !== null) {
    for await (const rows of readRows(zip, documents, "uniform")) {
      for (const { value } of rows) known.set(String(value["_id"]), value);
    }
  }
  return bytes.map((entry): FileSource => {
    const name = entry.fileName.split("/").at(-1) as string;
    const id = name.split(".")[0] as string;
    const { _creationTime, contentType, sha256, size } = known.get(id) ?? {};
    return {
      id,
      creationTimeMs: typeof _creationTime === "number" ? _creationTime : null,
      contentType: typeof contentType === "string" ? contentType : null,
      sha256: typeof sha256 === "string" ? sha256 : null,
      size: typeof size === "bigint" || typeof size === "number" ? Number(size) : null,
      open: () => openEntry(zip, entry),
    };
  });
}

async function readNotation(zip: ZipFile, schema: Entry, table: string): Promise<"plain" | "uniform"> {
  const text = await readText(await openEntry(zip, schema));
  const [first = ""] = text.split("\n");
  if (first.trim() === UNIFORM) return "uniform";
  if (first.trim() === "") return "plain";
  throw new ImportError(
    "InvalidZip",
    `generated_schema.jsonl of ${table} is of an old kind that this version can't read: export again`,
  );
}

async function readNumbers(zip: ZipFile, entry: Entry): Promise<ReadonlyMap<string, number>> {
  if (entry.uncompressedSize > MAX_NUMBERS_BYTES) throw invalid("its list of tables is too long");
  const numbers = new Map<string, number>();
  for await (const rows of readRows(zip, entry, "plain")) {
    for (const { row, value } of rows) {
      const { name, id } = value;
      if (typeof name !== "string" || typeof id !== "number") {
        throw invalid(`row ${row} of its list of tables is no table`);
      }
      numbers.set(name, id);
    }
  }
  return numbers;
}

async function* readRows(
  zip: ZipFile,
  entry: Entry,
  notation: "plain" | "uniform",
): ReturnType<typeof readJsonLines> {
  const stream = await openEntry(zip, entry);
  try {
    yield* readJsonLines(stream as AsyncIterable<Buffer>, notation);
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw invalid(`${entry.fileName}: ${(error as Error).message}`);
  } finally {
    stream.destroy();
  }
}

/** What is wrong with the ZIP itself. */
async function guard<T>({ fileName }: Entry, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ImportError) throw error;
    throw invalid(`${fileName}: ${(error as Error).message}`);
  }
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  const { promise, resolve, reject } = Promise.withResolvers<Readable>();
  zip.openReadStream(entry, (error, stream) => {
    if (error === null) resolve(stream);
    else reject(invalid(`${entry.fileName}: ${error.message}`));
  });
  return promise;
}

function invalid(why: string): ImportError {
  return new ImportError("InvalidZip", `The file is not a ZIP that can be imported: ${why}`);
}
