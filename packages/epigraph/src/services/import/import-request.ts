/** How the text of an import is to be read. */
export type ImportFormat = "csv" | "jsonLines" | "jsonArray" | "zip";

/**
 * What becomes of what is there. `requireEmpty`: nothing must be; `append`: it stays, and rows appear batch by batch;
 * `replace`: the tables of the import are swapped; `replaceAll`: all other tables go, too. All but `append` are atomic.
 */
export type ImportMode = "requireEmpty" | "append" | "replace" | "replaceAll";

export interface ImportRequest {
  readonly format: ImportFormat;
  readonly mode: ImportMode;
  /** Null for a ZIP, which names its tables itself. */
  readonly tableName: string | null;
  /** The whole import, as a file. */
  readonly path: string;
}

export const IMPORT_FORMATS: readonly ImportFormat[] = ["csv", "jsonLines", "jsonArray", "zip"];
export const IMPORT_MODES: readonly ImportMode[] = ["requireEmpty", "append", "replace", "replaceAll"];
