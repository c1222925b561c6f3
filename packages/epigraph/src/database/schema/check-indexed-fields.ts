import type { ValidatorJSON } from "../../values/validator-json.ts";
import { DatabaseError } from "../database-error.ts";
import type { TableSchema } from "./schema.ts";

/**
 * Checks that documents which match the table's validator can have the fields that its indexes name.
 * @throws DatabaseError `SchemaDefinitionError`.
 */
export function checkIndexedFields(table: TableSchema): void {
  const { name, documentType, indexes, searchIndexes, vectorIndexes } = table;
  const checkExists = (index: string, field: string): void => {
    if (typesAt(documentType, field.split(".")).length > 0) return;
    throw new DatabaseError(
      "SchemaDefinitionError",
      `In table "${name}" the index "${index}" is invalid because it references the field "${field}" that does not exist.`,
    );
  };
  for (const index of indexes) {
    for (const field of index.fields) checkExists(index.name, field);
  }
  for (const index of searchIndexes) {
    for (const field of [index.searchField, ...index.filterFields]) checkExists(index.name, field);
  }
  for (const index of vectorIndexes) {
    for (const field of index.filterFields) checkExists(index.name, field);
    if (typesAt(documentType, index.vectorField.split(".")).some(canBeVector)) continue;
    throw new DatabaseError(
      "SchemaDefinitionError",
      `In table "${name}" the vector index "${index.name}" is invalid because it references the field "${index.vectorField}" that is neither an array of float64 or optional array of float64.`,
    );
  }
}

/** Everything that a field may be by the validator, unions taken apart; empty when it can't be there. */
function typesAt(validator: ValidatorJSON, path: readonly string[]): readonly ValidatorJSON[] {
  if (validator.type === "union") return validator.value.flatMap((member) => typesAt(member, path));
  const [step, ...rest] = path;
  if (step === undefined) return [validator];
  switch (validator.type) {
    case "any":
      return [validator];
    case "object": {
      const field = Object.hasOwn(validator.value, step) ? validator.value[step] : undefined;
      return field === undefined ? [] : typesAt(field.fieldType, rest);
    }
    case "record":
      return typesAt(validator.values.fieldType, rest);
    default:
      return [];
  }
}

function canBeVector(validator: ValidatorJSON): boolean {
  if (validator.type === "any") return true;
  return validator.type === "array" && (validator.value.type === "number" || validator.value.type === "any");
}
