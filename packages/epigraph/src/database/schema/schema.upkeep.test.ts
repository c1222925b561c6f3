import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { defineTable } from "convex/server";
import { v } from "convex/values";
import { scanEntries } from "../testing/check-indexes-and-documents.ts";
import { anything, exported } from "../testing/exported-schema.ts";
import { TestDatabase } from "../testing/test-database.ts";
import { allSystemDocuments } from "../transaction/system-documents.ts";
import { abandonUnfinished } from "./abandon-unfinished.ts";
import { SchemaChange } from "./schema-change.ts";
import { SchemaUpkeep } from "./schema-upkeep.ts";

const BY_M = exported({ t: anything().index("by_m", ["m"]) });
const BY_N = exported({ t: anything().index("by_n", ["n"]) });
const STAGED = exported({ t: anything().index("by_n", { fields: ["n"], staged: true }) });

describe("what a push leaves behind", () => {
  let test: TestDatabase;
  let upkeep: SchemaUpkeep;
  let reports: string[];
  let alive: NodeJS.Timeout;
  beforeEach(async () => {
    test = new TestDatabase();
    reports = [];
    // The timers of upkeep and committer keep no process alive.
    alive = setInterval(() => {}, 1_000);
    upkeep = makeUpkeep(1);
    await test.mutate((run) => Array.from({ length: 600 }, (_, n) => run.insert("t", { n, m: -n })));
    await test.push(BY_M);
  });
  afterEach(() => {
    clearInterval(alive);
    upkeep.close();
    test.close();
  });

  function makeUpkeep(delayMs: number): SchemaUpkeep {
    return new SchemaUpkeep({
      database: test.database,
      removeEntries: (index) => test.committer.dropIndexEntries(index),
      abandonUnfinished: async () => {
        await test.database.write("test", (transaction) => abandonUnfinished(transaction, "", null));
        return false;
      },
      delayMs,
      report: (text) => reports.push(text),
    });
  }

  /** The indexes that exist in any form, and how many entries each has. */
  const indexes = (): Record<string, number> =>
    test.database.read(({ snapshot, catalogue }) => {
      const table = catalogue.namespace("").table("t")!;
      const named = table.indexes.map(({ id, name, state }) => [id, `${name} ${state}`] as const);
      const dropped = [...catalogue.droppedIndexes.keys()].map((id) => [id, "dropped"] as const);
      return Object.fromEntries(
        [...named.slice(2), ...dropped].map(([id, name]) => [name, [...scanEntries(snapshot, id)].length]),
      );
    });
  const schemas = (): string[] =>
    test.database.read((transaction) =>
      allSystemDocuments<{ state: string }>(transaction, "_schemas").map(({ state }) => state),
    );

  /** As if the process were killed at the second page of a backfill. */
  async function pushHalf(json: string): Promise<void> {
    const commit = test.committer.commit.bind(test.committer);
    const stop = new Error("killed");
    let pages = 0;
    test.committer.commit = (request) => {
      if (request.backfill.length > 0 && ++pages === 2) throw stop;
      return commit(request);
    };
    await assert.rejects(new SchemaChange(test.database, "", json).prepare(), stop);
    test.committer.commit = commit;
  }

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
  }

  it("when it was killed while it filled an index is half an index, which nobody sees and which goes", async () => {
    await pushHalf(BY_N);
    assert.deepEqual(indexes(), { "by_m enabled": 600, "by_n backfilling": 256 });
    assert.deepEqual(schemas(), ["active", "validated"]);
    upkeep.begin();
    await until(() => Object.keys(indexes()).join() === "by_m enabled");
    assert.deepEqual([indexes(), schemas(), reports], [{ "by_m enabled": 600 }, ["active"], []]);
    for (let index = 1_000; index < 1_100; index++) {
      const known = test.database.read(({ catalogue }) =>
        catalogue
          .namespace("")
          .table("t")!
          .indexes.some(({ id }) => id === index),
      );
      const entries = test.database.read(({ snapshot }) => [...scanEntries(snapshot, index)].length);
      assert.ok(known || entries === 0, `index ${index}`);
    }
  });

  it("is taken up by a push of the same schema, with what was filled", async () => {
    await pushHalf(BY_N);
    let entries = 0;
    const commit = test.committer.commit.bind(test.committer);
    test.committer.commit = (request) => {
      entries += request.backfill.length;
      return commit(request);
    };
    await test.push(BY_N);
    assert.equal(entries, 600 - 256);
    assert.deepEqual(indexes(), { "by_n enabled": 600, dropped: 600 });
  });

  it("is dropped by a push of another schema that has no use for it", async () => {
    await pushHalf(BY_N);
    const other = new SchemaChange(test.database, "", exported({ t: anything().index("by_x", ["x"]) }));
    await other.prepare();
    assert.deepEqual(indexes(), { "by_m enabled": 600, "by_x backfilled": 600, dropped: 256 });
  });

  it("when documents did not match is nothing, once another push or a while has come", async () => {
    const strict = exported({ t: defineTable({ n: v.string() }).index("by_n", ["n"]) });
    const fail = (): Promise<void> =>
      assert.rejects(new SchemaChange(test.database, "", strict).prepare(), {
        code: "SchemaValidationFailed",
      });
    await fail();
    assert.deepEqual(schemas(), ["active", "failed"]);
    await fail();
    assert.deepEqual(schemas(), ["active", "failed"]);
    upkeep.begin();
    await until(() => Object.keys(indexes()).join() === "by_m enabled");
    assert.deepEqual(schemas(), ["active"]);
  });

  it("keeps a dropped index readable for reads of the past until its time has come", async () => {
    const before = test.database.read(({ snapshotTs }) => snapshotTs);
    upkeep = makeUpkeep(60_000);
    await test.push(null);
    upkeep.begin();
    await test.mutate((run) => run.insert("t", { n: 0, m: 0 }));
    const found = test.database.read(
      ({ snapshot, catalogue }) => {
        const index = catalogue
          .namespace("")
          .table("t")!
          .indexes.find(({ name }) => name === "by_m")!;
        return [...scanEntries(snapshot, index.id)].length;
      },
      { at: before },
    );
    assert.equal(found, 600);
  });

  it("are staged indexes, filled again after the start when they were interrupted", async () => {
    await test.push(STAGED);
    assert.deepEqual(indexes(), { "by_n backfilling": 0, dropped: 600 });
    upkeep.begin();
    await until(() => indexes()["by_n backfilled"] === 600);
  });

  it("is told to the operator when it can't be done", async () => {
    await test.push(STAGED);
    const commit = test.committer.commit.bind(test.committer);
    test.committer.commit = async (request) =>
      request.backfill.length === 0
        ? commit(request)
        : { type: "failed", code: "StoreFull", message: "The disk is full." };
    upkeep.begin();
    await until(() => reports.length > 0);
    assert.deepEqual(reports, [
      "Filling staged indexes failed, and is tried again after the next push or start: The disk is full.",
    ]);
  });
});
