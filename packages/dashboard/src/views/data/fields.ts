import type { TableInfo } from "../../data/system.ts";
import { parseValidator } from "../functions/validator.ts";

/** The field that an index begins with; the two that every table has name none. */
export function firstField(index: string, fields: readonly string[]): string {
  return fields[0] ?? (index === "by_id" ? "_id" : "_creationTime");
}

/** Fields that documents of a table are known to have. */
export function fieldsOf({ validator, indexes }: TableInfo): readonly string[] {
  const declared = parseValidator(validator);
  const own = declared.type === "object" ? Object.keys(declared.value) : [];
  return [...new Set([...own, ...indexes.flatMap(({ fields }) => fields), "_id", "_creationTime"])];
}
