/** Validators, as the SDK exports them. */
export type Validator =
  | { readonly type: "any" | "null" | "number" | "bigint" | "boolean" | "string" | "bytes" }
  | { readonly type: "literal"; readonly value: unknown }
  | { readonly type: "id"; readonly tableName: string }
  | { readonly type: "array"; readonly value: Validator }
  | { readonly type: "record"; readonly keys: Validator; readonly values: { readonly fieldType: Validator } }
  | { readonly type: "union"; readonly value: readonly Validator[] }
  | {
      readonly type: "object";
      readonly value: Readonly<Record<string, { readonly fieldType: Validator; readonly optional: boolean }>>;
    };

const ANY: Validator = { type: "any" };

/** @param json null where the function says nothing. */
export function parseValidator(json: string | null): Validator {
  return json === null ? ANY : ((JSON.parse(json) as Validator | null) ?? ANY);
}

/** As a TypeScript type would say it. */
export function showValidator(validator: Validator, indent = ""): string {
  switch (validator.type) {
    case "literal":
      return JSON.stringify(validator.value);
    case "id":
      return `Id<"${validator.tableName}">`;
    case "array":
      return `Array<${showValidator(validator.value, indent)}>`;
    case "record":
      return `Record<${showValidator(validator.keys, indent)}, ${showValidator(validator.values.fieldType, indent)}>`;
    case "union":
      return validator.value.map((each) => showValidator(each, indent)).join(" | ");
    case "object": {
      const fields = Object.entries(validator.value);
      if (fields.length === 0) return "{}";
      const deeper = `${indent}  `;
      const lines = fields.map(
        ([name, { fieldType, optional }]) =>
          `${deeper}${name}${optional ? "?" : ""}: ${showValidator(fieldType, deeper)}`,
      );
      return `{\n${lines.join("\n")}\n${indent}}`;
    }
    default:
      return validator.type;
  }
}

/** Something to begin with, in the JSON that values are edited in. */
export function exampleOf(validator: Validator): unknown {
  switch (validator.type) {
    case "string":
    case "id":
      return "";
    case "number":
      return 0;
    case "boolean":
      return false;
    case "bigint":
      return { $integer: "AAAAAAAAAAA=" };
    case "bytes":
      return { $bytes: "" };
    case "literal":
      return validator.value;
    case "array":
      return [];
    case "record":
      return {};
    case "union":
      return exampleOf(validator.value[0] ?? ANY);
    case "object":
      return Object.fromEntries(
        Object.entries(validator.value)
          .filter(([, { optional }]) => !optional)
          .map(([name, { fieldType }]) => [name, exampleOf(fieldType)]),
      );
    default:
      return null;
  }
}
