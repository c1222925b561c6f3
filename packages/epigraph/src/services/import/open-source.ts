import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { checkTableName } from "../../values/names.ts";
import { readCsv } from "./csv.ts";
import { ImportError } from "./import-error.ts";
import type { ImportRequest } from "./import-request.ts";
import { countRows, type ImportSource, type TableSource } from "./import-source.ts";
import { readJsonArray } from "./json-array.ts";
import { countJsonLines, readJsonLines } from "./json-lines.ts";
import { openZipSource } from "./zip.ts";

const CHUNK_BYTES = 256 * 1024;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Opens what is to be imported.
 * @param isOptional whether the schema allows a field of a table to be missing.
 * @throws ImportError when it is not what the request says.
 */
export async function openSource(
  request: ImportRequest,
  isOptional: (table: string, field: string) => boolean,
): Promise<ImportSource> {
  if (request.format === "zip") {
    const source = await openZipSource(request.path);
    for (const { name } of source.tables) checkName(name);
    return source;
  }
  const name = request.tableName as string;
  checkName(name);
  await refuseBom(request.path);
  return {
    tables: [openTable(request, name, (field) => isOptional(name, field))],
    numbers: new Map(),
    files: [],
    close: () => {},
  };
}

function openTable(
  { format, path }: ImportRequest,
  name: string,
  isOptional: (field: string) => boolean,
): TableSource {
  if (format === "jsonLines") {
    const bytes = (): ReturnType<typeof createReadStream> =>
      createReadStream(path, { highWaterMark: CHUNK_BYTES });
    return {
      name,
      count: () => countJsonLines(bytes(), "plain"),
      rows: () => readJsonLines(bytes(), "plain"),
    };
  }
  const rows = (): ReturnType<TableSource["rows"]> =>
    format === "csv" ? readCsv(path, isOptional) : readJsonArray(path);
  return { name, count: () => countRows(rows()), rows };
}

function checkName(name: string): void {
  try {
    checkTableName(name);
  } catch (error) {
    throw new ImportError("InvalidName", (error as Error).message);
  }
}

async function refuseBom(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BOM.length), 0, BOM.length, 0);
    if (bytesRead === BOM.length && buffer.equals(BOM)) {
      throw new ImportError(
        "InvalidImport",
        "UTF-8 BOM is not supported. Please save your file without BOM.",
      );
    }
  } finally {
    await file.close();
  }
}
