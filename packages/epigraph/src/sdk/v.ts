// biome-ignore-all lint/suspicious/noExplicitAny: validators of any type meet here; `unknown` would make them invariant
import type { Expand } from "./type-utils.ts";
import {
  type GenericValidator,
  type Infer,
  isValidator,
  type ObjectType,
  type OptionalKeys,
  type PropertyValidators,
  VAny,
  VArray,
  type Validator,
  VBoolean,
  VBytes,
  VCommitTs,
  VFloat64,
  VId,
  VInt64,
  VLiteral,
  VNull,
  VObject,
  type VOptional,
  VRecord,
  VString,
  VUnion,
} from "./validators.ts";
import type { CommitTsPlaceholder, GenericId } from "./value-types.ts";

/** The validator that `asObjectValidator` makes of `V`. */
export type AsObjectValidator<V extends Validator<any, any, any> | PropertyValidators> =
  V extends Validator<any, any, any> ? V : V extends PropertyValidators ? Validator<ObjectType<V>> : never;

/** A validator as it is, named validators as the validator of an object. */
export function asObjectValidator<V extends Validator<any, any, any> | PropertyValidators>(
  obj: V,
): AsObjectValidator<V> {
  return (isValidator(obj) ? obj : v.object(obj as PropertyValidators)) as AsObjectValidator<V>;
}

/** What `v` offers: one function for each kind of validator. */
export interface ValidatorBuilders {
  /** The id of a document in a table. */
  id: <TableName extends string>(tableName: TableName) => VId<GenericId<TableName>, "required">;
  null: () => VNull<null, "required">;
  /** The same as `float64`. */
  number: () => VFloat64<number, "required">;
  float64: () => VFloat64<number, "required">;
  /** The same as `int64`. */
  bigint: () => VInt64<bigint, "required">;
  int64: () => VInt64<bigint, "required">;
  /** An int64 that is the commit timestamp of a mutation, or in that mutation the placeholder for it. */
  commitTs: () => VCommitTs<bigint | CommitTsPlaceholder, "required">;
  boolean: () => VBoolean<boolean, "required">;
  string: () => VString<string, "required">;
  bytes: () => VBytes<ArrayBuffer, "required">;
  /** Exactly this value. */
  literal: <T extends string | number | bigint | boolean>(literal: T) => VLiteral<T, "required">;
  array: <T extends Validator<any, "required", any>>(element: T) => VArray<T["type"][], T, "required">;
  /** An object with these fields and no others. */
  object: <T extends PropertyValidators>(
    fields: T,
  ) => VObject<
    Expand<
      { [Property in OptionalKeys<T>]?: Exclude<Infer<T[Property]>, undefined> } & {
        [Property in Exclude<keyof T, OptionalKeys<T>>]: Infer<T[Property]>;
      }
    >,
    T,
    "required",
    {
      [Property in keyof T]: Property | `${Property & string}.${T[Property]["fieldPaths"]}`;
    }[keyof T] &
      string
  >;
  /** An object with any number of fields, whose names and values fulfil two validators. */
  record: <Key extends Validator<string, "required", any>, Value extends Validator<any, "required", any>>(
    keys: Key,
    values: Value,
  ) => VRecord<Record<Infer<Key>, Value["type"]>, Key, Value, "required", string>;
  /** Anything that one of the members accepts. */
  union: <T extends Validator<any, "required", any>[]>(
    ...members: T
  ) => VUnion<T[number]["type"], T, "required", T[number]["fieldPaths"]>;
  any: () => VAny<any, "required", string>;
  /** For a field that may be absent. */
  optional: <T extends GenericValidator>(value: T) => VOptional<T>;
  /** What `value` accepts, or null. */
  nullable: <T extends Validator<any, "required", any>>(
    value: T,
  ) => VUnion<
    (T | VNull<null, "required">)["type"],
    [T, VNull<null, "required">],
    "required",
    (T | VNull<null, "required">)["fieldPaths"]
  >;
}

/**
 * Builds validators of arguments, results and documents.
 *
 * ```ts
 * const message = v.object({ author: v.id("users"), body: v.string(), seenBy: v.optional(v.array(v.id("users"))) });
 * ```
 */
export const v: ValidatorBuilders = {
  id: (tableName) => new VId({ isOptional: "required", tableName: tableName as any }),
  null: () => new VNull({ isOptional: "required" }),
  number: () => new VFloat64({ isOptional: "required" }),
  float64: () => new VFloat64({ isOptional: "required" }),
  bigint: () => new VInt64({ isOptional: "required" }),
  int64: () => new VInt64({ isOptional: "required" }),
  commitTs: () => new VCommitTs({ isOptional: "required" }),
  boolean: () => new VBoolean({ isOptional: "required" }),
  string: () => new VString({ isOptional: "required" }),
  bytes: () => new VBytes({ isOptional: "required" }),
  literal: (value) => new VLiteral({ isOptional: "required", value }),
  array: (element) => new VArray({ isOptional: "required", element }),
  object: (fields) => new VObject({ isOptional: "required", fields }),
  record: (key, value) => new VRecord({ isOptional: "required", key, value }),
  union: (...members) => new VUnion({ isOptional: "required", members }),
  any: () => new VAny({ isOptional: "required" }),
  optional: (value) => value.optional() as any,
  nullable: (value) => new VUnion({ isOptional: "required", members: [value, v.null()] }),
};
