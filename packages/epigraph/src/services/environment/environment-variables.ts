import type { ActivePush } from "../../database/catalogue/catalogue.ts";
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
import { EpigraphError } from "../../errors/epigraph-error.ts";
import type { AuthConfigCode, AuthConfigEvaluator } from "../auth/auth-config-evaluator.ts";
import { readAuthConfigCode, replaceAuthProviders } from "../auth/stored-auth-config.ts";
import { checkDeclaredChange, readDeclaredVariables } from "./declared-variables.ts";
import {
  type BuiltInVariable,
  checkEnvironment,
  checkEnvironmentChanges,
  type EnvironmentChange,
  isBuiltIn,
} from "./environment-rules.ts";

const TABLE = "_environment_variables";
const ROOT = "";
const URL_NAMES = /\bCONVEX_(?:CLOUD|SITE)_URL\b/;

type Variables = ReadonlyMap<string, string>;

export interface EnvironmentVariablesOptions {
  readonly database: Database;
  /** Finds out what the app's auth config names under other variables. */
  readonly authConfig: Pick<AuthConfigEvaluator, "evaluate">;
  /** Hears of each change that has been made. */
  readonly onChange: () => void;
}

/**
 * The variables that an operator set for the app. The built-in ones are not among them: where something stands in for one
 * of these, it is kept in the same table and can be seen and changed by `override` alone.
 */
export class EnvironmentVariables {
  readonly #options: EnvironmentVariablesOptions;

  constructor(options: EnvironmentVariablesOptions) {
    this.#options = options;
  }

  /** All variables, names ascending. */
  list(): Readonly<Record<string, string>> {
    const variables = [...this.#variables()].filter(([name]) => !isBuiltIn(name));
    variables.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(variables);
  }

  /**
   * Applies all changes or none; the identity providers of an app whose auth config reads variables change with them.
   * Removing a variable that is not set does nothing.
   * @throws EpigraphError for a change that breaks a rule or the auth config; nothing is changed then.
   */
  async update(changes: readonly EnvironmentChange[]): Promise<void> {
    checkEnvironmentChanges(changes);
    await this.#change(changes);
  }

  /** What stands in for a built-in variable; null: it is as the deployment's settings say. */
  overrideOf(name: BuiltInVariable): string | null {
    return this.#variables().get(name) ?? null;
  }

  /**
   * Has a URL stand in for a built-in one, for functions, files and identity providers alike.
   * @param url null: it is again as the settings say.
   * @throws EpigraphError when it breaks the auth config; nothing is changed then.
   */
  override(name: BuiltInVariable, url: string | null): Promise<void> {
    return this.#change([{ name, value: url }]);
  }

  /**
   * Has identity providers follow the deployment's own URLs, which settings may have changed since they were found out.
   * @throws EpigraphError when the auth config can't be evaluated; the providers stay.
   */
  async followUrls(): Promise<void> {
    const { push, authConfig } = this.#options.database.read((transaction) => readBasis(transaction));
    if (push === null || authConfig === null) return;
    if (authConfig.modules.some(({ source }) => URL_NAMES.test(source))) await this.#change([]);
  }

  #variables(): Variables {
    return this.#options.database.read(({ catalogue }) => catalogue.environment);
  }

  async #change(changes: readonly EnvironmentChange[]): Promise<void> {
    const { database, onChange } = this.#options;
    for (let isDone = false; !isDone; ) {
      const basis = database.read((transaction) => readBasis(transaction));
      const providers = await this.#providersAfter(basis, changes);
      isDone = await database.write("update_environment_variables", (transaction) => {
        if (providers !== null) {
          if (!isStill(basis, transaction)) return false;
          replaceAuthProviders(transaction, basis.push as ActivePush, providers);
        } else if (readAuthConfigCode(transaction) !== null) return false;
        const variables = apply(transaction, changes);
        const declared = readDeclaredVariables(transaction.catalogue.activePush(ROOT)?.definition ?? null);
        const removed = changes.filter(({ value }) => value === null).map(({ name }) => name);
        checkDeclaredChange(declared, variables, removed);
        return true;
      });
    }
    onChange();
  }

  /** Null for an app that has no auth config. */
  async #providersAfter(
    { authConfig, variables }: Basis,
    changes: readonly EnvironmentChange[],
  ): Promise<string | null> {
    if (authConfig === null) return null;
    const changed = new Map(variables);
    for (const { name, value } of changes) {
      if (value === null) changed.delete(name);
      else changed.set(name, value);
    }
    checkEnvironment(changed);
    try {
      return await this.#options.authConfig.evaluate(authConfig, Object.fromEntries(changed));
    } catch (error) {
      if (!(error instanceof EpigraphError)) throw error;
      throw new EpigraphError(
        error.code,
        `This change would make the auth config invalid: ${error.message}`,
        { cause: error },
      );
    }
  }
}

/** What the providers after a change depend on. */
interface Basis {
  readonly push: ActivePush | null;
  readonly authConfig: AuthConfigCode | null;
  readonly variables: Variables;
}

function readBasis(transaction: Transaction): Basis {
  const { catalogue } = transaction;
  const authConfig = readAuthConfigCode(transaction);
  return { push: catalogue.activePush(ROOT), authConfig, variables: catalogue.environment };
}

/** Whether neither code nor variables have changed: a catalogue that nobody changed is the same one. */
function isStill({ push, variables }: Basis, { catalogue }: Transaction): boolean {
  return catalogue.activePush(ROOT)?._id === push?._id && sameVariables(catalogue.environment, variables);
}

function sameVariables(a: Variables, b: Variables): boolean {
  return a === b || (a.size === b.size && [...a].every(([name, value]) => b.get(name) === value));
}

/** @returns the variables as they are then. */
function apply(transaction: Transaction, changes: readonly EnvironmentChange[]): Variables {
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
  return variables;
}
