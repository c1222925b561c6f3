// biome-ignore-all lint/suspicious/noExplicitAny: what v.any() means
import {
  type AsObjectValidator,
  asObjectValidator,
  Base64,
  ConvexError,
  compareValues,
  convexToJson,
  type GenericId,
  type GenericValidator,
  getConvexSize,
  getDocumentSize,
  type Infer,
  type JSONValue,
  jsonToConvex,
  type NumericValue,
  type ObjectType,
  type OptionalProperty,
  type PropertyValidators,
  type VArray,
  type Validator,
  type ValidatorJSON,
  type Value,
  type VId,
  type VObject,
  type VOptional,
  type VString,
  v,
} from "convex/values";
import { expectTypeOf } from "expect-type";

/** Inference */
expectTypeOf<Infer<ReturnType<typeof v.string>>>().toEqualTypeOf<string>();
const scalars = v.object({
  id: v.id("users"),
  null: v.null(),
  number: v.number(),
  float64: v.float64(),
  bigint: v.bigint(),
  int64: v.int64(),
  boolean: v.boolean(),
  string: v.string(),
  bytes: v.bytes(),
  any: v.any(),
  literals: v.union(v.literal("a"), v.literal(1), v.literal(2n), v.literal(true)),
});
expectTypeOf<Infer<typeof scalars>>().toEqualTypeOf<{
  id: GenericId<"users">;
  null: null;
  number: number;
  float64: number;
  bigint: bigint;
  int64: bigint;
  boolean: boolean;
  string: string;
  bytes: ArrayBuffer;
  any: any;
  literals: "a" | 1 | 2n | true;
}>();
const nested = v.object({
  list: v.array(v.object({ a: v.optional(v.string()) })),
  record: v.record(v.string(), v.number()),
  byUser: v.record(v.id("users"), v.boolean()),
  maybe: v.optional(v.union(v.string(), v.null())),
  nullable: v.nullable(v.number()),
  method: v.string().optional(),
});
expectTypeOf<Infer<typeof nested>>().toEqualTypeOf<{
  list: { a?: string }[];
  record: Record<string, number>;
  byUser: Record<GenericId<"users">, boolean>;
  maybe?: string | null;
  nullable: number | null;
  method?: string;
}>();
expectTypeOf<typeof nested.fieldPaths>().toEqualTypeOf<
  "list" | "record" | "byUser" | `record.${string}` | `byUser.${string}` | "maybe" | "nullable" | "method"
>();
expectTypeOf<ObjectType<{ a: VString; b: VOptional<VString> }>>().toEqualTypeOf<{ a: string; b?: string }>();

/** Object validators derive others. */
const base = v.object({ a: v.string(), b: v.optional(v.number()), c: v.boolean() });
expectTypeOf<Infer<ReturnType<typeof base.omit<"a">>>>().toEqualTypeOf<{ b?: number; c: boolean }>();
expectTypeOf(base.pick("a", "b").type).toEqualTypeOf<{ a: string; b?: number }>();
expectTypeOf(base.partial().type).toEqualTypeOf<{ a?: string; b?: number; c?: boolean }>();
expectTypeOf(base.extend({ d: v.id("users") }).type).toEqualTypeOf<{
  a: string;
  b?: number;
  c: boolean;
  d: GenericId<"users">;
}>();
expectTypeOf(base.fields.a).toEqualTypeOf<VString<string, "required">>();
expectTypeOf(base.fields.b.isOptional).toEqualTypeOf<"optional">();
expectTypeOf(base.kind).toEqualTypeOf<"object">();
expectTypeOf(v.array(v.string()).element).toEqualTypeOf<VString<string, "required">>();
expectTypeOf(v.id("users").tableName).toEqualTypeOf<"users">();
expectTypeOf(v.array(v.string())).toEqualTypeOf<VArray<string[], VString<string, "required">, "required">>();
expectTypeOf(v.optional(v.id("users"))).toEqualTypeOf<VId<GenericId<"users"> | undefined, "optional">>();
// @ts-expect-error there is no such field
base.omit("x");
// @ts-expect-error there is no such field
base.pick("x");
// @ts-expect-error elements are required
v.array(v.optional(v.string()));
// @ts-expect-error members are required
v.union(v.optional(v.string()));
// @ts-expect-error keys are strings
v.record(v.number(), v.string());
// @ts-expect-error fields are validators
v.object({ a: "string" });
// @ts-expect-error a literal is a scalar
v.literal({});

/** Validators as arguments and as data */
expectTypeOf(base).toExtend<GenericValidator>();
expectTypeOf(base).toExtend<Validator<{ a: string; b?: number; c: boolean }, "required", "a" | "b" | "c">>();
expectTypeOf({ a: v.string(), b: v.optional(v.any()) }).toExtend<PropertyValidators>();
expectTypeOf<AsObjectValidator<{ a: VString }>>().toEqualTypeOf<Validator<{ a: string }>>();
expectTypeOf(asObjectValidator(base)).toEqualTypeOf<typeof base>();
expectTypeOf<VObject<{ a: string }, { a: VString }>["fieldPaths"]>().toEqualTypeOf<"a">();
expectTypeOf<OptionalProperty>().toEqualTypeOf<"optional" | "required">();
expectTypeOf<ValidatorJSON>().toExtend<{ type: string }>();
function narrows(validator: Validator<unknown, OptionalProperty, string>): unknown {
  switch (validator.kind) {
    case "object":
      return validator.fields;
    case "array":
      return validator.element;
    case "union":
      return validator.members;
    case "record":
      return [validator.key, validator.value];
    case "literal":
      return validator.value;
    case "id":
      return validator.tableName;
    default:
      return expectTypeOf(validator.kind).toEqualTypeOf<
        "string" | "float64" | "int64" | "commitTs" | "boolean" | "null" | "any" | "bytes"
      >();
  }
}
void narrows;

/** Values */
expectTypeOf(convexToJson({ a: [1n, undefined as never] })).toEqualTypeOf<JSONValue>();
expectTypeOf(jsonToConvex({ $integer: "AQAAAAAAAAA=" })).toEqualTypeOf<Value>();
expectTypeOf(compareValues(1, undefined)).toEqualTypeOf<number>();
expectTypeOf(getConvexSize(undefined)).toEqualTypeOf<number>();
expectTypeOf(getDocumentSize({ a: 1 })).toEqualTypeOf<number>();
expectTypeOf<NumericValue>().toEqualTypeOf<number | bigint>();
expectTypeOf(Base64.toByteArray("")).toExtend<Uint8Array>();
expectTypeOf(Base64.fromByteArray(new Uint8Array())).toEqualTypeOf<string>();
expectTypeOf<GenericId<"users">>().toExtend<string>();
expectTypeOf<string>().not.toExtend<GenericId<"users">>();
expectTypeOf<GenericId<"a">>().not.toExtend<GenericId<"b">>();
// @ts-expect-error a date is no value
convexToJson(new Date());

const thrown = new ConvexError({ code: "FULL", seats: 0 });
expectTypeOf(thrown.data).toEqualTypeOf<{ code: string; seats: number }>();
expectTypeOf(new ConvexError("text").data).toEqualTypeOf<"text">();
expectTypeOf(thrown).toExtend<Error>();
// @ts-expect-error a date is no value
new ConvexError(new Date());
