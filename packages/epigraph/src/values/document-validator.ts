import {
  type ObjectValidatorJSON,
  parseValidator,
  showValidator,
  type ValidatorJSON,
} from "./validator-json.ts";
import { ValueError } from "./value-error.ts";

/**
 * Reads the validator of a table's documents: any, an object, or a union of objects. Fields of the document itself
 * that start with `_` are left out, for system fields are not validated.
 * @param json unchecked; absent means any.
 * @throws ValueError `InvalidTopLevelTypeInSchemaError`, or what `parseValidator` throws.
 */
export function parseDocumentValidator(json: unknown): ValidatorJSON {
  if (json === undefined || json === null) return { type: "any" };
  const validator = parseValidator(json);
  switch (validator.type) {
    case "any":
      return validator;
    case "object":
      return withoutSystemFields(validator);
    case "union":
      if (validator.value.every((member) => member.type === "object")) {
        return { type: "union", value: validator.value.map(withoutSystemFields) };
      }
  }
  throw new ValueError(
    "InvalidTopLevelTypeInSchemaError",
    `The document validator in a schema must be an object, a union of objects, or \`v.any()\`. Found ${showValidator(validator)}. To learn more, see the schema documentation at https://docs.convex.dev/database/schemas.`,
  );
}

function withoutSystemFields(validator: ObjectValidatorJSON): ObjectValidatorJSON {
  const entries = Object.entries(validator.value).filter(([name]) => !name.startsWith("_"));
  return { type: "object", value: Object.fromEntries(entries) };
}
