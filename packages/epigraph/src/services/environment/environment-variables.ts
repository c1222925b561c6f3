import { type EnvironmentRow, systemRows } from "../../database/catalogue/load-catalogue.ts";
import { ENVIRONMENT } from "../../database/catalogue/system-tables.ts";
import type { Database } from "../../database/database.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";

export interface EnvironmentChange {
  readonly name: string;
  /** Null deletes; deleting what is not set does nothing. */
  readonly value: string | null;
}

const MAX_VARIABLES = 512;
const MAX_NAME_LENGTH = 256;
const MAX_VALUE_BYTES = 8 * 1024;
const MAX_TOTAL_BYTES = 512 * 1024;
const BUILT_IN = new Set(["CONVEX_CLOUD_URL", "CONVEX_SITE_URL"]);

/** The deployment's environment variables, kept in its database. */
export class EnvironmentVariables {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Name to value, sorted by name. */
  list(): Record<string, string> {
    const entries = this.#database.read((catalogue) => [...catalogue.environment]);
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Applies all changes or none. @throws EpigraphError for a name or size that can't be. */
  async update(changes: readonly EnvironmentChange[]): Promise<void> {
    const names = new Set<string>();
    for (const { name, value } of changes) {
      checkName(name);
      if (value !== null) checkValue(name, value);
      if (names.has(name))
        throw new EpigraphError(
          "EnvVarNameNotUnique",
          `The change names environment variable "${name}" twice. Name each variable once.`,
        );
      names.add(name);
    }
    await this.#database.write("environment", (tx) => {
      const rows = new Map(
        systemRows<EnvironmentRow>(tx.snapshot, ENVIRONMENT).map((row) => [row.name, row]),
      );
      const after = new Map([...rows].map(([name, row]) => [name, row.value]));
      for (const { name, value } of changes) {
        const row = rows.get(name);
        if (value === null) {
          if (row !== undefined) tx.delete(row._id);
          after.delete(name);
        } else {
          if (row === undefined) tx.insertSystem("_environment_variables", { name, value });
          else tx.patch(row._id, { value });
          after.set(name, value);
        }
      }
      checkTotals(after);
    });
  }
}

function checkName(name: string): void {
  if (BUILT_IN.has(name)) {
    throw new EpigraphError(
      "EnvVarNameForbidden",
      `Environment variable with name "${name}" is built-in and cannot be overridden`,
    );
  }
  if (name.length > MAX_NAME_LENGTH) {
    throw new EpigraphError(
      "EnvironmentVariableNameTooLong",
      `The environment variable name ${name.slice(0, 64)}… is longer than ${MAX_NAME_LENGTH} characters. Choose a shorter one.`,
    );
  }
  if (!/^[a-zA-Z_]+[a-zA-Z0-9_]*$/.test(name)) {
    throw new EpigraphError(
      "EnvironmentVariableNameInvalid",
      `The environment variable name ${name} is invalid. Environment variable names must begin with a letter and may only include characters a-z, A-Z, 0-9, and underscores.`,
    );
  }
}

function checkValue(name: string, value: string): void {
  const bytes = Buffer.byteLength(value);
  if (bytes > MAX_VALUE_BYTES) {
    throw new EpigraphError(
      "EnvironmentVariableValueTooLarge",
      `The value of ${name} has ${bytes} bytes, more than the ${MAX_VALUE_BYTES} that one may have. Store it in a document instead.`,
    );
  }
}

function checkTotals(variables: ReadonlyMap<string, string>): void {
  if (variables.size > MAX_VARIABLES)
    throw new EpigraphError(
      "EnvVarLimitMet",
      `The environment variable limit (${MAX_VARIABLES}) has been met.`,
    );
  let bytes = 0;
  for (const [name, value] of variables) bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  if (bytes > MAX_TOTAL_BYTES) {
    throw new EpigraphError(
      "EnvVarTotalSizeLimitMet",
      `The total size of all environment variables (${bytes} bytes) exceeds the limit (${MAX_TOTAL_BYTES} bytes).`,
    );
  }
}
