import { base64ToBytes, bytesToBase64 } from "./base64.ts";
import { COMMIT_TS, CommitTsUse } from "./commit-ts.ts";
import { type ScalarDialect, toJsonTree } from "./json-tree.ts";
import { MAX_ARRAY_LENGTH, MAX_NESTING, MAX_OBJECT_FIELDS } from "./limits.ts";
import { checkFieldName } from "./names.ts";
import {
  floatFromBytes,
  floatToBytes,
  int64FromBytes,
  int64ToBytes,
  isSpecialFloat,
} from "./number-bytes.ts";
import { showFloat } from "./show.ts";
import { isPlainObject, type JSONValue, type ObjectValue, type Value } from "./value.ts";
import { ValueError } from "./value-error.ts";

/** Lossless JSON: what JSON has no notation for is an object with the one key `$integer`, `$float` or `$bytes`. */
const encodedDialect: ScalarDialect = {
  convertsEveryFloat: false,
  int64: (value) => ({ $integer: bytesToBase64(int64ToBytes(value)) }),
  float64: (value) => ({ $float: bytesToBase64(floatToBytes(value)) }),
  bytes: (value) => ({ $bytes: bytesToBase64(new Uint8Array(value)) }),
  commitTs: () => ({ $commitTs: null }),
};

/**
 * The lossless JSON text of a value: equal values give equal text. Field names ascend and absent fields are left out
 * (names that are whole numbers come first in any JavaScript object, by number).
 * @throws ValueError with the texts that functions see, naming the path to what is not a value.
 */
export function encodeValueToString(value: Value): string {
  return JSON.stringify(toJsonTree(value, encodedDialect));
}

/**
 * As `encodeValueToString`, but a tree, which may share objects with the value: the caller must not change either.
 * @throws ValueError
 */
export function encodeValue(value: Value): JSONValue {
  return toJsonTree(value, encodedDialect);
}

const DOLLAR = 36;

export interface DecodeOptions {
  /** Accept the placeholder of the coming commit's timestamp, as inside a running mutation, and note it here. */
  readonly commitTs: CommitTsUse;
}

/** For what is not stored itself, so that nobody needs to know whether the placeholder was there. */
export const WITH_COMMIT_TS: DecodeOptions = { commitTs: /* @__PURE__ */ new CommitTsUse() };

/**
 * The value of lossless JSON. Names, nesting, array length, field count and Unicode are checked in the same pass.
 * Where nothing had to be converted the result shares objects with `json`: the caller must not change either.
 * @throws ValueError
 */
export function decodeValue(json: JSONValue, options?: DecodeOptions): Value {
  return decode(json, 1, options?.commitTs ?? null);
}

/**
 * As `decodeValue`, but a field of the outermost object may be `{"$undefined": null}`: it is present and `undefined`
 * in the result, which asks a patch to remove the field.
 * @throws ValueError
 */
export function decodePatchValue(json: JSONValue, options?: DecodeOptions): Value {
  if (!isPlainObject(json) || Array.isArray(json)) return decodeValue(json, options);
  const removed = Object.keys(json).filter((name) => isUndefinedMarker(json[name]));
  if (removed.length === 0) return decodeValue(json, options);
  const kept: { [key: string]: JSONValue } = { ...json };
  for (const name of removed) {
    checkFieldName(name);
    delete kept[name];
  }
  const patch = { ...decodeFields(kept, Object.keys(kept).length, 1, options?.commitTs ?? null) };
  for (const name of removed) setField(patch, name, undefined);
  return patch;
}

/**
 * As `decodeValue`, but `{"$undefined": null}` is allowed as the whole and gives `undefined`: in index ranges, search
 * filters and filter literals it stands for a missing field.
 * @throws ValueError
 */
export function decodeValueOrUndefined(json: JSONValue, options?: DecodeOptions): Value | undefined {
  return isUndefinedMarker(json) ? undefined : decodeValue(json, options);
}

function isUndefinedMarker(json: JSONValue | undefined): boolean {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return false;
  return json["$undefined"] === null && Object.keys(json).length === 1;
}

/** @param depth nesting that a container found here brings the value to. */
function decode(json: JSONValue, depth: number, commitTs: CommitTsUse | null): Value {
  switch (typeof json) {
    case "string":
      if (!json.isWellFormed()) {
        throw new ValueError(
          "InvalidValue",
          "String is not valid Unicode: it contains an unpaired surrogate",
        );
      }
      return json;
    case "number":
    case "boolean":
      return json;
  }
  if (json === null) return null;
  if (Array.isArray(json)) return decodeElements(json, depth, commitTs);
  return decodeObject(json, depth, commitTs);
}

function decodeElements(json: JSONValue[], depth: number, commitTs: CommitTsUse | null): Value {
  checkNesting(depth);
  if (json.length > MAX_ARRAY_LENGTH) {
    throw new ValueError(
      "ArrayTooLong",
      `Array length is too long (${json.length} > maximum length ${MAX_ARRAY_LENGTH})`,
    );
  }
  let copy: Value[] | null = null;
  for (let i = 0; i < json.length; i++) {
    const element = json[i]!;
    const decoded = decode(element, depth + 1, commitTs);
    if (decoded !== element) {
      copy ??= json.slice();
      copy[i] = decoded;
    }
  }
  return copy ?? json;
}

function decodeObject(
  json: { [key: string]: JSONValue },
  depth: number,
  commitTs: CommitTsUse | null,
): Value {
  const names = Object.keys(json);
  const name = names[0];
  if (names.length === 1 && name!.charCodeAt(0) === DOLLAR) {
    return decodeWrapper(name!, json[name!]!, commitTs);
  }
  return decodeFields(json, names.length, depth, commitTs);
}

function decodeFields(
  json: { [key: string]: JSONValue },
  count: number,
  depth: number,
  commitTs: CommitTsUse | null,
): ObjectValue {
  checkNesting(depth);
  if (count > MAX_OBJECT_FIELDS) {
    throw new ValueError(
      "TooManyFieldsError",
      `Object has too many fields (${count} > maximum number ${MAX_OBJECT_FIELDS})`,
    );
  }
  let copy: ObjectValue | null = null;
  // `for in` without a guard: what JSON was parsed into inherits nothing enumerable, and engines make this loop the
  // fastest.
  for (const name in json) {
    checkFieldName(name);
    const field = json[name]!;
    const decoded = decode(field, depth + 1, commitTs);
    if (decoded !== field) {
      // The spread copies a field called `__proto__` as a field; assigning to it afterwards then is safe too.
      copy ??= { ...json };
      copy[name] = decoded;
    }
  }
  return copy ?? json;
}

function decodeWrapper(name: string, payload: JSONValue, commitTs: CommitTsUse | null): Value {
  switch (name) {
    case "$integer":
      return int64FromBytes(eightBytes(name, "Int64", payload));
    case "$float": {
      const float = floatFromBytes(eightBytes(name, "Float64", payload));
      // Positive zero is let through, although encoders write it as a plain number.
      if (!isSpecialFloat(float) && float !== 0) {
        throw new ValueError("InvalidValue", `Float64 ${showFloat(float)} should be encoded as a number`);
      }
      return float;
    }
    case "$bytes":
      return wrappedBytes(name, payload).buffer;
    case "$commitTs":
      if (payload !== null) throw new ValueError("InvalidValue", "Malformed $commitTs field: expected null");
      if (commitTs === null) {
        throw new ValueError(
          "InvalidValue",
          "An unresolved commit timestamp can only be used inside the mutation that created it",
        );
      }
      commitTs.isUsed = true;
      return COMMIT_TS;
    default:
      throw new ValueError("InvalidFieldName", `Field name ${name} starts with '$', which is reserved.`);
  }
}

function eightBytes(name: string, type: string, payload: JSONValue): Uint8Array {
  const bytes = wrappedBytes(name, payload);
  if (bytes.length !== 8) throw new ValueError("InvalidValue", `${type} must be exactly eight bytes`);
  return bytes;
}

function wrappedBytes(name: string, payload: JSONValue): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === "string" ? base64ToBytes(payload) : null;
  if (bytes === null)
    throw new ValueError("InvalidValue", `Malformed ${name} field: expected a base64 string`);
  return bytes;
}

function checkNesting(depth: number): void {
  if (depth <= MAX_NESTING) return;
  throw new ValueError(
    "TooNestedError",
    `Value is too nested (nested ${depth} levels deep > maximum nesting ${MAX_NESTING})`,
  );
}

/** Plain assignment, except that a field called `__proto__` must not become the prototype. */
function setField(object: ObjectValue, name: string, value: Value | undefined): void {
  Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
}
