import type { ObjectValue } from "../../values/value.ts";

/** A document of an import, not yet checked against the rules of its table. */
export interface ImportedRow {
  /** 1-based, as people count lines. */
  readonly row: number;
  readonly value: ObjectValue;
}

/** The rows of one table. */
export interface TableSource {
  readonly name: string;
  /** Each call reads from the start. @throws ImportError on the way. */
  readonly rows: () => AsyncIterable<readonly ImportedRow[]>;
}

/** An import, opened: what tables it has. Memory does not follow its size. */
export interface ImportSource {
  readonly tables: readonly TableSource[];
  /** Table numbers that the import names. */
  readonly numbers: ReadonlyMap<string, number>;
  /** What is in it and will not be imported, a sentence each. */
  readonly skipped: readonly string[];
  close(): void;
}
