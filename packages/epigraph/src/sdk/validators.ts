// biome-ignore-all lint/suspicious/noExplicitAny: validators of any type meet here; `unknown` would make them invariant
import type { JSONValue } from "../values/value.ts";
import { convexToJson } from "./convex-json.ts";
import type { Expand } from "./type-utils.ts";
import type { CommitTsPlaceholder, Value as ConvexValue, GenericId } from "./value-types.ts";

export type OptionalProperty = "optional" | "required";

export type ObjectFieldType = { fieldType: ValidatorJSON; optional: boolean };

export type RecordKeyValidatorJSON =
  | { type: "string" }
  | { type: "id"; tableName: string }
  | { type: "union"; value: RecordKeyValidatorJSON[] };

export type RecordValueValidatorJSON = ObjectFieldType & { optional: false };

/** A validator as it travels to the server. */
export type ValidatorJSON =
  | { type: "null" }
  | { type: "number" }
  | { type: "bigint" }
  | { type: "commitTs" }
  | { type: "boolean" }
  | { type: "string" }
  | { type: "bytes" }
  | { type: "any" }
  | { type: "literal"; value: JSONValue }
  | { type: "id"; tableName: string }
  | { type: "array"; value: ValidatorJSON }
  | { type: "record"; keys: RecordKeyValidatorJSON; values: RecordValueValidatorJSON }
  | { type: "object"; value: Record<string, ObjectFieldType> }
  | { type: "union"; value: ValidatorJSON[] };

export type GenericValidator = Validator<any, any, any>;

/** Named validators, as in `args: { id: v.id("messages") }`. */
export type PropertyValidators = Record<string, Validator<any, OptionalProperty, any>>;

/** The type of the values that a validator accepts. */
export type Infer<T extends Validator<any, OptionalProperty, any>> = T["type"];

export type OptionalKeys<Fields extends Record<string, GenericValidator>> = {
  [Property in keyof Fields]: Fields[Property]["isOptional"] extends "optional" ? Property : never;
}[keyof Fields];

type RequiredKeys<Fields extends Record<string, GenericValidator>> = Exclude<
  keyof Fields,
  OptionalKeys<Fields>
>;

/** The type of the objects that named validators accept. */
export type ObjectType<Fields extends PropertyValidators> = Expand<
  { [Property in OptionalKeys<Fields>]?: Exclude<Infer<Fields[Property]>, undefined> } & {
    [Property in RequiredKeys<Fields>]: Infer<Fields[Property]>;
  }
>;

export type JoinFieldPaths<Start extends string, End extends string> = `${Start}.${End}`;

type TableNameFromType<T> = T extends GenericId<infer TableName> ? TableName : string;

/** Any validator of `Type`: a union that `kind` tells apart. */
export type Validator<
  Type,
  IsOptional extends OptionalProperty = "required",
  FieldPaths extends string = never,
> =
  | VId<Type, IsOptional>
  | VString<Type, IsOptional>
  | VFloat64<Type, IsOptional>
  | VInt64<Type, IsOptional>
  | VCommitTs<Type, IsOptional>
  | VBoolean<Type, IsOptional>
  | VNull<Type, IsOptional>
  | VAny<Type, IsOptional>
  | VLiteral<Type, IsOptional>
  | VBytes<Type, IsOptional>
  | VObject<Type, Record<string, Validator<any, OptionalProperty, any>>, IsOptional, FieldPaths>
  | VArray<Type, Validator<any, "required", any>, IsOptional>
  | VRecord<Type, Validator<string, "required", any>, Validator<any, "required", any>, IsOptional, FieldPaths>
  | VUnion<Type, Validator<any, "required", any>[], IsOptional, FieldPaths>;

/** The validator that `v.optional` makes of `T`. */
export type VOptional<T extends Validator<any, OptionalProperty, any>> =
  T extends VId<infer Type, OptionalProperty>
    ? VId<Type | undefined, "optional">
    : T extends VString<infer Type, OptionalProperty>
      ? VString<Type | undefined, "optional">
      : T extends VFloat64<infer Type, OptionalProperty>
        ? VFloat64<Type | undefined, "optional">
        : T extends VInt64<infer Type, OptionalProperty>
          ? VInt64<Type | undefined, "optional">
          : T extends VCommitTs<infer Type, OptionalProperty>
            ? VCommitTs<Type | undefined, "optional">
            : T extends VBoolean<infer Type, OptionalProperty>
              ? VBoolean<Type | undefined, "optional">
              : T extends VNull<infer Type, OptionalProperty>
                ? VNull<Type | undefined, "optional">
                : T extends VAny<infer Type, OptionalProperty>
                  ? VAny<Type | undefined, "optional">
                  : T extends VLiteral<infer Type, OptionalProperty>
                    ? VLiteral<Type | undefined, "optional">
                    : T extends VBytes<infer Type, OptionalProperty>
                      ? VBytes<Type | undefined, "optional">
                      : VOptionalCompound<T>;

type VOptionalCompound<T> =
  T extends VObject<infer Type, infer Fields, OptionalProperty, infer FieldPaths>
    ? VObject<Type | undefined, Fields, "optional", FieldPaths>
    : T extends VArray<infer Type, infer Element, OptionalProperty>
      ? VArray<Type | undefined, Element, "optional">
      : T extends VRecord<infer Type, infer Key, infer Value, OptionalProperty, infer FieldPaths>
        ? VRecord<Type | undefined, Key, Value, "optional", FieldPaths>
        : T extends VUnion<infer Type, infer Members, OptionalProperty, infer FieldPaths>
          ? VUnion<Type | undefined, Members, "optional", FieldPaths>
          : never;

/** True for validators of this module and of any other copy of it. */
export function isValidator(candidate: any): candidate is GenericValidator {
  return !!candidate?.isConvexValidator;
}

abstract class BaseValidator<
  Type,
  IsOptional extends OptionalProperty = "required",
  FieldPaths extends string = never,
> {
  /** For inference only: no such property exists at run time. */
  declare readonly type: Type;
  /** For inference only: no such property exists at run time. */
  declare readonly fieldPaths: FieldPaths;
  readonly isOptional: IsOptional;
  readonly isConvexValidator: true = true;

  constructor({ isOptional }: { isOptional: IsOptional }) {
    this.isOptional = isOptional;
  }

  /** What the server is sent. */
  abstract get json(): ValidatorJSON;

  /** The same validator for a field that may be absent. */
  abstract optional(): Validator<Type | undefined, "optional", FieldPaths>;
}

export class VId<Type, IsOptional extends OptionalProperty = "required"> extends BaseValidator<
  Type,
  IsOptional
> {
  readonly tableName: TableNameFromType<Type>;
  readonly kind = "id" as const;

  constructor({
    isOptional,
    tableName,
  }: {
    isOptional: IsOptional;
    tableName: TableNameFromType<Type>;
  }) {
    super({ isOptional });
    if (typeof tableName !== "string") throw new Error("v.id(tableName) requires a string");
    this.tableName = tableName;
  }

  get json(): ValidatorJSON {
    return { type: "id", tableName: this.tableName };
  }

  optional(): VId<Type | undefined, "optional"> {
    return new VId<Type | undefined, "optional">({
      isOptional: "optional",
      tableName: this.tableName as TableNameFromType<Type | undefined>,
    });
  }
}

export class VFloat64<Type = number, IsOptional extends OptionalProperty = "required"> extends BaseValidator<
  Type,
  IsOptional
> {
  readonly kind = "float64" as const;

  get json(): ValidatorJSON {
    return { type: "number" };
  }

  optional(): VFloat64<Type | undefined, "optional"> {
    return new VFloat64<Type | undefined, "optional">({ isOptional: "optional" });
  }
}

export class VInt64<Type = bigint, IsOptional extends OptionalProperty = "required"> extends BaseValidator<
  Type,
  IsOptional
> {
  readonly kind = "int64" as const;

  get json(): ValidatorJSON {
    return { type: "bigint" };
  }

  optional(): VInt64<Type | undefined, "optional"> {
    return new VInt64<Type | undefined, "optional">({ isOptional: "optional" });
  }
}

export class VCommitTs<
  Type = bigint | CommitTsPlaceholder,
  IsOptional extends OptionalProperty = "required",
> extends BaseValidator<Type, IsOptional> {
  readonly kind = "commitTs" as const;

  get json(): ValidatorJSON {
    return { type: "commitTs" };
  }

  optional(): VCommitTs<Type | undefined, "optional"> {
    return new VCommitTs<Type | undefined, "optional">({ isOptional: "optional" });
  }
}

export class VBoolean<Type = boolean, IsOptional extends OptionalProperty = "required"> extends BaseValidator<
  Type,
  IsOptional
> {
  readonly kind = "boolean" as const;

  get json(): ValidatorJSON {
    return { type: "boolean" };
  }

  optional(): VBoolean<Type | undefined, "optional"> {
    return new VBoolean<Type | undefined, "optional">({ isOptional: "optional" });
  }
}

export class VBytes<
  Type = ArrayBuffer,
  IsOptional extends OptionalProperty = "required",
> extends BaseValidator<Type, IsOptional> {
  readonly kind = "bytes" as const;

  get json(): ValidatorJSON {
    return { type: "bytes" };
  }

  optional(): VBytes<Type | undefined, "optional"> {
    return new VBytes<Type | undefined, "optional">({ isOptional: "optional" });
  }
}

export class VString<Type = string, IsOptional extends OptionalProperty = "required"> extends BaseValidator<
  Type,
  IsOptional
> {
  readonly kind = "string" as const;

  get json(): ValidatorJSON {
    return { type: "string" };
  }

  optional(): VString<Type | undefined, "optional"> {
    return new VString<Type | undefined, "optional">({ isOptional: "optional" });
  }
}

export class VNull<Type = null, IsOptional extends OptionalProperty = "required"> extends BaseValidator<
  Type,
  IsOptional
> {
  readonly kind = "null" as const;

  get json(): ValidatorJSON {
    return { type: "null" };
  }

  optional(): VNull<Type | undefined, "optional"> {
    return new VNull<Type | undefined, "optional">({ isOptional: "optional" });
  }
}

export class VAny<
  Type = any,
  IsOptional extends OptionalProperty = "required",
  FieldPaths extends string = string,
> extends BaseValidator<Type, IsOptional, FieldPaths> {
  readonly kind = "any" as const;

  get json(): ValidatorJSON {
    return { type: "any" };
  }

  optional(): VAny<Type | undefined, "optional", FieldPaths> {
    return new VAny<Type | undefined, "optional", FieldPaths>({ isOptional: "optional" });
  }
}

export class VLiteral<Type, IsOptional extends OptionalProperty = "required"> extends BaseValidator<
  Type,
  IsOptional
> {
  readonly value: Type;
  readonly kind = "literal" as const;

  constructor({ isOptional, value }: { isOptional: IsOptional; value: Type }) {
    super({ isOptional });
    switch (typeof value) {
      case "string":
      case "number":
      case "bigint":
      case "boolean":
        break;
      default:
        throw new Error("v.literal(value) must be a string, number, or boolean");
    }
    this.value = value;
  }

  get json(): ValidatorJSON {
    return { type: "literal", value: convexToJson(this.value as ConvexValue) };
  }

  optional(): VLiteral<Type | undefined, "optional"> {
    return new VLiteral<Type | undefined, "optional">({ isOptional: "optional", value: this.value });
  }
}

export class VObject<
  Type,
  Fields extends Record<string, GenericValidator>,
  IsOptional extends OptionalProperty = "required",
  // Spelled out: compilers then show the paths themselves, also in declarations that they write.
  FieldPaths extends string = {
    [Property in keyof Fields]: JoinFieldPaths<Property & string, Fields[Property]["fieldPaths"]> | Property;
  }[keyof Fields] &
    string,
> extends BaseValidator<Type, IsOptional, FieldPaths> {
  readonly fields: Fields;
  readonly kind = "object" as const;

  constructor({ isOptional, fields }: { isOptional: IsOptional; fields: Fields }) {
    super({ isOptional });
    for (const [name, validator] of Object.entries(fields)) {
      if (validator === undefined) throw undefinedValidator("v.object()", name);
      if (!validator.isConvexValidator) throw new Error("v.object() entries must be validators");
    }
    this.fields = fields;
  }

  get json(): ValidatorJSON {
    return { type: "object", value: mapFields(this.fields, fieldJson) };
  }

  optional(): VObject<Type | undefined, Fields, "optional", FieldPaths> {
    return new VObject<Type | undefined, Fields, "optional", FieldPaths>({
      isOptional: "optional",
      fields: this.fields,
    });
  }

  /** The object without some fields. */
  omit<K extends keyof Fields & string>(
    ...fields: K[]
  ): VObject<Expand<Omit<Type, K>>, Expand<Omit<Fields, K>>, IsOptional> {
    const omitted = new Set<string>(fields);
    const kept = Object.entries(this.fields).filter(([name]) => !omitted.has(name));
    return this.#withFields(Object.fromEntries(kept));
  }

  /** The object with some fields only. */
  pick<K extends keyof Fields & string>(
    ...fields: K[]
  ): VObject<Expand<Pick<Type, Extract<keyof Type, K>>>, Expand<Pick<Fields, K>>, IsOptional> {
    return this.#withFields(Object.fromEntries(fields.map((name) => [name, this.fields[name]])));
  }

  /** The object with every field optional. */
  partial(): VObject<
    { [K in keyof Type]?: Type[K] },
    { [K in keyof Fields]: VOptional<Fields[K]> },
    IsOptional
  > {
    return this.#withFields(mapFields(this.fields, (field) => field.optional()));
  }

  /** The object with more fields; those of the same name are replaced. */
  extend<NewFields extends Record<string, GenericValidator>>(
    fields: NewFields,
  ): VObject<Expand<Type & ObjectType<NewFields>>, Expand<Fields & NewFields>, IsOptional> {
    return this.#withFields({ ...this.fields, ...fields });
  }

  #withFields(fields: object): VObject<any, any, IsOptional, any> {
    return new VObject<any, any, IsOptional, any>({ isOptional: this.isOptional, fields });
  }
}

export class VArray<
  Type,
  Element extends Validator<any, "required", any>,
  IsOptional extends OptionalProperty = "required",
> extends BaseValidator<Type, IsOptional> {
  readonly element: Element;
  readonly kind = "array" as const;

  constructor({ isOptional, element }: { isOptional: IsOptional; element: Element }) {
    super({ isOptional });
    if (element === undefined) throw undefinedValidator("v.array()");
    this.element = element;
  }

  get json(): ValidatorJSON {
    return { type: "array", value: this.element.json };
  }

  optional(): VArray<Type | undefined, Element, "optional"> {
    return new VArray<Type | undefined, Element, "optional">({
      isOptional: "optional",
      element: this.element,
    });
  }
}

export class VRecord<
  Type,
  Key extends Validator<string, "required", any>,
  Value extends Validator<any, "required", any>,
  IsOptional extends OptionalProperty = "required",
  FieldPaths extends string = string,
> extends BaseValidator<Type, IsOptional, FieldPaths> {
  readonly key: Key;
  readonly value: Value;
  readonly kind = "record" as const;

  constructor({ isOptional, key, value }: { isOptional: IsOptional; key: Key; value: Value }) {
    super({ isOptional });
    if (key === undefined) throw undefinedValidator("v.record()", "key");
    if (value === undefined) throw undefinedValidator("v.record()", "value");
    if ((key.isOptional as OptionalProperty) === "optional") {
      throw new Error("Record validator cannot have optional keys");
    }
    if ((value.isOptional as OptionalProperty) === "optional") {
      throw new Error("Record validator cannot have optional values");
    }
    if (!key.isConvexValidator || !value.isConvexValidator) {
      throw new Error("Key and value of v.record() must be validators");
    }
    this.key = key;
    this.value = value;
  }

  get json(): ValidatorJSON {
    return {
      type: "record",
      keys: this.key.json as RecordKeyValidatorJSON,
      values: { fieldType: this.value.json, optional: false },
    };
  }

  optional(): VRecord<Type | undefined, Key, Value, "optional", FieldPaths> {
    return new VRecord<Type | undefined, Key, Value, "optional", FieldPaths>({
      isOptional: "optional",
      key: this.key,
      value: this.value,
    });
  }
}

export class VUnion<
  Type,
  T extends Validator<any, "required", any>[],
  IsOptional extends OptionalProperty = "required",
  FieldPaths extends string = T[number]["fieldPaths"],
> extends BaseValidator<Type, IsOptional, FieldPaths> {
  readonly members: T;
  readonly kind = "union" as const;

  constructor({ isOptional, members }: { isOptional: IsOptional; members: T }) {
    super({ isOptional });
    members.forEach((member, index) => {
      if (member === undefined) throw undefinedValidator("v.union()", `member at index ${index}`);
      if (!member.isConvexValidator) throw new Error("All members of v.union() must be validators");
    });
    this.members = members;
  }

  get json(): ValidatorJSON {
    return { type: "union", value: this.members.map((member) => member.json) };
  }

  optional(): VUnion<Type | undefined, T, "optional", FieldPaths> {
    return new VUnion<Type | undefined, T, "optional", FieldPaths>({
      isOptional: "optional",
      members: this.members,
    });
  }
}

function fieldJson(field: GenericValidator): ObjectFieldType {
  return { fieldType: field.json, optional: field.isOptional === "optional" };
}

function mapFields<T>(
  fields: Record<string, GenericValidator>,
  change: (field: GenericValidator) => T,
): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, change(field)]));
}

function undefinedValidator(place: string, field?: string): Error {
  const where = field === undefined ? "" : ` for field "${field}"`;
  return new Error(
    `A validator is undefined${where} in ${place}. This is often caused by circular imports. See https://docs.convex.dev/error#undefined-validator for details.`,
  );
}
