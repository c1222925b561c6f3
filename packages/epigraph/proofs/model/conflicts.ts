import assert from "node:assert/strict";
import { scanTable, type TestDatabase } from "../../src/database/testing/test-database.ts";
import { decodeValue } from "../../src/values/encoded-json.ts";
import type { JSONValue, ObjectValue } from "../../src/values/value.ts";
import type { Property } from "../support/property.ts";
import { type Documents, randomWrite } from "./model-documents.ts";
import { randomTable, schemaJson } from "./random-table.ts";
import { RunningTransaction } from "./running-transaction.ts";

/**
 * Transactions that ran on one state or on several commit in any order, alone or in groups. Exactly those are refused
 * that have read something which was written since: nothing passes that might see other data now, and nothing has to run
 * again because of a write beside what it read.
 */
export function conflicts(openDatabase: () => TestDatabase): Property {
  return async (random, trace) => {
    const table = randomTable(random);
    trace(`indexes ${JSON.stringify(table.indexes)}`);
    const test = openDatabase();
    try {
      await test.push(schemaJson(table));
      const committed: Documents = new Map();
      await test.mutate((run) => {
        for (let i = random.below(8); i >= 0; i--) randomWrite(random, table, run, committed, trace);
      });
      let running: RunningTransaction[] = [];
      for (let count = 0; random.below(30) > 0; count++) {
        test.nowMs += random.below(2);
        if (running.length === 0 || random.below(3) > 0) {
          trace(`T${count} begins`);
          const begun = new RunningTransaction(`T${count}`, table, committed);
          test.run((run) => begun.run(run, random, trace));
          running.push(begun);
          continue;
        }
        // Those that are chosen wait for the committer together, in this order.
        const group = running.filter(() => random.below(2) === 0);
        running = running.filter((transaction) => !group.includes(transaction));
        const outcomes = await Promise.all(group.map(({ transaction }) => test.commit(transaction)));
        for (const [i, transaction] of group.entries()) {
          trace(`${transaction.name}: ${outcomes[i]}`);
          assert.equal(outcomes[i], transaction.expectedOutcome());
          if (outcomes[i] !== "committed") continue;
          const changes = transaction.changes();
          for (const { id, after } of changes) {
            if (after === undefined) committed.delete(id);
            else committed.set(id, after);
          }
          for (const other of [...running, ...group.slice(i + 1)]) other.wasOvertakenBy(changes);
        }
        const stored = test.run((run) => run.collect(scanTable(table.name)));
        const byId = stored.map((row) => [row._id, decodeValue(row as JSONValue) as ObjectValue] as const);
        assert.deepEqual(new Map(byId), committed);
      }
    } finally {
      test.close();
    }
  };
}
