import { EpigraphError } from "../../errors/epigraph-error.ts";
import { utf8Length } from "../../values/utf8.ts";

/** Sets a variable, or removes it when `value` is null. */
export interface EnvironmentChange {
  readonly name: string;
  readonly value: string | null;
}

export const MAX_ENVIRONMENT_VARIABLES = 512;
export const MAX_ENVIRONMENT_NAME_LENGTH = 256;
export const MAX_ENVIRONMENT_VALUE_BYTES: number = 8 * 1024;
export const MAX_ENVIRONMENT_TOTAL_BYTES: number = 512 * 1024;

/** Variables that functions have without anybody setting them. */
export type BuiltInVariable = "CONVEX_CLOUD_URL" | "CONVEX_SITE_URL";

const BUILT_IN_VARIABLES: readonly string[] = ["CONVEX_CLOUD_URL", "CONVEX_SITE_URL"];

export function isBuiltIn(name: string): boolean {
  return BUILT_IN_VARIABLES.includes(name);
}

const NAME_PATTERN = /^[a-zA-Z_]+[a-zA-Z0-9_]*$/;

/**
 * Checks what can be judged without knowing what is set.
 * @throws EpigraphError naming the first change that breaks a rule.
 */
export function checkEnvironmentChanges(changes: readonly EnvironmentChange[]): void {
  const seen = new Set<string>();
  for (const { name, value } of changes) {
    checkName(name);
    if (seen.has(name)) {
      throw new EpigraphError(
        "EnvVarNameNotUnique",
        `Environment variable with name "${name}" appears more than once in this change`,
      );
    }
    seen.add(name);
    if (value !== null) checkValue(name, value);
  }
}

/**
 * Checks all variables as they would be after a change; what stands in for a built-in one counts for nothing.
 * @throws EpigraphError `EnvVarLimitMet` or `EnvVarTotalSizeLimitMet`
 */
export function checkEnvironment(variables: ReadonlyMap<string, string>): void {
  const own = [...variables].filter(([name]) => !isBuiltIn(name));
  if (own.length > MAX_ENVIRONMENT_VARIABLES) {
    throw new EpigraphError(
      "EnvVarLimitMet",
      `The environment variable limit (${MAX_ENVIRONMENT_VARIABLES}) has been met.`,
    );
  }
  let totalBytes = 0;
  for (const [, value] of own) totalBytes += utf8Length(value);
  if (totalBytes > MAX_ENVIRONMENT_TOTAL_BYTES) {
    throw new EpigraphError(
      "EnvVarTotalSizeLimitMet",
      `The values of all environment variables together are too large (${totalBytes} bytes > maximum ${MAX_ENVIRONMENT_TOTAL_BYTES} bytes)`,
    );
  }
}

function checkName(name: string): void {
  if (isBuiltIn(name)) {
    throw new EpigraphError(
      "EnvVarNameForbidden",
      `Environment variable with name "${name}" is built-in and cannot be overridden`,
    );
  }
  if (name.length > MAX_ENVIRONMENT_NAME_LENGTH) {
    throw new EpigraphError(
      "EnvironmentVariableNameTooLong",
      `Environment variable name is too long (${name.length} > maximum length ${MAX_ENVIRONMENT_NAME_LENGTH})`,
    );
  }
  if (!NAME_PATTERN.test(name)) {
    throw new EpigraphError(
      "EnvironmentVariableNameInvalid",
      `Environment variable name "${name}" is invalid: it must start with a letter and have only letters, digits and underscores`,
    );
  }
}

function checkValue(name: string, value: string): void {
  const bytes = utf8Length(value);
  if (bytes <= MAX_ENVIRONMENT_VALUE_BYTES) return;
  throw new EpigraphError(
    "EnvironmentVariableValueTooLarge",
    `The value of environment variable "${name}" is too large (${bytes} bytes > maximum ${MAX_ENVIRONMENT_VALUE_BYTES} bytes)`,
  );
}
