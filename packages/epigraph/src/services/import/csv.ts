import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import { checkFieldName } from "../../values/names.ts";
import type { ObjectValue, Value } from "../../values/value.ts";
import { ImportError } from "./import-error.ts";
import type { ImportedRow } from "./import-source.ts";
import { rowValue } from "./parse-row.ts";

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const NO_NUMBER = /^[+-]?(?:nan|inf|infinity)$/i;
const BATCH_ROWS = 256;

/**
 * Reads a file with a header. A cell that is a number becomes one, everything else is a text.
 * @param isOptional whether the schema allows a field to be missing: its empty cells are.
 */
export async function* readCsv(
  path: string,
  isOptional: (field: string) => boolean,
): AsyncGenerator<readonly ImportedRow[]> {
  const records = createReadStream(path).pipe(parse({ relax_column_count: true, skip_empty_lines: true }));
  let header: readonly string[] | null = null;
  let row = 0;
  let batch: ImportedRow[] = [];
  try {
    for await (const cells of records as AsyncIterable<string[]>) {
      if (header === null) {
        header = cells.map(checkHeader);
        continue;
      }
      row++;
      if (cells.length !== header.length) {
        throw new ImportError("InvalidImport", `CSV row ${row} doesn't have all of the fields in the header`);
      }
      batch.push({ row, value: toDocument(header, cells, isOptional, row) });
      if (batch.length < BATCH_ROWS) continue;
      yield batch;
      batch = [];
    }
  } catch (error) {
    if (error instanceof ImportError || !isCsvError(error)) throw error;
    throw new ImportError("InvalidImport", `CSV row ${row + 1} can't be read: ${error.message}`);
  } finally {
    records.destroy();
  }
  if (batch.length > 0) yield batch;
}

function isCsvError(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("CSV_");
}

function checkHeader(text: string): string {
  const name = text.trim();
  try {
    checkFieldName(name);
  } catch (error) {
    throw new ImportError(
      "InvalidImport",
      `CSV header "${name}" isn't a valid field name: ${(error as Error).message}`,
    );
  }
  return name;
}

function toDocument(
  header: readonly string[],
  cells: readonly string[],
  isOptional: (field: string) => boolean,
  row: number,
): ObjectValue {
  const document: ObjectValue = {};
  header.forEach((field, i) => {
    const cell = cells[i] as string;
    if (cell === "" && isOptional(field)) return;
    Object.defineProperty(document, field, {
      value: cellValue(cell),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  });
  return rowValue(document as never, row, false);
}

/** What JSON could not say is nothing. */
function cellValue(cell: string): Value {
  if (NO_NUMBER.test(cell)) return null;
  if (!NUMBER.test(cell)) return cell;
  const number = Number(cell);
  return Number.isFinite(number) ? number : null;
}
