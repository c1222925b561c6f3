import type { DeploymentStateDocument } from "../../database/catalogue/catalogue-documents.ts";
import type { Database } from "../../database/database.ts";
import {
  allSystemDocuments,
  insertSystemDocument,
  patchSystemDocument,
} from "../../database/transaction/system-documents.ts";
import type { Transaction } from "../../database/transaction/transaction.ts";
import { EpigraphError } from "../../errors/epigraph-error.ts";
import { skipMissedStarts } from "../crons/skip-missed-starts.ts";

const TABLE = "_deployment_state";
const SOURCE = "operator";

/**
 * Lets an operator have no function of the app run, and run again. It is part of the catalogue, so with the one
 * transaction that changes it, whatever ran before runs again under the other rule, or fails by it.
 */
export class PauseControl {
  readonly #database: Database;
  /** Of the last change; nobody else makes any. */
  #isPaused: boolean;

  constructor(database: Database) {
    this.#database = database;
    this.#isPaused = database.read(({ catalogue }) => catalogue.isPaused);
  }

  /** Without a look at the database. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** @throws EpigraphError `PauseDeploymentFailed` where it is paused already. */
  async pause(): Promise<void> {
    await this.#database.write(SOURCE, (transaction) => {
      if (!setState(transaction, "paused")) {
        throw new EpigraphError("PauseDeploymentFailed", "Deployment is already paused.");
      }
    });
    this.#isPaused = true;
  }

  /**
   * What was scheduled meanwhile runs now, what crons have missed they don't make up for.
   * @throws EpigraphError `UnpauseDeploymentFailed` where it is not paused.
   */
  async resume(): Promise<void> {
    await this.#database.write(SOURCE, (transaction) => {
      if (!setState(transaction, "running")) {
        throw new EpigraphError("UnpauseDeploymentFailed", "Deployment is not currently paused.");
      }
      skipMissedStarts(transaction);
    });
    this.#isPaused = false;
  }
}

/** @returns whether that is a change. */
function setState(transaction: Transaction, state: DeploymentStateDocument["state"]): boolean {
  const [row] = allSystemDocuments<DeploymentStateDocument>(transaction, TABLE);
  if ((row?.state ?? "running") === state) return false;
  if (row === undefined) insertSystemDocument<DeploymentStateDocument>(transaction, TABLE, { state });
  else patchSystemDocument<DeploymentStateDocument>(transaction, TABLE, row._id, { state });
  return true;
}
