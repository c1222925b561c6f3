import { isUtf8 } from "node:buffer";
import type { Value } from "../../values/value.ts";
import { ImportError } from "./import-error.ts";
import type { ImportedRow, RowCount } from "./import-source.ts";
import { parseRow, type RowNotation } from "./parse-row.ts";

const NEWLINE = 10;
/** No document is so long: it may have 1 MiB, and six characters for each byte. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Reads one object a line. @throws ImportError naming the line. */
export async function* readJsonLines(
  bytes: AsyncIterable<Buffer>,
  notation: RowNotation,
): AsyncGenerator<readonly ImportedRow[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let row = 0;
  const parse = (block: Buffer): ImportedRow[] => {
    if (!isUtf8(block)) throw new ImportError("InvalidImport", `Row ${row + 1} or one after it is not UTF-8`);
    const lines = block.toString("utf8").split("\n");
    return lines.map((line) => {
      row++;
      return { row, value: parseRow(line, row, notation) };
    });
  };
  for await (const chunk of bytes) {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end === -1) {
      rest.push(chunk);
      restBytes += chunk.length;
      if (restBytes > MAX_LINE_BYTES) {
        throw new ImportError("InvalidImport", `Row ${row + 1} is longer than ${MAX_LINE_BYTES} bytes`);
      }
      continue;
    }
    yield parse(Buffer.concat([...rest, chunk.subarray(0, end)]));
    rest = [chunk.subarray(end + 1)];
    restBytes = chunk.length - end - 1;
  }
  if (restBytes > 0) yield parse(Buffer.concat(rest));
}

/** Counts lines; the first one is read. @throws ImportError for that one. */
export async function countJsonLines(bytes: AsyncIterable<Buffer>, notation: RowNotation): Promise<RowCount> {
  let rows = 0;
  let first: Buffer[] | null = [];
  let firstId: Value | undefined;
  let isLineOpen = false;
  const read = (): void => {
    if (first === null) return;
    firstId = parseRow(Buffer.concat(first).toString("utf8"), 1, notation)["_id"];
    first = null;
  };
  for await (const chunk of bytes) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      first?.push(chunk.subarray(from, end));
      read();
      rows++;
      from = end + 1;
    }
    first?.push(chunk.subarray(from));
    isLineOpen = from < chunk.length || (from === 0 && isLineOpen);
  }
  if (!isLineOpen) return { rows, firstId };
  read();
  return { rows: rows + 1, firstId };
}
