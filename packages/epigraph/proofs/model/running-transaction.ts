import assert from "node:assert/strict";
import type { TestExecution } from "../../src/database/testing/test-database.ts";
import type { Transaction } from "../../src/database/transaction/transaction.ts";
import type { RandomValues } from "../../src/values/testing/random-value.ts";
import type { ObjectValue } from "../../src/values/value.ts";
import { type Documents, idsOf, randomWrite } from "./model-documents.ts";
import { comparePositions, isInBounds, positionOf, read } from "./naive-query.ts";
import { compare } from "./naive-values.ts";
import { type RandomTable, randomQuery, wireQuery } from "./random-table.ts";

/** One document as a transaction found it and left it; undefined where there was none. */
export interface Change {
  readonly id: string;
  readonly before: ObjectValue | undefined;
  readonly after: ObjectValue | undefined;
}

/** Whether a transaction's read has met a version of a document: it would read otherwise, or might. */
type Touches = (id: string, version: ObjectValue) => boolean;

type Trace = (line: string) => void;

/** A transaction that has run and is not decided yet, with all that the model knows of what it depends on. */
export class RunningTransaction {
  readonly name: string;
  readonly #table: RandomTable;
  readonly #before: Documents;
  readonly #after: Documents;
  readonly #reads: Touches[] = [];
  #transaction: Transaction | null = null;
  #isOutdated = false;

  /** @param committed what its snapshot holds. */
  constructor(name: string, table: RandomTable, committed: Documents) {
    this.name = name;
    this.#table = table;
    this.#before = new Map(committed);
    this.#after = new Map(committed);
  }

  get transaction(): Transaction {
    return this.#transaction as Transaction;
  }

  run(run: TestExecution, random: RandomValues, trace: Trace): void {
    this.#transaction = run.transaction;
    for (let i = random.below(4); i >= 0; i--) {
      if (random.below(2) === 0) this.#read(run, random, this.#after, trace);
      else if (random.below(4) < 3) this.#write(run, random, this.#after, trace);
      else this.#writeInVain(run, random, trace);
    }
  }

  /** What it will change, net. */
  changes(): readonly Change[] {
    const ids = new Set([...this.#before.keys(), ...this.#after.keys()]);
    return Array.from(ids, (id) => ({ id, before: this.#before.get(id), after: this.#after.get(id) })).filter(
      ({ before, after }) => compare(before, after) !== 0,
    );
  }

  /** Another one was committed after this one's snapshot. */
  wasOvertakenBy(changes: readonly Change[]): void {
    const versions = changes.flatMap(({ id, before, after }) =>
      [before, after].flatMap((version) => (version === undefined ? [] : [{ id, version }])),
    );
    this.#isOutdated ||= versions.some(({ id, version }) =>
      this.#reads.some((touches) => touches(id, version)),
    );
  }

  expectedOutcome(): "nothing" | "conflict" | "committed" {
    if (this.changes().length === 0) return "nothing";
    return this.#isOutdated ? "conflict" : "committed";
  }

  /** In a scope that is rolled back: what it reads counts all the same, and so does what it loads to change it. */
  #writeInVain(run: TestExecution, random: RandomValues, trace: Trace): void {
    trace("nested");
    const scope = new Map(this.#after);
    run.transaction.beginNested();
    this.#write(run, random, scope, trace);
    this.#read(run, random, scope, trace);
    run.transaction.rollbackNested();
    trace("rolled back");
  }

  #write(run: TestExecution, random: RandomValues, documents: Documents, trace: Trace): void {
    const written = randomWrite(random, this.#table, run, documents, trace);
    this.#reads.push((id) => id === written);
  }

  #read(run: TestExecution, random: RandomValues, documents: Documents, trace: Trace): void {
    switch (random.below(8)) {
      case 7: {
        trace("count");
        assert.equal(run.call("1.0/count", { table: this.#table.name }), documents.size);
        this.#reads.push(() => true);
        break;
      }
      case 6:
      case 5: {
        if (documents.size === 0) break;
        const known = random.pick([...documents.keys()]);
        trace(`get ${known}`);
        assert.notEqual(run.get(known), null);
        this.#reads.push((id) => id === known);
        break;
      }
      default:
        this.#query(run, random, documents, trace);
    }
  }

  #query(run: TestExecution, random: RandomValues, documents: Documents, trace: Trace): void {
    const query = randomQuery(random, this.#table, [...documents.values()]);
    const limit = random.below(2) === 0 ? undefined : random.below(4);
    trace(`query ${JSON.stringify(wireQuery(this.#table, query, limit))}`);
    const { documents: found, scanned, isExhausted, isFailure } = read(query, documents.values(), limit);
    const collect = (): unknown[] => idsOf(run.collect(wireQuery(this.#table, query, limit)) as never);
    if (isFailure) assert.throws(collect, { code: "EvalError" });
    else assert.deepEqual(collect(), idsOf(found));
    const last = scanned.at(-1);
    if (last === undefined && !isExhausted) return;
    const until = isExhausted || last === undefined ? null : positionOf(query, last);
    this.#reads.push(
      (_, version) =>
        isInBounds(query, version) &&
        (until === null || comparePositions(query, positionOf(query, version), until) <= 0),
    );
  }
}
