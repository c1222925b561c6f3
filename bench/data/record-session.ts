import { randomBytes } from "node:crypto";
import { CatalogueCache } from "../../packages/epigraph/src/database/catalogue/catalogue-cache.ts";
import type { CommitRequest } from "../../packages/epigraph/src/database/commit-request.ts";
import { FunctionQueries } from "../../packages/epigraph/src/database/query/function-queries.ts";
import { PageCursors } from "../../packages/epigraph/src/database/query/page-cursors.ts";
import { runDatabaseSyscall, type SyscallArguments } from "../../packages/epigraph/src/database/syscalls.ts";
import { Transaction } from "../../packages/epigraph/src/database/transaction/transaction.ts";
import type { SnapshotSource } from "../../packages/epigraph/src/store/store.ts";
import { ROOT, recordId, recordTable } from "./record-database.ts";
import { createdMsAt, type RecordFields, SHUFFLED_END } from "./records.ts";

/** What is read, each as one call of `ctx.db`: one document by id, or a range of `RANGE_ROWS`. */
export type ReadKind = "point" | "inOrder" | "scattered";

export const RANGE_ROWS = 100;

/** Does with records what a runner does for app code: its snapshots, transactions and syscalls, without a realm around. */
export class RecordSession {
  readonly #snapshots: SnapshotSource;
  readonly #catalogues = new CatalogueCache();
  readonly #cursors = new PageCursors(randomBytes(32));

  /** @param snapshots owned by the caller. */
  constructor(snapshots: SnapshotSource) {
    this.#snapshots = snapshots;
  }

  /**
   * Makes reads of a kind in one query function.
   * @param places where they begin, as shares of all records: 0 is the first in the order of the index, or of inserts.
   * @throws when one of them does not find what must be there.
   */
  read(kind: ReadKind, places: readonly number[], records: number): void {
    const transaction = this.#run(false, (call, transaction, queries) => {
      const table = recordTable(transaction.catalogue);
      for (const place of places) {
        if (kind === "point") {
          const id = recordId(table, Math.floor(place * records));
          expectCount(Number(call("1.0/get", { id, isSystem: false, version: "1.48.0" }) !== "null"), 1);
        } else {
          const source = kind === "inOrder" ? inOrderFrom(place, records) : scatteredFrom(place, records);
          const query = queries.open(transaction, { source, operators: [{ limit: RANGE_ROWS }] });
          let rows = 0;
          while (queries.next(query) !== null) rows++;
          expectCount(rows, RANGE_ROWS);
        }
      }
    });
    if (transaction.hasWrites) throw new Error("A query has written.");
  }

  /** What a mutation that inserts these records sends to the committer. */
  insert(fields: RecordFields): CommitRequest {
    return this.#mutation((call) => call("1.0/insert", { table: "records", value: { ...fields } }));
  }

  /** What a mutation that reads a record and changes a field sends to the committer. */
  patch(position: number, text: string): CommitRequest {
    return this.#mutation((call, transaction) => {
      const id = recordId(recordTable(transaction.catalogue), position);
      call("1.0/get", { id, isSystem: false, version: "1.48.0" });
      return call("1.0/shallowMerge", { id, value: { text } });
    });
  }

  #mutation(run: (call: Call, transaction: Transaction) => void): CommitRequest {
    const request = this.#run(true, run).toCommitRequest({
      source: "records.js:change",
      notify: null,
      retry: null,
    });
    if (request === null) throw new Error("A mutation has changed nothing.");
    return request;
  }

  #run(
    writable: boolean,
    use: (call: Call, transaction: Transaction, queries: FunctionQueries) => void,
  ): Transaction {
    const snapshot = this.#snapshots.open();
    try {
      const catalogue = this.#catalogues.get(snapshot);
      const transaction = new Transaction({ snapshot, catalogue, nowMs: Date.now(), random: randomBytes });
      const queries = new FunctionQueries({ component: ROOT, writable, cursors: this.#cursors });
      const call: Call = (name, args) => runDatabaseSyscall(transaction, queries, name, args);
      use(call, transaction, queries);
      queries.closeAll();
      return transaction;
    } finally {
      snapshot.close();
    }
  }
}

type Call = (name: string, args: SyscallArguments) => string | undefined;

/** Ranges begin where there are enough records behind them. */
function inOrderFrom(place: number, records: number): object {
  const position = Math.floor(place * (records - RANGE_ROWS));
  return rangeFrom("records.by_creation_time", "_creationTime", createdMsAt(position));
}

function scatteredFrom(place: number, records: number): object {
  // Twice as many as there are on average: they don't lie evenly.
  const value = Math.floor(place * SHUFFLED_END * (1 - (2 * RANGE_ROWS) / records));
  return rangeFrom("records.by_shuffled", "shuffled", value);
}

function rangeFrom(indexName: string, fieldPath: string, value: number): object {
  return { type: "IndexRange", indexName, range: [{ type: "Gte", fieldPath, value }], order: null };
}

function expectCount(found: number, expected: number): void {
  if (found !== expected) throw new Error(`A read found ${found} records, not ${expected}.`);
}
