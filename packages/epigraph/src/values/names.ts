import { MAX_FIELD_NAME_LENGTH, MAX_IDENTIFIER_LENGTH } from "./limits.ts";
import { ValueError } from "./value-error.ts";

const DOLLAR = 36;
const UNDERSCORE = 95;

/** True for a name that a field of any object may have: up to 1024 printable ASCII characters, no `$` in front. */
export function isFieldName(name: string): boolean {
  const { length } = name;
  if (length > MAX_FIELD_NAME_LENGTH || name.charCodeAt(0) === DOLLAR) return false;
  for (let i = 0; i < length; i++) {
    const code = name.charCodeAt(i);
    if (code < 32 || code > 126) return false;
  }
  return true;
}

/** @throws ValueError `InvalidFieldName` with the server's text. */
export function checkFieldName(name: string): void {
  if (isFieldName(name)) return;
  if (name.charCodeAt(0) === DOLLAR) {
    throw new ValueError("InvalidFieldName", `Field name ${name} starts with '$', which is reserved.`);
  }
  if (name.length > MAX_FIELD_NAME_LENGTH) {
    throw new ValueError(
      "InvalidFieldName",
      `Field name is too long (${name.length} > maximum ${MAX_FIELD_NAME_LENGTH})`,
    );
  }
  throw new ValueError("InvalidFieldName", invalidCharacterText(name));
}

/** The text for a field name with a character outside printable ASCII, the same on both sides of the wire. */
export function invalidCharacterText(name: string): string {
  const character = Array.from(name).find((c) => c < " " || c > "~") ?? "";
  return `Field name ${name} has invalid character '${character}': Field names can only contain non-control ASCII characters`;
}

/** True for 1 to 64 letters, digits and underscores that neither start with a digit nor are all underscores. */
export function isIdentifier(name: string): boolean {
  return identifierViolation(name) === null;
}

/** @throws ValueError `InvalidIdentifier`. */
export function checkIdentifier(name: string): void {
  const violation = identifierViolation(name);
  if (violation !== null) throw new ValueError("InvalidIdentifier", violation);
}

function identifierViolation(name: string): string | null {
  if (name === "") return "Identifier cannot be empty";
  const characters = Array.from(name);
  const first = characters[0]!;
  if (!/^[A-Za-z_]$/.test(first)) {
    return `Invalid first character '${first}' in ${name}: Identifiers must start with an alphabetic character or underscore`;
  }
  const invalid = characters.find((c) => !/^[A-Za-z0-9_]$/.test(c));
  if (invalid !== undefined) {
    return `Identifier ${name} has invalid character '${invalid}': Identifiers can only contain alphanumeric characters or underscores`;
  }
  if (name.length > MAX_IDENTIFIER_LENGTH) {
    return `Identifier is too long (${name.length} > maximum ${MAX_IDENTIFIER_LENGTH})`;
  }
  if (/^_+$/.test(name)) return `Identifier ${name} cannot have exclusively underscores`;
  return null;
}

/** True for tables that apps do not own. */
export function isSystemTableName(name: string): boolean {
  return name.charCodeAt(0) === UNDERSCORE;
}

/**
 * Checks the name of a table that an app declares or inserts into.
 * @throws ValueError `InvalidTableName` or `TableNameReserved`.
 */
export function checkTableName(name: string): void {
  if (!isIdentifier(name)) {
    throw new ValueError(
      "InvalidTableName",
      `Invalid table name: "${name}". Identifiers must start with a letter and can only contain letters, digits, and underscores.`,
    );
  }
  if (isSystemTableName(name)) throw new ValueError("TableNameReserved", `${name} is a reserved table name.`);
}

/**
 * Checks the name of an index that an app declares.
 * @throws ValueError `InvalidIndexName` or `IndexNameReserved`.
 */
export function checkIndexName(table: string, name: string): void {
  if (!isIdentifier(name)) {
    throw new ValueError(
      "InvalidIndexName",
      `Invalid index name: "${name}". Identifiers must be 64 characters or less, start with a letter, and only contain letters, digits, underscores.`,
    );
  }
  if (name.charCodeAt(0) === UNDERSCORE || name === "by_id" || name === "by_creation_time") {
    throw new ValueError(
      "IndexNameReserved",
      `In table "${table}" cannot name an index "${name}" because the name is reserved. Indexes may not start with an underscore or be named "by_id" or "by_creation_time".`,
    );
  }
}

/** The steps of a path like `author.name`, or null unless each is an identifier. */
export function parseFieldPath(path: string): readonly string[] | null {
  const steps = path.split(".");
  return steps.every(isIdentifier) ? steps : null;
}

/**
 * Checks one field of an index that an app declares.
 * @returns the steps of its path.
 * @throws ValueError `IndexFieldsContainId`, `IndexFieldsContainCreationTime`, `IndexFieldNameReserved` or `InvalidIndexField`.
 */
export function checkIndexField(index: string, path: string): readonly string[] {
  if (path === "_id") {
    throw new ValueError(
      "IndexFieldsContainId",
      "`_id` is not a valid index field. To load documents by ID, use `db.get(id)`.",
    );
  }
  if (path === "_creationTime") {
    throw new ValueError(
      "IndexFieldsContainCreationTime",
      "`_creationTime` is automatically added to the end of each index. It should not be added explicitly in the index definition. See https://docs.convex.dev/using/indexes for more details.",
    );
  }
  if (path.charCodeAt(0) === UNDERSCORE) {
    throw new ValueError(
      "IndexFieldNameReserved",
      "Reserved fields (starting with `_`) are not allowed in indexes.",
    );
  }
  const steps = parseFieldPath(path);
  if (steps === null) {
    throw new ValueError("InvalidIndexField", `In index "${index}": Invalid index field: "${path}"`);
  }
  return steps;
}
