import { documentSize, valueSize } from "../values/size.ts";
import type { ObjectValue, Value as StoredValue } from "../values/value.ts";
import type { Value } from "./value-types.ts";

/** Bytes that a value counts towards the limits on documents, arguments and results. `undefined` counts none. */
export function getConvexSize(value: Value | undefined): number {
  return value === undefined ? 0 : valueSize(value as StoredValue);
}

export interface DocumentSizeOptions {
  /** Length in characters of the id that the document will get, for one that has none yet. */
  customIdLength?: number;
}

/** Bytes that a document counts when stored: system fields are counted even where `value` lacks them. */
export function getDocumentSize(value: Record<string, Value>, options?: DocumentSizeOptions): number {
  return options?.customIdLength === undefined
    ? documentSize(value as ObjectValue)
    : documentSize(value as ObjectValue, options.customIdLength);
}
