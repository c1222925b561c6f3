import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Ticks } from "../ticks.ts";

/** The row that every snapshot reads first. */
export type Head = [lastTs: Ticks, catalogueTs: Ticks, historyFrom: Ticks];

/** One read connection with its prepared statements. It holds at most one snapshot at a time. */
export class SnapshotConnection {
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #head: StatementSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#begin = database.prepare("BEGIN");
    this.#end = database.prepare("COMMIT");
    this.#head = this.statement("SELECT last_ts, catalogue_ts, history_from FROM head");
  }

  /** Pins the newest state until `end`. */
  begin(): Head {
    this.#begin.run();
    // BEGIN alone pins nothing: this first read does.
    return this.#head.get() as unknown as Head;
  }

  end(): void {
    this.#end.run();
  }

  /** The statement with this text, prepared once; it gives rows as arrays, which is the cheaper form. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  close(): void {
    this.#database.close();
  }
}
