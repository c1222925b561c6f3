import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { TestDatabase } from "./database/testing/test-database.ts";
import { raiseClock, readClock } from "./store/sqlite/raise-clock.ts";

test("the clock of a data file goes forward only", async () => {
  const database = new TestDatabase();
  try {
    await database.mutate((run) => run.insert("notes", { i: 1 }));
    database.stop();
    const path = join(database.folder, "data.db");
    const before = readClock(path);
    assert.ok(before > 0);
    raiseClock(path, before - 1);
    assert.equal(readClock(path), before);
    raiseClock(path, before + 1_000_000);
    assert.equal(readClock(path), before + 1_000_000);
  } finally {
    database.close();
  }
});

test("a data file that is not there has given out no time", () => {
  assert.equal(readClock("/nowhere/data.db"), 0);
});
