import { EpigraphError } from "../errors/epigraph-error.ts";
import { toCleanJsonString } from "../values/clean-json.ts";
import { decodeValue } from "../values/encoded-json.ts";
import { toExportJsonString } from "../values/export-json.ts";
import type { JSONValue } from "../values/value.ts";
import { type Client, isNewer } from "./client-version.ts";

/** Turns encoded JSON text into the text that the caller asked for. */
export type Formatter = (encoded: string) => string;

const FORMATS: Readonly<Record<string, Formatter>> = {
  json: (encoded) => toCleanJsonString(decodeValue(JSON.parse(encoded) as JSONValue)),
  convex_encoded_json: (encoded) => encoded,
  export_json: (encoded) => toExportJsonString(decodeValue(JSON.parse(encoded) as JSONValue)),
};
const ALIASES: Readonly<Record<string, string>> = {
  convex_clean_json: "json",
  convex_json: "convex_encoded_json",
};

/** Clients older than these expect the encoded form when they name none. */
const CLEAN_SINCE: Readonly<Record<string, readonly [number, number, number]>> = {
  npm: [1, 4, 0],
  "npm-cli": [1, 4, 0],
  actions: [1, 4, 0],
  python: [0, 4, 999],
};

/** @throws EpigraphError `BadFormat` */
export function formatterFor(format: unknown, client: Client | null): Formatter {
  if (format === undefined || format === null) {
    const since = client === null ? undefined : CLEAN_SINCE[client.name];
    const old = since !== undefined && client?.version != null && !isNewer(client.version, since);
    return FORMATS[old ? "convex_encoded_json" : "json"] as Formatter;
  }
  const name = ALIASES[String(format)] ?? String(format);
  const formatter = Object.hasOwn(FORMATS, name) ? FORMATS[name] : undefined;
  if (formatter === undefined)
    throw new EpigraphError("BadFormat", `format param must be one of [\`json\`]. Got ${String(format)}`);
  return formatter;
}
