import assert from "node:assert/strict";
import type { TestDatabase } from "../../src/database/testing/test-database.ts";
import { StoreError } from "../../src/store/store.ts";
import { millisecondsFromTicks, type Ticks } from "../../src/store/ticks.ts";
import { decodeValue } from "../../src/values/encoded-json.ts";
import type { RandomValues } from "../../src/values/testing/random-value.ts";
import type { JSONValue } from "../../src/values/value.ts";
import type { Property } from "../support/property.ts";
import { assertReads, type Documents, randomWrite } from "./model-documents.ts";
import { read } from "./naive-query.ts";
import { randomQuery, randomTable, schemaJson, wireQuery } from "./random-table.ts";

/** What is promised to be readable, of the test's own clock. */
const HISTORY_MS = 30_000;

interface Commit {
  readonly ts: Ticks;
  readonly documents: Documents;
}

/**
 * At each instant of the last 30 seconds the database reads as it was then, whatever was written since: at the commits
 * and between them. What is older reads so too, or is refused.
 */
export function past(openDatabase: () => TestDatabase): Property {
  return async (random, trace) => {
    const table = randomTable(random);
    trace(`indexes ${JSON.stringify(table.indexes)}`);
    const test = openDatabase();
    const newestTs = (): Ticks => test.run((run) => run.transaction.snapshotTs);
    try {
      await test.push(schemaJson(table));
      const commits: Commit[] = [{ ts: newestTs(), documents: new Map() }];
      while (random.below(40) > 0) {
        const newest = commits.at(-1)!;
        if (random.below(3) === 0) {
          const documents: Documents = new Map(newest.documents);
          await test.mutate((run) => {
            for (let i = random.below(4); i >= 0; i--) randomWrite(random, table, run, documents, trace);
          });
          const ts = newestTs();
          // A transaction that ends where it began is none.
          if (ts > newest.ts) commits.push({ ts, documents });
          trace(`committed at ${ts}`);
          test.nowMs += random.pick([0, 1, 1000, 5000, 20_000]);
          continue;
        }
        const index = random.below(commits.length);
        const [commit, next] = [commits[index]!, commits[index + 1]];
        // An instant between two commits sees the earlier one.
        const at = next === undefined ? commit.ts : random.pick([commit.ts, next.ts - 1]);
        const isPromised = next === undefined || millisecondsFromTicks(at) >= test.nowMs - HISTORY_MS;
        trace(`read at ${at}, the state of ${commit.ts}`);
        const check = (): void => checkInstant(test, random, at, commit.documents, commits);
        if (isPromised) check();
        else allowTooOld(check);
      }
    } finally {
      test.close();
    }

    function checkInstant(
      database: TestDatabase,
      draw: RandomValues,
      at: Ticks,
      documents: Documents,
      commits: readonly Commit[],
    ): void {
      const known = [...documents.values()];
      database.runAt(at, (run) => {
        const query = randomQuery(draw, table, known);
        trace(`query ${JSON.stringify(wireQuery(table, query))}`);
        const limit = 1 + draw.below(5);
        assertReads(() => run.collect(wireQuery(table, query)), read(query, known));
        assertReads(() => run.collect(wireQuery(table, query, limit)), read(query, known, limit));
        assert.equal(run.call("1.0/count", { table: table.name }), known.length);
        for (const id of commits.flatMap((commit) => [...commit.documents.keys()].slice(0, 3))) {
          const found = run.get(id);
          assert.deepEqual(found === null ? undefined : decodeValue(found as JSONValue), documents.get(id));
        }
      });
    }
  };
}

function allowTooOld(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof StoreError && error.code === "SnapshotTooOld")) throw error;
  }
}
