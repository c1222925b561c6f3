import type {
  EnvironmentVariableDocument,
  SystemFields,
} from "../../database/catalogue/catalogue-documents.ts";
import type { Database } from "../../database/database.ts";
import {
  allSystemDocuments,
  deleteSystemDocument,
  insertSystemDocument,
  patchSystemDocument,
} from "../../database/transaction/system-documents.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { checkEnvironment, checkEnvironmentChanges, type EnvironmentChange } from "./environment-rules.ts";

const TABLE = "_environment_variables";

/** The variables that an operator set for the app; the built-in ones are not among them. */
export class EnvironmentVariables {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** All variables, names ascending. */
  list(): Readonly<Record<string, string>> {
    const variables = this.#database.read((transaction) => [...transaction.catalogue.environment]);
    variables.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(variables);
  }

  /**
   * Applies all changes or none. Removing a variable that is not set does nothing.
   * @throws EpigraphError for a change that breaks a rule; nothing is changed then.
   */
  async update(changes: readonly EnvironmentChange[]): Promise<void> {
    checkEnvironmentChanges(changes);
    await this.#database.write("update_environment_variables", (transaction) => apply(transaction, changes));
  }
}

function apply(transaction: Transaction, changes: readonly EnvironmentChange[]): void {
  // Read from the table and not from the catalogue, so that a variable set meanwhile is a conflict.
  const documents = new Map<string, EnvironmentVariableDocument & SystemFields>();
  for (const document of allSystemDocuments<EnvironmentVariableDocument>(transaction, TABLE)) {
    documents.set(document.name, document);
  }
  const variables = new Map([...documents.values()].map(({ name, value }) => [name, value]));
  for (const { name, value } of changes) {
    const existing = documents.get(name);
    if (value === null) {
      variables.delete(name);
      if (existing !== undefined) deleteSystemDocument(transaction, TABLE, existing._id);
    } else {
      variables.set(name, value);
      if (existing === undefined) insertSystemDocument(transaction, TABLE, { name, value });
      else patchSystemDocument<EnvironmentVariableDocument>(transaction, TABLE, existing._id, { value });
    }
  }
  checkEnvironment(variables);
}
