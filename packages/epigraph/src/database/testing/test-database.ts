import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { Snapshot, SnapshotSource, Store } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import { seededRandom } from "../../values/testing/seeded-random.ts";
import type { JSONValue } from "../../values/value.ts";
import { CatalogueCache } from "../catalogue/catalogue-cache.ts";
import type { CommitRequest } from "../commit-request.ts";
import { Committer } from "../committer/committer.ts";
import { Database } from "../database.ts";
import { FunctionQueries } from "../query/function-queries.ts";
import { PageCursors } from "../query/page-cursors.ts";
import { SchemaChange } from "../schema/schema-change.ts";
import { runDatabaseSyscall, type SyscallArguments } from "../syscalls.ts";
import { Transaction, type TransactionOptions } from "../transaction/transaction.ts";

export type Document = { readonly [field: string]: JSONValue } & { readonly _id: string };

export interface Page {
  readonly page: Document[];
  readonly isDone: boolean;
  readonly continueCursor: string;
  readonly splitCursor: string | null;
  readonly pageStatus: string | null;
}

/** 2026-11-24, in the middle of a day. */
const START_MS = 1_795_521_600_000;

/** One execution as a function makes it: syscalls with wire JSON on one transaction. */
export class TestExecution {
  readonly transaction: Transaction;
  readonly queries: FunctionQueries;

  constructor(transaction: Transaction, queries: FunctionQueries) {
    this.transaction = transaction;
    this.queries = queries;
  }

  call<T = JSONValue>(name: string, args: object): T {
    const result = runDatabaseSyscall(this.transaction, this.queries, name, args as SyscallArguments);
    assert.notEqual(result, undefined, `${name} is no syscall here`);
    return JSON.parse(result as string) as T;
  }

  get(id: string, options: { table?: string; isSystem?: boolean } = {}): Document | null {
    return this.call("1.0/get", { id, isSystem: false, version: "1.48.0", ...options });
  }

  insert(table: string, value: object): string {
    return this.call<{ _id: string }>("1.0/insert", { table, value })._id;
  }

  patch(id: string, value: object, table?: string): Document {
    return this.call("1.0/shallowMerge", { id, value, ...(table === undefined ? {} : { table }) });
  }

  replace(id: string, value: object): Document {
    return this.call("1.0/replace", { id, value });
  }

  remove(id: string): Document {
    return this.call("1.0/remove", { id });
  }

  collect(query: object): Document[] {
    const { queryId } = this.call<{ queryId: number }>("1.0/queryStream", { query });
    const documents: Document[] = [];
    for (;;) {
      const { value, done } = this.call<{ value: Document; done: boolean }>("1.0/queryStreamNext", {
        queryId,
      });
      if (done) {
        this.call("1.0/queryCleanup", { queryId });
        return documents;
      }
      documents.push(value);
    }
  }

  page(query: object, options: object = {}): Page {
    return this.call("1.0/queryPage", {
      query,
      cursor: null,
      endCursor: null,
      pageSize: 10,
      maximumRowsRead: null,
      version: "1.48.0",
      ...options,
    });
  }
}

/**
 * A real database in a folder of its own: store (SQLite, unless told), committer, host's side; clock and randomness are
 * given.
 */
export class TestDatabase {
  readonly folder: string;
  snapshots!: SnapshotSource;
  committer!: Committer;
  database!: Database;
  readonly cursors: PageCursors = new PageCursors(new Uint8Array(32).fill(7));
  /** What the host waited between attempts. */
  readonly sleptMs: number[] = [];
  nowMs: number = START_MS;
  readonly #openStore: (folder: string) => Store;
  #isStopped = false;
  readonly #random: (bytes: number) => Uint8Array;
  #catalogues = new CatalogueCache();

  constructor(seed = 1, openStore: (folder: string) => Store = (folder) => new SqliteStore(folder)) {
    this.#openStore = openStore;
    this.folder = mkdtempSync(join(tmpdir(), "epigraph-database-"));
    const next = seededRandom(seed);
    this.#random = (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(next() * 256));
    this.open();
  }

  /** Closes everything and opens it again on the data that is there, as a new process would. */
  reopen(): void {
    this.snapshots.close();
    this.committer.close();
    this.open();
  }

  /** For whoever has closed snapshots and committer. */
  open(): void {
    const store = this.#openStore(this.folder);
    this.#catalogues = new CatalogueCache();
    this.committer = new Committer(store.openWriter(), { nowMs: () => this.nowMs });
    this.snapshots = store.openSnapshots();
    this.database = new Database({
      snapshots: this.snapshots,
      committer: this.committer,
      nowMs: () => this.nowMs,
      random: this.#random,
      sleep: async (ms) => {
        this.sleptMs.push(ms);
      },
    });
  }

  /** Lets go of the files, which stay until `close`. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.snapshots.close();
    this.committer.close();
  }

  close(): void {
    this.stop();
    rmSync(this.folder, { recursive: true });
  }

  /** Runs on the newest state; the transaction can be committed afterwards, but reads no more. */
  run<T>(
    use: (execution: TestExecution) => T,
    options: Partial<TransactionOptions> = {},
    journal?: string,
  ): T {
    return this.#runOn(this.snapshots.open(), use, options, journal);
  }

  /** Runs on the state of a past instant. */
  runAt<T>(at: Ticks, use: (execution: TestExecution) => T): T {
    return this.#runOn(this.snapshots.open(at), use, {});
  }

  #runOn<T>(
    snapshot: Snapshot,
    use: (execution: TestExecution) => T,
    options: Partial<TransactionOptions>,
    journal?: string,
  ): T {
    try {
      const transaction = new Transaction({
        snapshot,
        catalogue: this.#catalogues.get(snapshot),
        nowMs: this.nowMs,
        random: this.#random,
        ...options,
      });
      return use(new TestExecution(transaction, this.queries(journal)));
    } finally {
      snapshot.close();
    }
  }

  /** As a nested call runs: on a transaction that is there, with queries of its own. */
  executionOn(transaction: Transaction, writable = true): TestExecution {
    return new TestExecution(
      transaction,
      new FunctionQueries({ component: "", writable, cursors: this.cursors }),
    );
  }

  queries(journal?: string): FunctionQueries {
    return new FunctionQueries({
      component: "",
      writable: true,
      cursors: this.cursors,
      journal: journal ?? null,
    });
  }

  /** Runs and commits; the commit must pass. */
  async mutate<T>(
    use: (execution: TestExecution) => T,
    options: Partial<TransactionOptions> = {},
  ): Promise<T> {
    const { result, transaction } = this.run(
      (execution) => ({ result: use(execution), transaction: execution.transaction }),
      options,
    );
    assert.ok((await this.commit(transaction)) !== "conflict");
    return result;
  }

  async commit(transaction: Transaction, source = "test.js:run"): Promise<string> {
    const request = transaction.toCommitRequest({ source, notify: null, retry: null });
    if (request === null) return "nothing";
    return (await this.committer.commit(request)).type;
  }

  /** As `mutate`, past whatever a test has put in the way of the committer. */
  async mutateThrough(commit: Committer["commit"], use: (execution: TestExecution) => void): Promise<void> {
    const transaction = this.run((execution) => {
      use(execution);
      return execution.transaction;
    });
    await commit(
      transaction.toCommitRequest({ source: "test.js:run", notify: null, retry: null }) as CommitRequest,
    );
  }

  /** Commits a transaction that ran before `between` did. */
  async race(
    use: (execution: TestExecution) => void,
    between: (execution: TestExecution) => void,
  ): Promise<string> {
    const transaction = this.run((execution) => {
      use(execution);
      return execution.transaction;
    });
    await this.mutate(between);
    return this.commit(transaction);
  }

  /** Pushes a schema from what `defineSchema(…).export()` gives. */
  async push(schemaJson: string | null): Promise<SchemaChange> {
    const change = new SchemaChange(this.database, "", schemaJson);
    await change.prepare();
    await this.database.write("push", (transaction) => change.activate(transaction));
    return change;
  }
}

export function scanTable(
  tableName: string,
  order: "asc" | "desc" | null = null,
  operators: object[] = [],
): object {
  return { source: { type: "FullTableScan", tableName, order }, operators };
}

/** Bounds as `["Eq", "field", value]`. */
export function scanIndex(
  indexName: string,
  bounds: readonly (readonly [string, string, unknown])[] = [],
  order: "asc" | "desc" | null = null,
  operators: object[] = [],
): object {
  const range = bounds.map(([type, fieldPath, value]) => ({ type, fieldPath, value }));
  return { source: { type: "IndexRange", indexName, range, order }, operators };
}

/** `assert.throws` for the exact text and code that app code sees. */
export function assertFails(run: () => unknown, message: string | RegExp, code?: string): void {
  assert.throws(run, (error: Error & { code?: string }) => {
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
    if (code !== undefined) assert.equal(error.code, code);
    return true;
  });
}
