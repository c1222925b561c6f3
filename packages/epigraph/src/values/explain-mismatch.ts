import { isCommitTs } from "./commit-ts.ts";
import { compareValues } from "./compare.ts";
import { decodeValue } from "./encoded-json.ts";
import { isFunctionHandle } from "./function-handle.ts";
import { tableNumberOfId } from "./id.ts";
import { isSystemTableName } from "./names.ts";
import { showValue } from "./show.ts";
import type { ValidationContext } from "./validate.ts";
import {
  type ObjectValidatorJSON,
  type RecordValidatorJSON,
  showLiteral,
  showValidator,
  type ValidatorJSON,
} from "./validator-json.ts";
import { isPlainObject, type ObjectValue, sortedFieldNames, type Value } from "./value.ts";

/** Why a value does not match. */
export interface ValidationFailure {
  /** The whole explanation, several lines; callers put in front what was validated. */
  readonly text: string;
}

/**
 * The first mismatch, null when there is none: declared fields in order of their names, then fields nobody declared.
 * The slow path of validation, run only when the compiled validator has said no.
 */
export function explainMismatch(
  validator: ValidatorJSON,
  value: Value | undefined,
  context: ValidationContext,
  path = "",
): ValidationFailure | null {
  switch (validator.type) {
    case "any":
      return value === undefined ? noMatch(validator, value, path) : null;
    case "null":
      return value === null ? null : noMatch(validator, value, path);
    case "number":
    case "boolean":
    case "string":
      return typeof value === validator.type ? null : noMatch(validator, value, path);
    case "bigint":
    case "commitTs":
      return typeof value === "bigint" || isCommitTs(value) ? null : noMatch(validator, value, path);
    case "function":
      return isFunctionHandle(value) ? null : noMatch(validator, value, path);
    case "bytes":
      return value instanceof ArrayBuffer ? null : noMatch(validator, value, path);
    case "literal":
      if (value !== undefined && compareValues(value, decodeValue(validator.value)) === 0) return null;
      return {
        text: `\`${showValue(value)}\` does not match literal validator \`${showLiteral(validator.value)}\`.${pathText(path)}`,
      };
    case "id":
      return explainId(validator, value, context, path);
    case "array":
      return explainArray(validator, value, context, path);
    case "union":
      return explainUnion(validator, value, context, path);
    case "record":
      return explainRecord(validator, value, context, path);
    case "object":
      return explainObject(validator, value, context, path);
  }
}

function explainId(
  validator: ValidatorJSON & { type: "id" },
  value: Value | undefined,
  context: ValidationContext,
  path: string,
): ValidationFailure | null {
  const number = typeof value === "string" ? tableNumberOfId(value) : null;
  const table = number === null ? null : context.tableName(number);
  if (table === null) return noMatch(validator, value, path);
  if (table === validator.tableName) return null;
  const origin = isSystemTableName(table) ? "a system table" : `table \`${table}\``;
  return {
    text: `Found ID "${value}" from ${origin}, which does not match the table name in validator \`${showValidator(validator)}\`.${pathText(path)}`,
  };
}

function explainArray(
  validator: ValidatorJSON & { type: "array" },
  value: Value | undefined,
  context: ValidationContext,
  path: string,
): ValidationFailure | null {
  if (!Array.isArray(value)) return noMatch(validator, value, path);
  for (let i = 0; i < value.length; i++) {
    const failure = explainMismatch(validator.value, value[i], context, `${path}[${i}]`);
    if (failure !== null) return failure;
  }
  return null;
}

function explainUnion(
  validator: ValidatorJSON & { type: "union" },
  value: Value | undefined,
  context: ValidationContext,
  path: string,
): ValidationFailure | null {
  const [only] = validator.value;
  if (only !== undefined && validator.value.length === 1) return explainMismatch(only, value, context, path);
  const matches = validator.value.some((member) => explainMismatch(member, value, context, path) === null);
  return matches ? null : noMatch(validator, value, path);
}

function explainRecord(
  validator: RecordValidatorJSON,
  value: Value | undefined,
  context: ValidationContext,
  path: string,
): ValidationFailure | null {
  if (!isPlainObject(value)) return noMatch(validator, value, path);
  const object = value as ObjectValue;
  for (const name of sortedFieldNames(object)) {
    const failure =
      explainMismatch(validator.keys, name, context, `${path}.keys()`) ??
      explainMismatch(validator.values.fieldType, object[name], context, `${path}.values()`);
    if (failure !== null) return failure;
  }
  return null;
}

function explainObject(
  validator: ObjectValidatorJSON,
  value: Value | undefined,
  context: ValidationContext,
  path: string,
): ValidationFailure | null {
  if (!isPlainObject(value)) return noMatch(validator, value, path);
  const object = value as ObjectValue;
  for (const name of Object.keys(validator.value).sort()) {
    const { fieldType, optional } = validator.value[name]!;
    const field = Object.hasOwn(object, name) ? object[name] : undefined;
    if (field === undefined) {
      if (optional) continue;
      return atObject(
        `Object is missing the required field \`${name}\`. Consider wrapping the field validator in \`v.optional(...)\` if this is expected.`,
        validator,
        object,
        path,
      );
    }
    const failure = explainMismatch(fieldType, field, context, `${path}.${name}`);
    if (failure !== null) return failure;
  }
  const extra = sortedFieldNames(object).find((name) => !Object.hasOwn(validator.value, name));
  if (extra === undefined) return null;
  return atObject(
    `Object contains extra field \`${extra}\` that is not in the validator.`,
    validator,
    object,
    path,
  );
}

function atObject(
  problem: string,
  validator: ValidatorJSON,
  object: ObjectValue,
  path: string,
): ValidationFailure {
  const lines = [
    problem,
    pathText(path),
    `Object: ${showValue(object)}`,
    `Validator: ${showValidator(validator)}`,
  ];
  return { text: lines.join("\n") };
}

function noMatch(validator: ValidatorJSON, value: Value | undefined, path: string): ValidationFailure {
  const lines = [
    "Value does not match validator.",
    pathText(path),
    `Value: ${showValue(value)}`,
    `Validator: ${showValidator(validator)}`,
  ];
  return { text: lines.join("\n") };
}

/** Empty at the root, where the line it stands on stays. */
function pathText(path: string): string {
  return path === "" ? "" : `Path: ${path}`;
}
