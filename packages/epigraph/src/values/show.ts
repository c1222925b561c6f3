import { bytesToBase64 } from "./base64.ts";
import { COMMIT_TS } from "./commit-ts.ts";
import { sortedFieldNames, type Value } from "./value.ts";

/** How a value prints inside error texts: `{a: 1.0, b: "x", c: 5, d: b"AA=="}` (floats have a point, Int64 do not). */
export function showValue(value: Value | undefined): string {
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "string":
      return JSON.stringify(value);
    case "number":
      return showFloat(value);
    case "bigint":
    case "boolean":
      return String(value);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return `[${value.map(showValue).join(", ")}]`;
  if (value instanceof ArrayBuffer) return `b"${bytesToBase64(new Uint8Array(value))}"`;
  if (value === COMMIT_TS) return value.toString();
  const fields = sortedFieldNames(value).map((name) => `${name}: ${showValue(value[name])}`);
  return `{${fields.join(", ")}}`;
}

/** A float as error texts print it: `5.0`, `-0.0`, `1e21`, `inf`, `NaN`. */
export function showFloat(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  if (text.includes("e")) return text.replace("e+", "e");
  return text.includes(".") ? text : `${text}.0`;
}

export type TypeName =
  | "Null"
  | "Int64"
  | "Float64"
  | "Boolean"
  | "String"
  | "Bytes"
  | "Array"
  | "Object"
  | "undefined";

/** Name of a value's type as error texts print it. */
export function typeName(value: Value | undefined): TypeName {
  switch (typeof value) {
    case "undefined":
      return "undefined";
    case "string":
      return "String";
    case "number":
      return "Float64";
    case "bigint":
      return "Int64";
    case "boolean":
      return "Boolean";
  }
  if (value === null) return "Null";
  if (Array.isArray(value)) return "Array";
  if (value instanceof ArrayBuffer) return "Bytes";
  return value === COMMIT_TS ? "Int64" : "Object";
}
