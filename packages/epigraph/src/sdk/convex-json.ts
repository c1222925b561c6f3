import { base64ToBytes } from "../values/base64.ts";
import { COMMIT_TS } from "../values/commit-ts.ts";
import { encodeValue } from "../values/encoded-json.ts";
import { MAX_FIELD_NAME_LENGTH } from "../values/limits.ts";
import { invalidCharacterText, isFieldName } from "../values/names.ts";
import { floatFromBytes, int64FromBytes, isSpecialFloat } from "../values/number-bytes.ts";
import { isPlainObject, type JSONValue, type Value as StoredValue } from "../values/value.ts";
import type { Value } from "./value-types.ts";

const DOLLAR = 36;

/**
 * The lossless JSON of a value, which may share objects with it: change neither afterwards.
 * @throws Error naming the path to what is not a value.
 */
export function convexToJson(value: Value): JSONValue {
  try {
    return encodeValue(value as StoredValue);
  } catch (error) {
    // Apps see a plain `Error`: its name is part of the text that an uncaught error leaves in logs and clients.
    throw new Error((error as Error).message);
  }
}

/** As `convexToJson`; `undefined` stands for a missing field in filters and index ranges. */
export function convexOrUndefinedToJson(value: Value | undefined): JSONValue {
  return value === undefined ? { $undefined: null } : convexToJson(value);
}

/** As `convexToJson`, but fields of the outermost object that are `undefined` stay: a patch removes them. */
export function patchValueToJson(value: Value): JSONValue {
  const json = convexToJson(value);
  if (!isPlainObject(value)) return json;
  const removed = Object.keys(value).filter((name) => value[name] === undefined);
  if (removed.length === 0) return json;
  const fields = { ...(json as { [key: string]: JSONValue }) };
  for (const name of removed) {
    checkFieldName(name);
    Object.defineProperty(fields, name, {
      value: { $undefined: null },
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return fields;
}

/**
 * The value of lossless JSON, which may share objects with it: change neither afterwards.
 * @throws Error when a wrapper is malformed or a field name is not allowed.
 */
export function jsonToConvex(json: JSONValue): Value {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return elementsToConvex(json);
  const names = Object.keys(json);
  const name = names[0];
  if (names.length === 1 && name!.charCodeAt(0) === DOLLAR) return unwrap(name!, json);
  let copy: { [key: string]: Value } | null = null;
  for (const key of names) {
    checkFieldName(key);
    const field = json[key]!;
    const value = jsonToConvex(field);
    if (value !== field) {
      // The spread makes `__proto__` a field of its own, so that the assignment writes that field.
      copy ??= { ...json };
      copy[key] = value;
    }
  }
  return copy ?? json;
}

function elementsToConvex(json: JSONValue[]): Value[] {
  let copy: Value[] | null = null;
  for (let i = 0; i < json.length; i++) {
    const value = jsonToConvex(json[i]!);
    if (value !== json[i]) {
      copy ??= json.slice();
      copy[i] = value;
    }
  }
  return copy ?? json;
}

function unwrap(name: string, json: { [key: string]: JSONValue }): Value {
  switch (name) {
    case "$bytes":
      return payloadBytes(name, json).buffer;
    case "$integer":
      return int64FromBytes(eightBytes(name, json));
    case "$float": {
      const float = floatFromBytes(eightBytes(name, json));
      if (!isSpecialFloat(float)) throw new Error(`Float ${float} should be encoded as a number`);
      return float;
    }
    case "$commitTs":
      if (json[name] !== null) throw malformed(name, json);
      return COMMIT_TS as Value;
    case "$set":
      throw new Error("Received a Set which is no longer supported as a Convex type.");
    case "$map":
      throw new Error("Received a Map which is no longer supported as a Convex type.");
    default:
      checkFieldName(name);
      return json;
  }
}

function eightBytes(name: string, json: { [key: string]: JSONValue }): Uint8Array {
  const bytes = payloadBytes(name, json);
  if (bytes.length !== 8) throw new Error(`Received ${bytes.length} bytes, expected 8 for ${name}`);
  return bytes;
}

function payloadBytes(name: string, json: { [key: string]: JSONValue }): Uint8Array<ArrayBuffer> {
  const payload = json[name];
  const bytes = typeof payload === "string" ? base64ToBytes(payload) : null;
  if (bytes === null) throw malformed(name, json);
  return bytes;
}

function malformed(name: string, json: object): Error {
  return new Error(`Malformed ${name} field on ${json}`);
}

function checkFieldName(name: string): void {
  if (isFieldName(name)) return;
  if (name.length > MAX_FIELD_NAME_LENGTH) {
    throw new Error(`Field name ${name} exceeds maximum field name length ${MAX_FIELD_NAME_LENGTH}.`);
  }
  if (name.charCodeAt(0) === DOLLAR) {
    throw new Error(`Field name ${name} starts with a '$', which is reserved.`);
  }
  throw new Error(invalidCharacterText(name));
}
