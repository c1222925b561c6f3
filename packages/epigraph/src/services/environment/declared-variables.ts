import { EpigraphError } from "../../errors/epigraph-error.ts";
import { isPlainObject, type JSONValue } from "../../values/value.ts";

/** A variable that the app says it needs. */
export interface DeclaredVariable {
  readonly name: string;
  readonly isOptional: boolean;
  /** The values that it may have; null for any. */
  readonly allowed: readonly string[] | null;
}

/**
 * Reads the variables that an app definition declares.
 * @param definitionJson what its `export()` gave, null when the app has none.
 * @throws EpigraphError `InvalidEnvVarDeclaration` for a validator that no text of a variable could match.
 */
export function readDeclaredVariables(definitionJson: string | null): readonly DeclaredVariable[] {
  if (definitionJson === null) return [];
  const { envVars } = JSON.parse(definitionJson) as {
    readonly envVars?: readonly (readonly [name: string, declaration: Declaration])[] | null;
  };
  return (envVars ?? []).map(([name, { value, optional = false }]) => ({
    name,
    isOptional: optional,
    allowed: allowedTexts(name, JSON.parse(value) as JSONValue),
  }));
}

interface Declaration {
  /** JSON text of a validator. */
  readonly value: string;
  readonly optional?: boolean;
}

function allowedTexts(name: string, validator: JSONValue): readonly string[] | null {
  if (isPlainObject(validator)) {
    const { type, value } = validator as { readonly type?: unknown; readonly value?: JSONValue };
    if (type === "string") return null;
    if (type === "literal" && typeof value === "string") return [value];
    if (type === "union" && Array.isArray(value)) {
      const members = value.map((member) => allowedTexts(name, member));
      return members.includes(null) ? null : members.flatMap((member) => member as readonly string[]);
    }
  }
  throw new EpigraphError(
    "InvalidEnvVarDeclaration",
    `Environment variable \`${name}\` is declared with a validator other than v.string(), v.literal("…") or a v.union of these`,
  );
}

/**
 * Checks that the variables are as code declares them.
 * @throws EpigraphError `MissingEnvironmentVariables` or `InvalidEnvironmentVariable`
 */
export function checkDeclared(
  declared: readonly DeclaredVariable[],
  variables: ReadonlyMap<string, string>,
): void {
  const missing = declared.filter(({ name, isOptional }) => !isOptional && !variables.has(name));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(", ");
    throw new EpigraphError(
      "MissingEnvironmentVariables",
      `Required environment variables are not set: ${names}. Set them in the Convex dashboard or CLI before pushing.`,
    );
  }
  for (const { name, allowed } of declared) {
    const value = variables.get(name);
    if (value === undefined || allowed === null || allowed.includes(value)) continue;
    throw new EpigraphError(
      "InvalidEnvironmentVariable",
      `Environment variable \`${name}\` does not match its declared validator: it must be one of ${allowed.map((text) => JSON.stringify(text)).join(", ")}`,
    );
  }
}

/**
 * Checks what a change leaves of what code declares that runs.
 * @param removed names of the variables that the change removes.
 * @throws EpigraphError `RequiredEnvironmentVariable` or `InvalidEnvironmentVariable`
 */
export function checkDeclaredChange(
  declared: readonly DeclaredVariable[],
  variables: ReadonlyMap<string, string>,
  removed: readonly string[],
): void {
  const required = declared.filter(({ name, isOptional }) => !isOptional && removed.includes(name));
  if (required.length > 0) {
    throw new EpigraphError(
      "RequiredEnvironmentVariable",
      `Cannot delete required environment variables: ${required.map(({ name }) => `\`${name}\``).join(", ")}. These are declared as required in the app definition.`,
    );
  }
  // What is missing was missing before.
  checkDeclared(
    declared.map((variable) => ({ ...variable, isOptional: true })),
    variables,
  );
}
