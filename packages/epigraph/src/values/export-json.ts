import { bytesToBase64 } from "./base64.ts";
import { unresolvedCommitTs } from "./clean-json.ts";
import { type ScalarDialect, toJsonTree } from "./json-tree.ts";
import { floatToBytes } from "./number-bytes.ts";
import { rawJson } from "./raw-json.ts";
import type { JSONValue, Value } from "./value.ts";

/** JSON that tells int64 from float64 by notation: a number with a fraction or an exponent is a float. */
const exportDialect: ScalarDialect = {
  convertsEveryFloat: true,
  int64: (value) => rawJson(String(value)),
  float64: writeFloat,
  bytes: (value) => ({ $bytes: bytesToBase64(new Uint8Array(value)) }),
  commitTs: unresolvedCommitTs,
};

/** The JSON text of exported documents: lossless, floats always with a fraction or an exponent, int64 never. */
export function toExportJsonString(value: Value): string {
  return JSON.stringify(toJsonTree(value, exportDialect));
}

function writeFloat(value: number): JSONValue {
  if (!Number.isFinite(value)) return { $float: bytesToBase64(floatToBytes(value)) };
  if (!Number.isInteger(value)) return value;
  if (Object.is(value, -0)) return rawJson("-0.0");
  const text = String(value);
  return text.includes("e") ? value : rawJson(`${text}.0`);
}
