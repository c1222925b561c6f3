import type { Snapshot, SnapshotSource } from "../store/store.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import { CatalogueCache } from "./catalogue/load-catalogue.ts";
import type { CommitterConnection } from "./committer/committer-connection.ts";
import { DatabaseError } from "./database-error.ts";
import { Transaction } from "./transaction/transaction.ts";

export interface DatabaseOptions {
  readonly snapshots: SnapshotSource;
  readonly committer: CommitterConnection;
  readonly nowMs: () => number;
  readonly random: (bytes: number) => Uint8Array;
}

export const MAX_ATTEMPTS = 5;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 2_000;

/** The database for the host's own work: pushes, environment variables, schema changes. Functions have their runner. */
export class Database {
  readonly options: DatabaseOptions;
  readonly #catalogues = new CatalogueCache();

  constructor(options: DatabaseOptions) {
    this.options = options;
  }

  /** Runs `use` on the newest state. */
  read<T>(use: (catalogue: Catalogue, snapshot: Snapshot) => T): T {
    const snapshot = this.options.snapshots.open();
    try {
      return use(this.#catalogues.get(snapshot), snapshot);
    } finally {
      snapshot.close();
    }
  }

  /**
   * Runs `change` as one serializable transaction, again after conflicts; it may run several times.
   * @returns what the run that was committed returned, once it is durable.
   */
  async write<T>(source: string, change: (tx: Transaction) => T): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      const { request, result } = this.read((catalogue, snapshot) => {
        const tx = new Transaction({
          snapshot,
          catalogue,
          nowMs: this.options.nowMs(),
          random: this.options.random,
          system: true,
        });
        const value = change(tx);
        return { result: value, request: tx.toCommitRequest(source) };
      });
      if (request === null) return result;
      const outcome = await this.options.committer.commit(request);
      if (outcome.type === "committed") return result;
      if (outcome.type === "failed") throw new DatabaseError(outcome.code, outcome.message);
      if (attempt + 1 >= MAX_ATTEMPTS) {
        throw new DatabaseError(
          "OptimisticConcurrencyControlFailure",
          "Data read or written in this mutation changed while it was being run.",
        );
      }
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random())));
    }
  }
}

/** Wait before retry number `attempt` (from 0); `random` in [0, 1). */
export function backoffMs(attempt: number, random: number): number {
  return random * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
}
