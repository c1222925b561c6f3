import { COMMIT_TS } from "./commit-ts.ts";
import { utf8Length } from "./utf8.ts";
import type { ObjectValue, Value } from "./value.ts";

/** `_creationTime`: name and its separator, then a float. */
const CREATION_TIME_BYTES = 14 + 9;
/** `_id`: name and its separator, then the two bytes around every string. */
const ID_BYTES_BESIDE_TEXT = 4 + 2;
/** Ids of tables 128 to 16383, which is where user tables start. */
const USUAL_ID_LENGTH = 32;

/** Size in bytes by the arithmetic that all limits and meters use; an absent value has none. */
export function valueSize(value: Value | undefined): number {
  switch (typeof value) {
    case "string":
      return 2 + utf8Length(value);
    case "number":
    case "bigint":
      return 9;
    case "boolean":
      return 1;
    case "undefined":
      return 0;
  }
  if (value === null) return 1;
  if (Array.isArray(value)) {
    let bytes = 2;
    for (let i = 0; i < value.length; i++) bytes += valueSize(value[i]);
    return bytes;
  }
  if (value instanceof ArrayBuffer) return 2 + value.byteLength;
  if (value === COMMIT_TS) return 9;
  let bytes = 2;
  // `for in` without a guard: plain objects inherit nothing enumerable.
  for (const name in value) {
    const field = value[name];
    // Names are ASCII: as many bytes as code units.
    if (field !== undefined) bytes += name.length + 1 + valueSize(field);
  }
  return bytes;
}

/** Size of a document; the system fields are counted in even where `document` does not have them yet. */
export function documentSize(document: ObjectValue, idLength: number = USUAL_ID_LENGTH): number {
  let bytes = valueSize(document);
  if (document["_id"] === undefined) bytes += ID_BYTES_BESIDE_TEXT + idLength;
  if (document["_creationTime"] === undefined) bytes += CREATION_TIME_BYTES;
  return bytes;
}

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A size for people: binary units, at most two decimals, none that are zero (`1.05 MiB`, `16 MiB`, `512 B`). */
export function formatSize(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 1024 && unit < UNITS.length - 1) {
    amount /= 1024;
    unit++;
  }
  return `${Number(amount.toFixed(2))} ${UNITS[unit]}`;
}
