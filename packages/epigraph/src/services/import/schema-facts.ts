import type { Schema } from "../../database/schema/schema.ts";
import type { ValidatorJSON } from "../../values/validator-json.ts";

/** Whether what matches a validator may hold ids of a table. */
export function findReference(validator: ValidatorJSON, table: string): boolean {
  switch (validator.type) {
    case "id":
      return validator.tableName === table;
    case "array":
      return findReference(validator.value, table);
    case "record":
      return findReference(validator.keys, table) || findReference(validator.values.fieldType, table);
    case "object":
      return Object.values(validator.value).some(({ fieldType }) => findReference(fieldType, table));
    case "union":
      return validator.value.some((member) => findReference(member, table));
    default:
      return false;
  }
}

/** Whether the schema says that a document of a table need not have a field. */
export function isOptionalField(schema: Schema | null, table: string, field: string): boolean {
  const type = schema?.tables.get(table)?.documentType;
  return type?.type === "object" && Object.hasOwn(type.value, field) && type.value[field]?.optional === true;
}
