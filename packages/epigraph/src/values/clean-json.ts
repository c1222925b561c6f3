import { bytesToBase64 } from "./base64.ts";
import { type ScalarDialect, toJsonTree } from "./json-tree.ts";
import { rawJson } from "./raw-json.ts";
import type { JSONValue, Value } from "./value.ts";

/** JSON as a stranger expects it. Lossy: int64, bytes and what is not a number become strings. Only ever written. */
const treeDialect: ScalarDialect = {
  convertsEveryFloat: false,
  int64: String,
  float64: (value) => (Number.isFinite(value) ? value : String(value)),
  bytes: (value) => bytesToBase64(new Uint8Array(value)),
  commitTs: unresolvedCommitTs,
};

const textDialect: ScalarDialect = {
  ...treeDialect,
  float64: (value) => (Object.is(value, -0) ? rawJson("-0.0") : String(value)),
};

/** Clean JSON text; negative zero, which `JSON.stringify` would lose, is `-0.0`. */
export function toCleanJsonString(value: Value): string {
  return JSON.stringify(toJsonTree(value, textDialect));
}

/** As `toCleanJsonString`, but a tree, which may share objects with the value. */
export function toCleanJson(value: Value): JSONValue {
  return toJsonTree(value, treeDialect);
}

/** Values leave a transaction only after their placeholders have been resolved. */
export function unresolvedCommitTs(): never {
  throw new Error("An unresolved commit timestamp cannot leave its mutation");
}
