import type { SnapshotSource } from "../store/store.ts";
import type { Ticks } from "../store/ticks.ts";
import { CatalogueCache } from "./catalogue/catalogue-cache.ts";
import type { CommitOutcome, Retry } from "./commit-request.ts";
import type { CommitterConnection } from "./committer/committer-connection.ts";
import { conflictError } from "./conflict-error.ts";
import { DatabaseError } from "./database-error.ts";
import { MAX_TRANSACTION_ATTEMPTS, Retries } from "./retry.ts";
import { Transaction } from "./transaction/transaction.ts";
import { UNLIMITED } from "./transaction/transaction-limits.ts";

export interface DatabaseOptions {
  /** Owned by the caller, who closes it. */
  readonly snapshots: SnapshotSource;
  readonly committer: CommitterConnection;
  /** Wall clock in milliseconds, fractions welcome. */
  readonly nowMs: () => number;
  /** Gives as many random bytes as asked for. */
  readonly random: (bytes: number) => Uint8Array;
  /** Waits between two attempts. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Where others of this process keep catalogues as well; its own unless told. */
  readonly catalogues?: CatalogueCache;
}

interface Attempt<T> {
  readonly result: T;
  /** Null when nothing was to be made durable. */
  readonly outcome: CommitOutcome | null;
}

/**
 * The database for the host's own work: pushes, environment variables, housekeeping. No limits on what is read and
 * written; functions of the app have transactions of their own.
 */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #catalogues: CatalogueCache;
  readonly #retries: Retries;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#catalogues = options.catalogues ?? new CatalogueCache();
    this.#retries = new Retries(options);
  }

  /**
   * Runs `use` on a snapshot; nothing it writes is kept.
   * @param at read this past instant instead of the newest state.
   * @throws StoreError `SnapshotTooOld` or `SnapshotInFuture`.
   */
  read<T>(use: (transaction: Transaction) => T, options: { readonly at?: Ticks } = {}): T {
    const snapshot = this.#options.snapshots.open(options.at);
    try {
      return use(
        new Transaction({
          snapshot,
          catalogue: this.#catalogues.get(snapshot),
          nowMs: this.#options.nowMs(),
          random: this.#options.random,
          limits: UNLIMITED,
        }),
      );
    } finally {
      snapshot.close();
    }
  }

  /**
   * Runs `change` as one serializable transaction and makes it durable; after a conflict it runs again on newer data,
   * so it must have no other effect.
   * @param source who writes, for the conflict message of others.
   * @returns what the run that was committed returned.
   * @throws DatabaseError `OptimisticConcurrencyControlFailure` after the last attempt, or the committer's failure.
   */
  async write<T>(source: string, change: (transaction: Transaction) => T): Promise<T> {
    let last = await this.#attempt(source, change, null);
    for (let attempts = 1; last.outcome?.type === "conflict"; attempts++) {
      if (attempts >= MAX_TRANSACTION_ATTEMPTS) throw conflictError(last.outcome, source);
      const retry = { losses: attempts, turn: last.outcome.turn };
      last = await this.#retries.run(last.outcome, attempts, () => this.#attempt(source, change, retry));
    }
    const { result, outcome } = last;
    if (outcome?.type === "failed")
      throw new DatabaseError(outcome.code, outcome.message, { catchable: false });
    return result;
  }

  async #attempt<T>(
    source: string,
    change: (transaction: Transaction) => T,
    retry: Retry | null,
  ): Promise<Attempt<T>> {
    const { result, request } = this.read((transaction) => {
      const value = change(transaction);
      return { result: value, request: transaction.toCommitRequest({ source, notify: null, retry }) };
    });
    return { result, outcome: request === null ? null : await this.#options.committer.commit(request) };
  }
}
