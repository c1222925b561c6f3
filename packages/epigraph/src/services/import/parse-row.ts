import { decodeValue, encodeValue } from "../../values/encoded-json.ts";
import { MAX_INT64, MIN_INT64 } from "../../values/limits.ts";
import { isPlainObject, type JSONValue, type ObjectValue } from "../../values/value.ts";
import { ImportError } from "./import-error.ts";

/**
 * `plain`: JSON as everybody writes it, every number a float. `uniform`: the JSON of exports, in which a number without
 * fraction and exponent is an Int64, and objects may be wrappers like `{"$bytes": …}`.
 */
export type RowNotation = "plain" | "uniform";

/** May be in a text, too: then the slower way finds that there is none. */
const PERHAPS_INTEGER = /[[:,]\s*-?\d+\s*[,}\]]/;
const INTEGER = /^-?\d+$/;
const WRAPPER = '"$';

/** Reads the JSON of one row. @throws ImportError naming the row. */
export function parseRow(text: string, row: number, notation: RowNotation): ObjectValue {
  let json: JSONValue;
  try {
    json =
      notation === "uniform" && PERHAPS_INTEGER.test(text)
        ? (JSON.parse(text, keepIntegers) as JSONValue)
        : (JSON.parse(text) as JSONValue);
  } catch (error) {
    throw new ImportError("InvalidImport", `Row ${row} wasn't valid JSON: ${(error as Error).message}`);
  }
  return rowValue(json, row, notation === "plain" && text.includes(WRAPPER));
}

/**
 * The document that parsed JSON is.
 * @param mayHaveWrappers whether wrappers have to be looked for, which are none in plain JSON.
 * @throws ImportError naming the row.
 */
export function rowValue(json: JSONValue, row: number, mayHaveWrappers: boolean): ObjectValue {
  if (!isPlainObject(json)) throw new ImportError("InvalidImport", `Row ${row} wasn't an object`);
  try {
    if (mayHaveWrappers) refuseWrappers(json as JSONValue);
    return decodeValue(json as JSONValue) as ObjectValue;
  } catch (error) {
    throw new ImportError(
      "InvalidImport",
      `Row ${row} wasn't a valid Convex value: ${(error as Error).message}`,
    );
  }
}

/** A number's own text tells what it is. */
function keepIntegers(
  this: unknown,
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== "number" || !INTEGER.test(context?.source ?? "")) return value;
  const integer = BigInt(context?.source as string);
  return integer < MIN_INT64 || integer > MAX_INT64 ? value : encodeValue(integer);
}

function refuseWrappers(json: JSONValue): void {
  if (Array.isArray(json)) for (const element of json) refuseWrappers(element);
  else if (typeof json === "object" && json !== null) {
    for (const [name, field] of Object.entries(json)) {
      if (name.startsWith("$")) throw new Error(`Field name ${name} starts with '$', which is reserved.`);
      refuseWrappers(field);
    }
  }
}
