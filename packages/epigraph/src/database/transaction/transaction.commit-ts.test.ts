import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { nanosecondsFromTicks } from "../../store/ticks.ts";
import { compareValues } from "../../values/compare.ts";
import { decodeValue, encodeValueToString } from "../../values/encoded-json.ts";
import { randomValues } from "../../values/testing/random-value.ts";
import type { JSONValue, Value } from "../../values/value.ts";
import type { CommitRequest } from "../commit-request.ts";
import {
  assertFails,
  type Document,
  scanIndex,
  scanTable,
  TestDatabase,
  type TestExecution,
} from "../testing/test-database.ts";

const PLACEHOLDER = { $commitTs: null };
const MAX_INT64 = { $integer: "/////////38=" };
const SEED = Number(process.env["SEED"] ?? 1);

describe("the timestamp of the commit", () => {
  let test: TestDatabase;
  beforeEach(async () => {
    test = new TestDatabase();
    const schema = defineSchema(
      {
        t: defineTable(v.any()).index("by_at", ["at"]).index("by_n_and_deep", ["n", "deep.at"]),
        strict: defineTable({ at: v.commitTs(), int: v.int64(), text: v.optional(v.string()) }),
      },
      { strictTableNameTypes: false },
    );
    await test.push((schema as unknown as { export(): string }).export());
  });
  afterEach(() => test.close());

  /** Commits what must pass; gives its timestamp as documents have it. */
  async function commit(use: (run: TestExecution) => void): Promise<JSONValue> {
    const request = test.run((run) => {
      use(run);
      return run.transaction.toCommitRequest({
        source: "test.js:run",
        notify: null,
        retry: null,
      }) as CommitRequest;
    });
    const outcome = await test.committer.commit(request);
    assert.ok(outcome.type === "committed", outcome.type);
    return JSON.parse(encodeValueToString(nanosecondsFromTicks(outcome.ts))) as JSONValue;
  }

  const all = (): Document[] => test.run((run) => run.collect(scanTable("t")));
  const at = (bounds: Parameters<typeof scanIndex>[1]): unknown[] =>
    test.run((run) => run.collect(scanIndex("t.by_at", bounds)).map(({ name }) => name));

  it("is one number for all documents of a transaction, wherever they hold it, and greater than any before", async () => {
    const first = await commit((run) => {
      run.insert("t", { at: PLACEHOLDER });
      run.insert("t", { deep: { list: [1, [PLACEHOLDER, PLACEHOLDER]] } });
    });
    const [top, deep] = all();
    assert.deepEqual(top?.["at"], first);
    assert.deepEqual(deep?.["deep"], { list: [1, [first, first]] });
    // The clock of these tests stands still.
    const second = await commit((run) => {
      run.patch(top?._id as string, { at: PLACEHOLDER, old: top?.["at"] });
      run.replace(deep?._id as string, { at: [PLACEHOLDER] });
    });
    assert.equal(compareValues(decodeValue(second), decodeValue(first)), 1);
    const [patched, replaced] = all();
    assert.deepEqual([patched?.["at"], patched?.["old"], replaced?.["at"]], [second, first, [second]]);
  });

  it("is a placeholder until then, for reads of the transaction itself", () => {
    test.run((run) => {
      const id = run.insert("t", { at: PLACEHOLDER, n: 1 });
      assert.deepEqual(run.get(id)?.["at"], PLACEHOLDER);
      const isSet = { $eq: [{ $field: "at" }, { $literal: PLACEHOLDER }] };
      for (const query of [
        scanTable("t"),
        scanIndex("t.by_at", [["Gt", "at", { $integer: "AAAAAAAAAAA=" }]]),
        scanTable("t", null, [{ filter: isSet }]),
      ]) {
        assert.deepEqual(
          run.collect(query).map((row) => row["at"]),
          [PLACEHOLDER],
        );
      }
      assert.deepEqual(run.patch(id, { n: 2 })["at"], PLACEHOLDER);
      assert.equal(run.patch(id, { at: 5 })["at"], 5);
    });
  });

  it("finds as a bound exactly what the transaction itself wrote with it", async () => {
    await commit((run) => run.insert("t", { at: PLACEHOLDER, name: "earlier" }));
    test.run((run) => {
      const names = (order: "asc" | "desc", bound: string): unknown[] =>
        run.collect(scanIndex("t.by_at", [[bound, "at", PLACEHOLDER]], order)).map(({ name }) => name);
      assert.deepEqual(names("asc", "Eq"), []);
      for (const name of ["a", "b"]) run.insert("t", { at: PLACEHOLDER, name });
      run.insert("t", { at: 1, name: "number" });
      assert.deepEqual(names("asc", "Eq"), ["a", "b"]);
      assert.deepEqual(names("desc", "Eq"), ["b", "a"]);
      assert.deepEqual(names("asc", "Lt"), ["earlier"]);
    });
  });

  it("is where indexes have the document", async () => {
    const ts = await commit((run) =>
      run.insert("t", { at: PLACEHOLDER, n: [PLACEHOLDER], deep: { at: PLACEHOLDER }, name: "x" }),
    );
    assert.deepEqual(at([["Eq", "at", ts]]), ["x"]);
    assert.deepEqual(at([["Eq", "at", MAX_INT64]]), []);
    const compound = scanIndex("t.by_n_and_deep", [
      ["Eq", "n", [ts]],
      ["Eq", "deep.at", ts],
    ]);
    assert.equal(test.run((run) => run.collect(compound)).length, 1);
    const [{ _id } = { _id: "" }] = all();
    const moved = await commit((run) => run.patch(_id, { at: PLACEHOLDER }));
    assert.deepEqual([at([["Eq", "at", ts]]), at([["Eq", "at", moved]])], [[], ["x"]]);
    await commit((run) => run.remove(_id));
    assert.deepEqual(at([]), []);
  });

  it("replaces the greatest int64, which it is like until the commit", async () => {
    await commit((run) => run.insert("t", { at: MAX_INT64, name: "x" }));
    const [{ _id } = { _id: "" }] = all();
    const ts = await commit((run) => run.patch(_id, { at: PLACEHOLDER }));
    assert.deepEqual([at([["Eq", "at", MAX_INT64]]), at([["Eq", "at", ts]])], [[], ["x"]]);
  });

  it("leaves texts alone that look like it", async () => {
    const texts = ['{"$commitTs":null}', '\\{"$commitTs":null}', '"{"$commitTs":null}"'];
    await commit((run) => run.insert("t", { at: PLACEHOLDER, texts }));
    assert.deepEqual(all()[0]?.["texts"], texts);
  });

  it("is what others conflict with", async () => {
    const since = await commit((run) => run.insert("t", { at: PLACEHOLDER }));
    const reading = (bound: string, value: JSONValue) => (run: TestExecution) => {
      run.collect(scanIndex("t.by_at", [[bound, "at", value]]));
      run.insert("strict", { at: PLACEHOLDER, int: PLACEHOLDER });
    };
    const insert = (run: TestExecution): void => void run.insert("t", { at: PLACEHOLDER });
    assert.equal(await test.race(reading("Gt", since), insert), "conflict");
    assert.equal(await test.race(reading("Lte", since), insert), "committed");
    assert.equal(await test.race(reading("Eq", PLACEHOLDER), insert), "committed");
  });

  it("counts as an int64 for validators, and as nine bytes", async () => {
    await commit((run) => run.insert("strict", { at: PLACEHOLDER, int: PLACEHOLDER }));
    test.run((run) =>
      assertFails(
        () => run.insert("strict", { at: PLACEHOLDER, int: PLACEHOLDER, text: PLACEHOLDER }),
        /does not match the schema: Value does not match validator/,
        "SchemaEnforcementError",
      ),
    );
    const sizes = test.run((run) => {
      const ids = [PLACEHOLDER, MAX_INT64].map((value) => run.insert("t", { at: value }));
      const table = run.transaction.catalogue.namespace("").table("t")!;
      const pending = [...run.transaction.pendingDocuments(table)];
      return ids.map((id) => pending.find((document) => document.id === id)?.version?.size);
    });
    assert.equal(sizes[0], sizes[1]);
  });

  it(`leaves every index in the order of the values, whatever documents hold (SEED=${SEED})`, async () => {
    const random = randomValues(SEED);
    const some = (): Value => JSON.parse(encodeValueToString(random.value())) as Value;
    const withPlaceholder = (): JSONValue => {
      const roll = random.below(4);
      if (roll === 0) return PLACEHOLDER;
      if (roll === 1) return [some() as JSONValue, PLACEHOLDER];
      if (roll === 2) return { a: PLACEHOLDER, b: some() as JSONValue };
      return some() as JSONValue;
    };
    const ids: string[] = [];
    for (let round = 0; round < 40; round++) {
      await commit((run) => {
        for (let write = 0; write < 6; write++) {
          const value = { at: withPlaceholder(), n: withPlaceholder(), deep: { at: withPlaceholder() } };
          if (ids.length === 0 || random.below(2) === 0) ids.push(run.insert("t", value));
          else run.patch(random.pick(ids), { [random.pick(["at", "n"])]: withPlaceholder() });
        }
      });
    }
    const documents = all();
    assert.ok(!JSON.stringify(documents).includes("$commitTs"));
    const expected = documents
      .map((row) => ({
        id: row._id,
        parts: [row["at"], row._creationTime].map((p) => decodeValue(p as JSONValue)),
      }))
      .toSorted((a, b) => compareValues(a.parts, b.parts))
      .map(({ id }) => id);
    const scanned = test.run((run) => run.collect(scanIndex("t.by_at")).map(({ _id }) => _id));
    assert.deepEqual(scanned, expected);
    for (const row of documents) {
      const found = test.run((run) => run.collect(scanIndex("t.by_at", [["Eq", "at", row["at"]]])));
      assert.ok(found.some(({ _id }) => _id === row._id));
    }
  });
});
