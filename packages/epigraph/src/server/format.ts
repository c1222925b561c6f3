import { EpigraphError } from "../errors/epigraph-error.ts";
import { toCleanJsonString } from "../values/clean-json.ts";
import { decodeValue } from "../values/encoded-json.ts";
import { toExportJsonString } from "../values/export-json.ts";
import type { JSONValue } from "../values/value.ts";
import { type Client, expectsEncodedJson } from "./client-version.ts";

/** How values are written in an answer. */
export type ValueFormat = "clean" | "encoded" | "export";

const FORMATS: ReadonlyMap<string, ValueFormat> = new Map([
  ["json", "clean"],
  ["convex_clean_json", "clean"],
  ["convex_encoded_json", "encoded"],
  ["convex_json", "encoded"],
  ["export_json", "export"],
]);

/**
 * The format that a request asks for.
 * @param name null when the request names none; then the age of the client decides.
 * @throws EpigraphError `BadFormat`
 */
export function parseFormat(name: string | null, client: Client | null): ValueFormat {
  if (name === null) return expectsEncodedJson(client) ? "encoded" : "clean";
  const format = FORMATS.get(name);
  if (format !== undefined) return format;
  throw new EpigraphError("BadFormat", `format param must be one of [\`json\`]. Got ${name}`);
}

/** Writes a value, given as encoded JSON text, in the format. */
export function formatValue(encodedJson: string, format: ValueFormat): string {
  if (format === "encoded") return encodedJson;
  // Only a `$` field tells the encodings apart, and most answers have none: their text is clean as it is.
  if (format === "clean" && !encodedJson.includes('"$')) return encodedJson;
  const value = decodeValue(JSON.parse(encodedJson) as JSONValue);
  return format === "clean" ? toCleanJsonString(value) : toExportJsonString(value);
}
