import assert from "node:assert/strict";
import { type RandomValues, randomValues } from "../../values/testing/random-value.ts";
import type { CommitRequest } from "../commit-request.ts";
import { DatabaseError } from "../database-error.ts";
import { abandonUnfinished } from "../schema/abandon-unfinished.ts";
import { backfillStagedIndexes } from "../schema/backfill-indexes.ts";
import {
  type DroppedIndexes,
  findDroppedIndexes,
  forgetDroppedIndexes,
} from "../schema/forget-dropped-indexes.ts";
import { SchemaChange } from "../schema/schema-change.ts";
import { checkIndexesAndDocuments, scanEntries } from "./check-indexes-and-documents.ts";
import { RaceWriters } from "./race-writers.ts";
import { FIRST_SCHEMA, nextSchema, schemaJson } from "./random-schema.ts";
import { TestDatabase } from "./test-database.ts";

export interface SchemaRaceOptions {
  readonly seed: number;
  /** Changes of the schema. */
  readonly steps: number;
  /** What becomes of a transaction on its way to the committer, to see that a broken database is found out. */
  readonly sabotage?: (request: CommitRequest) => CommitRequest;
}

export interface SchemaRaceReport {
  /** Schemas that became active. */
  readonly activated: number;
  /** Pushes that were refused, by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** Entries made by backfills. */
  readonly backfilled: number;
  /** Pages of backfills that met a write. */
  readonly pagesAgain: number;
  /** Transactions of the writers. */
  readonly writes: number;
  readonly conflicts: number;
  readonly checks: number;
}

const STEP_MS = 5_000;
/** Longer than reads of the past reach back: 30 s. */
const FORGET_AFTER_STEPS = 7;
const PAST_STEPS = 5;
const EXPECTED = ["SchemaValidationFailed", "SchemaAlreadyFailed", "SchemaAlreadyOverwritten"];

/**
 * Changes the schema at random, often twice at once, while writers write at random, and asserts all the while that
 * indexes and documents are what catalogue and schema say, now and in the past.
 * @throws AssertionError naming what is wrong. The same seed makes the same race.
 */
export async function runSchemaRace(options: SchemaRaceOptions): Promise<SchemaRaceReport> {
  const race = new SchemaRace(options);
  try {
    return await race.run(options.steps);
  } finally {
    race.close();
  }
}

class SchemaRace {
  readonly #test: TestDatabase;
  readonly #random: RandomValues;
  readonly #writers: RaceWriters;
  readonly #refused: Record<string, number> = {};
  readonly #dropped: DroppedIndexes[] = [];
  /** Instants that are not forgotten yet. */
  readonly #past: number[] = [];
  #schema = FIRST_SCHEMA;
  #activated = 0;
  #backfilled = 0;
  #pagesAgain = 0;
  #checks = 0;

  constructor({ seed, sabotage }: SchemaRaceOptions) {
    this.#test = new TestDatabase(seed);
    this.#random = randomValues(seed);
    this.#watchCommits(sabotage ?? ((request) => request));
    this.#writers = new RaceWriters(this.#test, this.#random, () => this.#check());
  }

  close(): void {
    this.#test.close();
  }

  async run(steps: number): Promise<SchemaRaceReport> {
    await this.#writers.fill();
    for (let step = 0; step < steps; step++) {
      this.#test.nowMs += STEP_MS;
      await this.#writers.during(() => this.#step());
      await this.#forget();
    }
    await this.#end();
    const { writes, conflicts } = this.#writers;
    return {
      activated: this.#activated,
      refused: this.#refused,
      backfilled: this.#backfilled,
      pagesAgain: this.#pagesAgain,
      writes,
      conflicts,
      checks: this.#checks,
    };
  }

  #watchCommits(sabotage: (request: CommitRequest) => CommitRequest): void {
    const { committer } = this.#test;
    const commit = committer.commit.bind(committer);
    committer.commit = async (request) => {
      const outcome = await commit(sabotage(request));
      assert.notEqual(outcome.type, "failed", JSON.stringify(outcome));
      if (request.backfill.length > 0) {
        if (outcome.type === "committed") this.#backfilled += request.backfill.length;
        else this.#pagesAgain++;
      }
      return outcome;
    };
  }

  async #step(): Promise<void> {
    const random = this.#random;
    // Else most schemas that want numbers would be refused for a text of long ago.
    if (random.below(2) === 0) await this.#writers.removeTexts();
    const pushes = [this.#push()];
    if (random.below(3) === 0) pushes.push(this.#push());
    if (random.below(3) === 0) pushes.push(backfillStagedIndexes(this.#test.database));
    await Promise.all(pushes);
    if (random.below(4) === 0) {
      await this.#test.database.write("test", (transaction) => abandonUnfinished(transaction, "", null));
    }
    this.#check();
    this.#checkPast();
  }

  async #push(): Promise<void> {
    const random = this.#random;
    const { database } = this.#test;
    this.#schema = nextSchema(this.#schema, random);
    const change = new SchemaChange(database, "", schemaJson(this.#schema));
    const isAbandoned = random.below(6) === 0;
    try {
      await change.prepare();
      for (let turns = random.below(20); turns > 0; turns--) await nextTurn();
      if (isAbandoned) return;
      await database.write("push", (transaction) => change.activate(transaction));
      this.#activated++;
    } catch (error) {
      if (!(error instanceof DatabaseError) || !EXPECTED.includes(error.code)) throw error;
      this.#refused[error.code] = (this.#refused[error.code] ?? 0) + 1;
    }
  }

  /** Removes what was dropped so long ago that no read of the past can need it. */
  async #forget(): Promise<void> {
    this.#dropped.push(findDroppedIndexes(this.#test.database));
    if (this.#dropped.length <= FORGET_AFTER_STEPS) return;
    const known = new Set(findDroppedIndexes(this.#test.database).map(([index]) => index));
    const due = (this.#dropped.shift() as DroppedIndexes).filter(([index]) => known.has(index));
    await keepAlive(
      forgetDroppedIndexes(this.#test.database, due, (index) => this.#test.committer.dropIndexEntries(index)),
    );
    this.#test.database.read(({ snapshot, catalogue }) => {
      for (const [index] of due) {
        assert.ok(!catalogue.droppedIndexes.has(index));
        assert.equal([...scanEntries(snapshot, index)].length, 0, `entries of the dropped index ${index}`);
      }
    });
  }

  /** An app without a schema in the end: nothing of all these indexes must be left. */
  async #end(): Promise<void> {
    const change = new SchemaChange(this.#test.database, "", null);
    await change.prepare();
    await this.#test.database.write("push", (transaction) => change.activate(transaction));
    for (let i = 0; i <= FORGET_AFTER_STEPS; i++) await this.#forget();
    this.#check();
    this.#test.database.read(({ snapshot, catalogue }) => {
      const tables = [...catalogue.namespace("").tables];
      const kept = new Set(tables.flatMap((table) => table.indexes.map(({ id }) => id)));
      assert.equal(kept.size, tables.length * 2);
      for (let index = 1_000; index < 1_000 + MAX_INDEXES; index++) {
        if (kept.has(index)) continue;
        assert.equal([...scanEntries(snapshot, index)].length, 0, `entries of the forgotten index ${index}`);
      }
    });
  }

  #check(): void {
    this.#checks++;
    this.#test.database.read(({ snapshot, catalogue }) => checkIndexesAndDocuments(snapshot, catalogue));
  }

  #checkPast(): void {
    this.#past.push(this.#test.database.read(({ snapshotTs }) => snapshotTs));
    if (this.#past.length > PAST_STEPS) this.#past.shift();
    const at = this.#random.pick(this.#past);
    this.#test.database.read(
      ({ snapshot, catalogue }) => checkIndexesAndDocuments(snapshot, catalogue, { isPast: true }),
      { at },
    );
  }
}

/** More than any race makes. */
const MAX_INDEXES = 10_000;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The committer's own timers keep no process alive. */
async function keepAlive(work: Promise<void>): Promise<void> {
  const timer = setInterval(() => {}, 1_000);
  try {
    await work;
  } finally {
    clearInterval(timer);
  }
}
