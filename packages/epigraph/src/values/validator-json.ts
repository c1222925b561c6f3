import { decodeValue, encodeValue } from "./encoded-json.ts";
import { showValue } from "./show.ts";
import { isPlainObject, type JSONValue } from "./value.ts";
import { ValueError } from "./value-error.ts";

/** A validator as it travels from an app's code to the server. Field maps are in no particular order. */
export type ValidatorJSON =
  | {
      readonly type:
        | "null"
        | "number"
        | "bigint"
        | "commitTs"
        | "function"
        | "boolean"
        | "string"
        | "bytes"
        | "any";
    }
  | LiteralValidatorJSON
  | { readonly type: "id"; readonly tableName: string }
  | { readonly type: "array"; readonly value: ValidatorJSON }
  | ObjectValidatorJSON
  | RecordValidatorJSON
  | { readonly type: "union"; readonly value: readonly ValidatorJSON[] };

export interface LiteralValidatorJSON {
  readonly type: "literal";
  /** Lossless JSON of a string, number, bigint or boolean. */
  readonly value: JSONValue;
}

export interface ObjectValidatorJSON {
  readonly type: "object";
  readonly value: { readonly [field: string]: FieldValidatorJSON };
}

export interface RecordValidatorJSON {
  readonly type: "record";
  readonly keys: ValidatorJSON;
  readonly values: FieldValidatorJSON;
}

export interface FieldValidatorJSON {
  readonly fieldType: ValidatorJSON;
  readonly optional: boolean;
}

/**
 * Reads a validator from unchecked JSON. The result holds nothing but what `ValidatorJSON` says, so equal validators
 * have equal JSON. The retired types `map` and `set` are read as `any`; what a `function` says of arguments and results is
 * for compilers alone.
 * @throws ValueError `InvalidValidator`, `InvalidRecordType` or `UnsupportedFloatLiteral`.
 */
export function parseValidator(json: unknown): ValidatorJSON {
  if (!isPlainObject(json)) throw invalid(json);
  switch (json["type"]) {
    case "null":
    case "number":
    case "bigint":
    case "commitTs":
    case "function":
    case "boolean":
    case "string":
    case "bytes":
    case "any":
      return { type: json["type"] };
    case "map":
    case "set":
      return { type: "any" };
    case "literal":
      return { type: "literal", value: parseLiteral(json["value"]) };
    case "id":
      if (typeof json["tableName"] !== "string") throw invalid(json);
      return { type: "id", tableName: json["tableName"] };
    case "array":
      return { type: "array", value: parseValidator(json["value"]) };
    case "union":
      if (!Array.isArray(json["value"])) throw invalid(json);
      return { type: "union", value: json["value"].map(parseValidator) };
    case "object":
      return { type: "object", value: parseFields(json["value"]) };
    case "record":
      return parseRecord(json);
    default:
      throw invalid(json);
  }
}

/** A validator as error texts print it: `v.object({a: v.string(), b: v.optional(v.null())})`, fields ascending. */
export function showValidator(validator: ValidatorJSON): string {
  switch (validator.type) {
    case "number":
      return "v.float64()";
    case "bigint":
      return "v.int64()";
    case "literal":
      return showLiteral(validator.value);
    case "id":
      return `v.id("${validator.tableName}")`;
    case "array":
      return `v.array(${showValidator(validator.value)})`;
    case "union":
      return `v.union(${validator.value.map(showValidator).join(", ")})`;
    case "record":
      return `v.record(${showValidator(validator.keys)}, ${showField(validator.values)})`;
    case "object": {
      const names = Object.keys(validator.value).sort();
      return `v.object({${names.map((name) => `${name}: ${showField(validator.value[name]!)}`).join(", ")}})`;
    }
    default:
      return `v.${validator.type}()`;
  }
}

/** The printed form of the literal validator with this lossless JSON: `v.literal("x")`, `v.literal(1.0)`. */
export function showLiteral(literal: JSONValue): string {
  return `v.literal(${showValue(decodeValue(literal))})`;
}

function showField(field: FieldValidatorJSON): string {
  const shown = showValidator(field.fieldType);
  return field.optional ? `v.optional(${shown})` : shown;
}

function parseFields(json: unknown): { [field: string]: FieldValidatorJSON } {
  if (!isPlainObject(json)) throw invalid(json);
  const entries = Object.entries(json).map(([name, field]) => [name, parseField(field)] as const);
  return Object.fromEntries(entries);
}

function parseField(json: unknown): FieldValidatorJSON {
  if (!isPlainObject(json)) throw invalid(json);
  const { optional = false } = json;
  if (typeof optional !== "boolean") throw invalid(json);
  return { fieldType: parseValidator(json["fieldType"]), optional };
}

function parseLiteral(json: unknown): JSONValue {
  let literal: ReturnType<typeof decodeValue>;
  try {
    literal = decodeValue(json as JSONValue);
  } catch {
    throw invalid(json);
  }
  switch (typeof literal) {
    case "number":
      if (!Number.isFinite(literal)) {
        throw new ValueError(
          "UnsupportedFloatLiteral",
          "Infinite or NaN values are not supported in literal validators.",
        );
      }
      return encodeValue(literal);
    case "string":
    case "bigint":
    case "boolean":
      return encodeValue(literal);
    default:
      throw invalid(json);
  }
}

function parseRecord(json: Record<string, unknown>): RecordValidatorJSON {
  const keys = parseValidator(json["keys"]);
  const values = parseField(json["values"]);
  if (containsStringLiteral(keys)) {
    throw new ValueError("InvalidRecordType", "Records cannot have string literal keys");
  }
  if (!isStringSubtype(keys)) {
    throw new ValueError(
      "InvalidRecordType",
      `Records can only have string keys. Your validator contains a record with key typed as \`${showValidator(keys)}\`, which is not a subtype of \`v.string()\``,
    );
  }
  if (values.optional) throw new ValueError("InvalidRecordType", "Records cannot have optional values");
  return { type: "record", keys, values };
}

function containsStringLiteral(validator: ValidatorJSON): boolean {
  if (validator.type === "union") return validator.value.some(containsStringLiteral);
  return validator.type === "literal" && typeof validator.value === "string";
}

function isStringSubtype(validator: ValidatorJSON): boolean {
  if (validator.type === "union") return validator.value.every(isStringSubtype);
  return validator.type === "string" || validator.type === "id";
}

function invalid(json: unknown): ValueError {
  return new ValueError("InvalidValidator", `Not a validator: ${JSON.stringify(json) ?? "undefined"}`);
}
