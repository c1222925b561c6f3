import type { RandomValues } from "../../values/testing/random-value.ts";
import { DatabaseError } from "../database-error.ts";
import { TABLES } from "./random-schema.ts";
import { scanTable, type TestDatabase, type TestExecution } from "./test-database.ts";

/** Several pages of a backfill. */
const DOCUMENTS = 600;
const WRITERS = 4;
const CHECK_EVERY = 25;
/** What a schema, or another writer, may have against a write. */
const EXPECTED = ["SchemaEnforcementError", "NonexistentDocument"];

/** Writers that insert, patch and delete at random in real transactions, each held a while before it is committed. */
export class RaceWriters {
  readonly #test: TestDatabase;
  readonly #random: RandomValues;
  readonly #check: () => void;
  readonly #ids = new Set<string>();
  writes = 0;
  conflicts = 0;

  /** @param check called now and then between two transactions. */
  constructor(test: TestDatabase, random: RandomValues, check: () => void) {
    this.#test = test;
    this.#random = random;
    this.#check = check;
  }

  async fill(): Promise<void> {
    const ids = await this.#test.mutate((run) =>
      Array.from({ length: DOCUMENTS }, () => run.insert(this.#random.pick(TABLES), this.#fields())),
    );
    for (const id of ids) this.#ids.add(id);
  }

  /** Writes until `work` has ended. */
  async during(work: () => Promise<void>): Promise<void> {
    let isOver = false;
    const working = work().finally(() => {
      isOver = true;
    });
    const writing = Array.from({ length: WRITERS }, async () => {
      while (!isOver) await this.#write();
    });
    await Promise.all([working, ...writing]);
  }

  /** Makes every document one that a schema of numbers allows, but for what is written meanwhile. */
  async removeTexts(): Promise<void> {
    await this.#test.database.write("test", (transaction) => {
      const run = this.#test.executionOn(transaction);
      for (const table of TABLES) {
        for (const { _id, n } of run.collect(scanTable(table))) {
          if (typeof n !== "number") run.patch(_id, { n: 0 });
        }
      }
    });
  }

  async #write(): Promise<void> {
    const inserted: string[] = [];
    const removed: string[] = [];
    const transaction = this.#test.run((run) => {
      for (let steps = 1 + this.#random.below(4); steps > 0; steps--) this.#change(run, inserted, removed);
      return run.transaction;
    });
    for (let turns = this.#random.below(4); turns > 0; turns--) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    if ((await this.#test.commit(transaction)) === "conflict") {
      this.conflicts++;
      return;
    }
    for (const id of inserted) this.#ids.add(id);
    for (const id of removed) this.#ids.delete(id);
    if (++this.writes % CHECK_EVERY === 0) this.#check();
  }

  #change(run: TestExecution, inserted: string[], removed: string[]): void {
    const random = this.#random;
    const id = random.pick([...this.#ids]);
    const isMany = this.#ids.size > DOCUMENTS;
    try {
      switch (random.below(4)) {
        case 0:
          if (!isMany) inserted.push(run.insert(random.pick(TABLES), this.#fields()));
          else if (run.get(id) !== null) removed.push(run.remove(id)._id);
          break;
        case 1:
          run.replace(id, this.#fields());
          break;
        case 2:
          // No key changes.
          run.patch(id, { note: random.below(1_000) });
          break;
        default:
          run.patch(id, { [random.pick(["n", "m"])]: random.below(50) });
      }
    } catch (error) {
      if (!(error instanceof DatabaseError) || !EXPECTED.includes(error.code)) throw error;
    }
  }

  #fields(): object {
    const random = this.#random;
    const n = random.below(40) === 0 ? "text" : random.below(50);
    return { n, m: random.below(5), o: { c: random.below(5) } };
  }
}
