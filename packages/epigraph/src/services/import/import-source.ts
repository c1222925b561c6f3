import type { ObjectValue, Value } from "../../values/value.ts";
import type { FileSource } from "./import-files.ts";

/** A document of an import, not yet checked against the rules of its table. */
export interface ImportedRow {
  /** 1-based, as people count lines. */
  readonly row: number;
  readonly value: ObjectValue;
}

/** What a quick look through the rows of a table tells. */
export interface RowCount {
  readonly rows: number;
  /** The id of the first row, where it has one. */
  readonly firstId: Value | undefined;
}

/** The rows of one table. */
export interface TableSource {
  readonly name: string;
  /** Looks through all of it without checking it. */
  readonly count: () => Promise<RowCount>;
  /** Each call reads from the start. @throws ImportError on the way. */
  readonly rows: () => AsyncIterable<readonly ImportedRow[]>;
}

/** An import, opened: what tables it has. Memory does not follow its size. */
export interface ImportSource {
  readonly tables: readonly TableSource[];
  /** Table numbers that the import names. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly files: readonly FileSource[];
  close(): void;
}

/** Counts by reading everything. */
export async function countRows(rows: ReturnType<TableSource["rows"]>): Promise<RowCount> {
  let count = 0;
  let firstId: Value | undefined;
  for await (const batch of rows) {
    if (count === 0) firstId = batch[0]?.value["_id"];
    count += batch.length;
  }
  return { rows: count, firstId };
}
