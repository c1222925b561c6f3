/**
 * A value as functions see it. Ids are strings; there is no date, set, map or undefined value. An object field that is
 * `undefined` counts as absent everywhere.
 */
export type Value =
  | null
  | bigint
  | number
  | boolean
  | string
  | ArrayBuffer
  | Value[]
  | { [key: string]: Value | undefined };

/** What `JSON.parse` returns. */
export type JSONValue = null | boolean | number | string | JSONValue[] | { [key: string]: JSONValue };

/** A value that is neither a scalar, nor bytes, nor an array. */
export type ObjectValue = { [key: string]: Value | undefined };

/**
 * True for object literals, objects without a prototype, and object literals of another realm (their prototype's
 * constructor is called `Object` but is not ours). Class instances, arrays and buffers are not plain.
 */
export function isPlainObject(x: unknown): x is Record<string, unknown> {
  if (typeof x !== "object" || x === null) return false;
  const prototype = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null || prototype.constructor?.name === "Object";
}

/**
 * Names of the fields that are present, ascending. Names are ASCII, so the order of UTF-16 code units is also the
 * order of bytes. Integer-like names make a sort necessary even for objects built in order: engines list those first.
 */
export function sortedFieldNames(object: ObjectValue): string[] {
  const names = Object.keys(object);
  let sorted = true;
  let complete = true;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    if (object[name] === undefined) complete = false;
    if (i > 0 && names[i - 1]! > name) sorted = false;
  }
  const present = complete ? names : names.filter((name) => object[name] !== undefined);
  return sorted ? present : sortNames(present);
}

/** Few names, mostly in order: insertion beats the engine's sort, which calls nothing but costs much to start. */
const MAX_INSERTION_SORT = 24;

function sortNames(names: string[]): string[] {
  if (names.length > MAX_INSERTION_SORT) return names.sort();
  for (let i = 1; i < names.length; i++) {
    const name = names[i]!;
    let at = i;
    while (at > 0 && names[at - 1]! > name) {
      names[at] = names[at - 1]!;
      at--;
    }
    names[at] = name;
  }
  return names;
}
