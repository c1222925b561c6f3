import { compareValues as compareStored } from "../values/compare.ts";
import type { Value as StoredValue } from "../values/value.ts";
import type { Value } from "./value-types.ts";

export * as Base64 from "./base64.ts";
export { ConvexError } from "./convex-error.ts";
export { convexToJson, jsonToConvex } from "./convex-json.ts";
export type { AsObjectValidator } from "./v.ts";
export { asObjectValidator, v } from "./v.ts";
export type {
  GenericValidator,
  Infer,
  ObjectFieldType,
  ObjectType,
  OptionalProperty,
  PropertyValidators,
  RecordKeyValidatorJSON,
  RecordValueValidatorJSON,
  VAny,
  VArray,
  Validator,
  ValidatorJSON,
  VBoolean,
  VBytes,
  VCommitTs,
  VFloat64,
  VId,
  VInt64,
  VLiteral,
  VNull,
  VObject,
  VOptional,
  VRecord,
  VString,
  VUnion,
} from "./validators.ts";
export { getConvexSize, getDocumentSize } from "./value-size.ts";
export type { GenericId, JSONValue, NumericValue, Value } from "./value-types.ts";
export { CommitTsPlaceholder } from "./value-types.ts";

/**
 * Negative, zero or positive as `a` sorts before, equal to or after `b` in an index: undefined, null, bigint, number,
 * boolean, string, bytes, array, object.
 */
export function compareValues(a: Value | undefined, b: Value | undefined): number {
  return compareStored(a as StoredValue | undefined, b as StoredValue | undefined);
}
