import type { FieldValidatorJSON, ObjectValidatorJSON, ValidatorJSON } from "./validator-json.ts";
import type { JSONValue } from "./value.ts";

/**
 * True only when every value that `narrow` accepts is accepted by `wide`, so that data already checked against
 * `narrow` need not be checked again. False means no more than that this was not seen: unions of objects, for
 * instance, are compared member by member.
 */
export function isValidatorSubset(narrow: ValidatorJSON, wide: ValidatorJSON): boolean {
  if (wide.type === "any") return true;
  if (narrow.type === "union") return narrow.value.every((member) => isValidatorSubset(member, wide));
  if (wide.type === "union") return wide.value.some((member) => isValidatorSubset(narrow, member));
  switch (narrow.type) {
    case "any":
      return false;
    case "literal":
      return wide.type === "literal"
        ? sameJson(narrow.value, wide.value)
        : wide.type === literalType(narrow.value);
    case "id":
      return wide.type === "string" || (wide.type === "id" && wide.tableName === narrow.tableName);
    case "function":
      return wide.type === "string" || wide.type === "function";
    case "bigint":
    case "commitTs":
      return wide.type === "bigint" || wide.type === "commitTs";
    case "array":
      return wide.type === "array" && isValidatorSubset(narrow.value, wide.value);
    case "record":
      return (
        wide.type === "record" &&
        isValidatorSubset(narrow.keys, wide.keys) &&
        isValidatorSubset(narrow.values.fieldType, wide.values.fieldType)
      );
    case "object":
      return wide.type === "object" && isObjectSubset(narrow, wide);
    default:
      return narrow.type === wide.type;
  }
}

function isObjectSubset(narrow: ObjectValidatorJSON, wide: ObjectValidatorJSON): boolean {
  for (const [name, field] of Object.entries(narrow.value)) {
    if (!Object.hasOwn(wide.value, name) || !isFieldSubset(field, wide.value[name]!)) return false;
  }
  return Object.entries(wide.value).every(
    ([name, field]) => field.optional || Object.hasOwn(narrow.value, name),
  );
}

function isFieldSubset(narrow: FieldValidatorJSON, wide: FieldValidatorJSON): boolean {
  return (wide.optional || !narrow.optional) && isValidatorSubset(narrow.fieldType, wide.fieldType);
}

/** Type of the validator that accepts all values of a literal's type; int64 and negative zero are wrapped in JSON. */
function literalType(literal: JSONValue): ValidatorJSON["type"] {
  switch (typeof literal) {
    case "string":
      return "string";
    case "boolean":
      return "boolean";
    case "number":
      return "number";
    default:
      return Object.hasOwn(literal as object, "$integer") ? "bigint" : "number";
  }
}

function sameJson(a: JSONValue, b: JSONValue): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
