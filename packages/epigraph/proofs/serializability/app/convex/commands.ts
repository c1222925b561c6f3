/**
 * What a transaction is asked to do. How an object is kept is the first part of its name:
 * - `document/…` a list in one document, read and written by its id alone;
 * - `named/…` a list in one document that is found by name, and made by whoever appends first;
 * - `rows/…` a list with a document for each element, so that an append looks for the end of a range;
 * - `register/…` one value in one document, found by name.
 */
export type Command =
  | { type: "append"; object: string; id: string | null; value: number }
  | { type: "readList"; object: string; id: string | null; how: ReadWay }
  /** With `anew` the document is deleted and another one inserted. */
  | { type: "write"; object: string; value: number; anew: boolean }
  | { type: "readRegister"; object: string }
  | { type: "nested"; commands: Command[]; fails: boolean }
  | { type: "nestedQuery"; commands: Command[] };

/** Ways to read `rows`: through the index either way, by a filter over the whole table, in pages of nested queries. */
export type ReadWay = "index" | "backwards" | "filter" | "pages";

/** As the checker reads it. */
export type Step =
  | { type: "append"; object: string; value: number }
  | { type: "readList"; object: string; values: number[] }
  | { type: "write"; object: string; value: number; replaced: number | null }
  | { type: "readRegister"; object: string; value: number | null }
  | { type: "nested"; isRolledBack: boolean; steps: Step[] };
