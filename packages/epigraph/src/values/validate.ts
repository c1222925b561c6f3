import { COMMIT_TS } from "./commit-ts.ts";
import { compareValues } from "./compare.ts";
import { decodeValue } from "./encoded-json.ts";
import { explainMismatch, type ValidationFailure } from "./explain-mismatch.ts";
import { isFunctionHandle } from "./function-handle.ts";
import { tableNumberOfId } from "./id.ts";
import type { FieldValidatorJSON, ObjectValidatorJSON, ValidatorJSON } from "./validator-json.ts";
import { isPlainObject, type ObjectValue, type Value } from "./value.ts";

/** What validation needs to know about the deployment. */
export interface ValidationContext {
  /**
   * Name of the table that ids with this number belong to, for the component whose data is validated. Names of system
   * tables start with `_`. Null for numbers that apps must not know, private system tables included.
   */
  tableName(tableNumber: number): string | null;
}

/** A validator made ready for many values. */
export interface CompiledValidator {
  readonly json: ValidatorJSON;
  /** True when the value matches; allocates nothing. */
  matches(value: Value | undefined, context: ValidationContext): boolean;
  /** Null when the value matches, else what to tell the developer. */
  check(value: Value | undefined, context: ValidationContext): ValidationFailure | null;
}

export type { ValidationFailure };

/** Null when the value matches. The compiled form of a validator is remembered as long as its JSON object lives. */
export function validateValue(
  validator: ValidatorJSON,
  value: Value | undefined,
  context: ValidationContext,
): ValidationFailure | null {
  return compileValidator(validator).check(value, context);
}

/**
 * As `validateValue`, for a whole document and a validator from `parseDocumentValidator`: `_id` and `_creationTime`
 * are neither validated nor printed.
 */
export function validateDocument(
  validator: ValidatorJSON,
  document: ObjectValue,
  context: ValidationContext,
): ValidationFailure | null {
  if (document["_id"] === undefined && document["_creationTime"] === undefined) {
    return validateValue(validator, document, context);
  }
  const { _id, _creationTime, ...fields } = document;
  return validateValue(validator, fields, context);
}

const compiled = new WeakMap<ValidatorJSON, CompiledValidator>();

/** @param json from `parseValidator`; never changed afterwards. */
export function compileValidator(json: ValidatorJSON): CompiledValidator {
  const known = compiled.get(json);
  if (known !== undefined) return known;
  const matches = compile(json);
  const validator: CompiledValidator = {
    json,
    matches,
    check: (value, context) => (matches(value, context) ? null : explainMismatch(json, value, context)),
  };
  compiled.set(json, validator);
  return validator;
}

type Matcher = (value: Value | undefined, context: ValidationContext) => boolean;

function compile(json: ValidatorJSON): Matcher {
  switch (json.type) {
    case "any":
      return (value) => value !== undefined;
    case "null":
      return (value) => value === null;
    case "number":
    case "boolean":
    case "string": {
      const { type } = json;
      return (value) => typeof value === type;
    }
    case "bigint":
    case "commitTs":
      return (value) => typeof value === "bigint" || value === COMMIT_TS;
    case "function":
      return isFunctionHandle;
    case "bytes":
      return (value) => value instanceof ArrayBuffer;
    case "literal": {
      const literal = decodeValue(json.value);
      if (typeof literal === "string") return (value) => value === literal;
      return (value) => compareValues(value, literal) === 0;
    }
    case "id": {
      const { tableName } = json;
      return (value, context) => {
        if (typeof value !== "string") return false;
        const number = tableNumberOfId(value);
        return number !== null && context.tableName(number) === tableName;
      };
    }
    case "array":
      return compileArray(compile(json.value));
    case "union":
      return compileUnion(json.value.map(compile));
    case "record":
      return compileRecord(compile(json.keys), compile(json.values.fieldType));
    case "object":
      return compileObject(json);
  }
}

function compileArray(element: Matcher): Matcher {
  return (value, context) => {
    if (!Array.isArray(value)) return false;
    for (let i = 0; i < value.length; i++) {
      if (!element(value[i], context)) return false;
    }
    return true;
  };
}

function compileUnion(members: readonly Matcher[]): Matcher {
  return (value, context) => {
    for (let i = 0; i < members.length; i++) {
      if (members[i]!(value, context)) return true;
    }
    return false;
  };
}

function compileRecord(key: Matcher, field: Matcher): Matcher {
  return (value, context) => {
    if (!isPlainObject(value)) return false;
    const object = value as ObjectValue;
    for (const name of Object.keys(object)) {
      if (object[name] === undefined) continue;
      if (!key(name, context) || !field(object[name], context)) return false;
    }
    return true;
  };
}

function compileObject(json: ObjectValidatorJSON): Matcher {
  const names = Object.keys(json.value);
  const fields = names.map((name) => compileField(name, json.value[name]!));
  const count = names.length;
  return (value, context) => {
    if (!isPlainObject(value)) return false;
    const object = value as ObjectValue;
    let present = 0;
    for (let i = 0; i < count; i++) {
      const seen = fields[i]!(object, context);
      if (seen < 0) return false;
      present += seen;
    }
    // Fewer than expected are left to explain only when the object has fields besides the declared ones.
    for (const name in object) {
      if (object[name] !== undefined) present--;
    }
    return present === 0;
  };
}

/** Returns how many fields it has dealt with: 1, 0 for an absent optional field, -1 for a mismatch. */
function compileField(
  name: string,
  json: FieldValidatorJSON,
): (object: ObjectValue, context: ValidationContext) => number {
  const matches = compile(json.fieldType);
  const whenAbsent = json.optional ? 0 : -1;
  // `toString` and the like would be found on the prototype.
  const isInheritable = name in Object.prototype;
  return (object, context) => {
    const value = isInheritable && !Object.hasOwn(object, name) ? undefined : object[name];
    if (value === undefined) return whenAbsent;
    return matches(value, context) ? 1 : -1;
  };
}
