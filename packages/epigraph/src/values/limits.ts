import { showValue } from "./show.ts";
import { formatSize, valueSize } from "./size.ts";
import { isPlainObject, type Value } from "./value.ts";
import { ValueError } from "./value-error.ts";

/** One stored document, `_id` and `_creationTime` included. */
export const MAX_DOCUMENT_BYTES: number = 1024 * 1024;
/** Any one value. */
export const MAX_VALUE_BYTES: number = 32 * 1024 * 1024;
export const MAX_ARRAY_LENGTH = 8192;
export const MAX_OBJECT_FIELDS = 1024;
/** Levels of arrays and objects in any value; a scalar has none, `{}` has one. */
export const MAX_NESTING = 64;
/** Levels in a stored document, the document itself being the first. */
export const MAX_DOCUMENT_NESTING = 16;
export const MAX_FIELD_NAME_LENGTH = 1024;
export const MAX_IDENTIFIER_LENGTH = 64;
export const MIN_INT64: bigint = -(2n ** 63n);
export const MAX_INT64: bigint = 2n ** 63n - 1n;

/** Levels of arrays and objects: 0 for a scalar, 1 for `{}`. */
export function nestingOf(value: Value | undefined): number {
  let deepest = 0;
  if (Array.isArray(value)) {
    for (const element of value) deepest = Math.max(deepest, nestingOf(element));
    return deepest + 1;
  }
  if (!isPlainObject(value)) return 0;
  for (const name of Object.keys(value)) {
    const field = value[name] as Value | undefined;
    if (field !== undefined) deepest = Math.max(deepest, nestingOf(field));
  }
  return deepest + 1;
}

/** What of a document has a limit. */
export interface DocumentMeasures {
  /** In bytes. */
  readonly size: number;
  /** Levels, the document itself being the first. */
  readonly nesting: number;
}

/**
 * Checks what holds for stored documents beyond the rules for all values: top-level names, nesting and size.
 * @param document the whole document, with its `_id` and `_creationTime`.
 * @throws ValueError `InvalidDocumentError` or `ValueTooLargeError`.
 */
export function checkDocument(document: Value): DocumentMeasures {
  if (!isPlainObject(document)) {
    throw new ValueError("InvalidDocumentError", "Value must be an Object");
  }
  for (const name of Object.keys(document)) {
    if (isReservedField(name) && document[name] !== undefined) {
      throw invalidDocument(
        document,
        `Field '${name}' starts with an underscore, which is only allowed for system fields like '_id'.`,
      );
    }
  }
  const nesting = nestingOf(document);
  if (nesting > MAX_DOCUMENT_NESTING) {
    throw invalidDocument(
      document,
      `Document is too nested (nested ${nesting} levels deep > maximum nesting ${MAX_DOCUMENT_NESTING})`,
    );
  }
  const size = valueSize(document);
  checkSize(size, MAX_DOCUMENT_BYTES);
  return { size, nesting };
}

/**
 * @param bytes size of a value, from `valueSize`.
 * @throws ValueError `ValueTooLargeError`.
 */
export function checkSize(bytes: number, maxBytes: number = MAX_VALUE_BYTES): void {
  if (bytes <= maxBytes) return;
  throw new ValueError(
    "ValueTooLargeError",
    `Value is too large (${formatSize(bytes)} > maximum size ${formatSize(maxBytes)})`,
  );
}

function isReservedField(name: string): boolean {
  return name.charCodeAt(0) === 95 && name !== "_id" && name !== "_creationTime";
}

function invalidDocument(document: Value, violation: string): ValueError {
  return new ValueError(
    "InvalidDocumentError",
    `Document(value: ${showValue(document)}) isn't a valid document: ${violation}`,
  );
}
