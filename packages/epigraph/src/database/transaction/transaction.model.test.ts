import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { SqliteStore } from "../../store/sqlite/sqlite-store.ts";
import type { Store } from "../../store/store.ts";
import { RemoteHost } from "../../store/testing/remote/remote-host.ts";
import { RemoteStore } from "../../store/testing/remote/remote-store.ts";
import { compareValues } from "../../values/compare.ts";
import { decodeValue, encodeValue } from "../../values/encoded-json.ts";
import { type RandomValues, randomValues } from "../../values/testing/random-value.ts";
import type { JSONValue, ObjectValue, Value } from "../../values/value.ts";
import { scanIndex, TestDatabase, type TestExecution } from "../testing/test-database.ts";

const SEED = Number(process.env["SEED"] ?? 20_261_124);
const ROUNDS = 40;
const STEPS = 12;
const INDEXES: Readonly<Record<string, readonly string[]>> = {
  by_a: ["a"],
  by_ab: ["a", "b"],
  by_oc: ["o.c", "a"],
  by_creation_time: [],
  by_id: [],
};
const UNDEFINED = { $undefined: null };

type Model = Map<string, ObjectValue>;
type Bound = [string, string, unknown];

/** What the database should do, written as plainly as possible: sort everything, then keep what matches. */
class NaiveQuery {
  readonly #index: string;
  readonly #bounds: { readonly type: string; readonly field: string; readonly value: Value | undefined }[];

  constructor(index: string, bounds: readonly Bound[]) {
    this.#index = index;
    this.#bounds = bounds.map(([type, field, json]) => ({
      type,
      field,
      value: json === UNDEFINED ? undefined : decodeValue(json as JSONValue),
    }));
  }

  run(model: Model, order: "asc" | "desc"): string[] {
    const fields = this.#index === "by_id" ? ["_id"] : [...INDEXES[this.#index]!, "_creationTime", "_id"];
    const rows = [...model.values()].filter((row) =>
      this.#bounds.every((bound) => matches(bound.type, compareValues(at(row, bound.field), bound.value))),
    );
    rows.sort(
      (a, b) =>
        fields
          .map((field) => compareValues(at(a, field), at(b, field)))
          .find((difference) => difference !== 0) ?? 0,
    );
    const ids = rows.map((row) => row["_id"] as string);
    return order === "asc" ? ids : ids.reverse();
  }
}

function at(row: ObjectValue, path: string): Value | undefined {
  return path
    .split(".")
    .reduce<Value | undefined>(
      (value, step) =>
        typeof value === "object" &&
        value !== null &&
        !Array.isArray(value) &&
        !(value instanceof ArrayBuffer) &&
        Object.hasOwn(value, step)
          ? value[step]
          : undefined,
      row,
    );
}

function matches(type: string, difference: number): boolean {
  return (
    {
      Eq: difference === 0,
      Gt: difference > 0,
      Gte: difference >= 0,
      Lt: difference < 0,
      Lte: difference <= 0,
    }[type] ?? false
  );
}

const host = new RemoteHost();
const STORES: Readonly<Record<string, (folder: string) => Store>> = {
  sqlite: (folder) => new SqliteStore(folder),
  "a slow remote store": (folder) => new RemoteStore(host, folder),
};

describe("transactions against a naive model", () => {
  for (const [name, openStore] of Object.entries(STORES)) {
    it(`answer every query as the model does, over ${name} (seed ${SEED})`, () =>
      compareWithModel(openStore));
  }
});

async function compareWithModel(openStore: (folder: string) => Store): Promise<void> {
  const random = randomValues(SEED);
  const pool = Array.from({ length: 12 }, () => random.value());
  const test = new TestDatabase(SEED, openStore);
  const schema = defineSchema({
    t: defineTable(v.any()).index("by_a", ["a"]).index("by_ab", ["a", "b"]).index("by_oc", ["o.c", "a"]),
  });
  await test.push((schema as unknown as { export(): string }).export());
  let model: Model = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    test.nowMs += 1;
    const start: Model = new Map(model);
    const next: Model = new Map(model);
    const scopes: Model[] = [];
    const isKept = random.below(4) > 0;
    const transaction = test.run((run) => {
      for (let step = 0; step < STEPS; step++) {
        if (random.below(8) === 0) {
          scopes.push(new Map(next));
          run.transaction.beginNested();
        } else if (scopes.length > 0 && random.below(5) === 0) {
          endScope(run, scopes, next, random.below(2) === 0);
        }
        change(run, next, random, pool);
        check(test, run, next, start, random, pool);
      }
      while (scopes.length > 0) endScope(run, scopes, next, true);
      return run.transaction;
    });
    if (!isKept) continue;
    assert.notEqual(await test.commit(transaction), "conflict");
    model = next;
  }
  assert.ok(model.size > 10);
  test.close();
}

function endScope(run: TestExecution, scopes: Model[], next: Model, keep: boolean): void {
  const before = scopes.pop()!;
  if (keep) {
    run.transaction.commitNested();
    return;
  }
  run.transaction.rollbackNested();
  next.clear();
  for (const [id, row] of before) next.set(id, row);
}

function change(run: TestExecution, next: Model, random: RandomValues, pool: readonly Value[]): void {
  const ids = [...next.keys()];
  const draw = (): Value | undefined => (random.below(5) === 0 ? undefined : random.pick(pool));
  const fields: ObjectValue = {};
  for (const [name, value] of [
    ["a", draw()],
    ["b", draw()],
    ["o", { c: draw() ?? null }],
  ] as const) {
    if (value !== undefined) fields[name] = value;
  }
  const json = encodeValue(fields) as object;
  const id = ids.length === 0 ? undefined : random.pick(ids);
  const read = (changed: string): void => {
    next.set(changed, decodeValue(run.get(changed) as JSONValue) as ObjectValue);
  };
  if (id === undefined || random.below(2) === 0) {
    const inserted = run.insert("t", json);
    read(inserted);
    assert.deepEqual(at(next.get(inserted)!, "a"), fields["a"]);
    return;
  }
  switch (random.below(3)) {
    case 0: {
      const { _id, _creationTime } = next.get(id)!;
      run.replace(id, json);
      read(id);
      assert.deepEqual(next.get(id), { ...fields, _id, _creationTime });
      break;
    }
    case 1: {
      const patched = { ...next.get(id)!, ...fields };
      delete patched["b"];
      run.patch(id, { ...json, b: UNDEFINED });
      read(id);
      assert.deepEqual(next.get(id), patched);
      break;
    }
    default:
      run.remove(id);
      next.delete(id);
  }
}

function randomBounds(index: string, next: Model, random: RandomValues, pool: readonly Value[]): Bound[] {
  const fields = index === "by_id" ? ["_id"] : [...INDEXES[index]!, "_creationTime", "_id"];
  const rows = [...next.values()];
  const row = rows.length === 0 ? {} : random.pick(rows);
  const valueFor = (field: string): unknown => {
    const value = random.below(3) > 0 || field.startsWith("_") ? at(row, field) : random.pick(pool);
    return value === undefined ? UNDEFINED : encodeValue(value);
  };
  const pinned = random.below(fields.length);
  const bounds: Bound[] = fields.slice(0, pinned).map((field) => ["Eq", field, valueFor(field)]);
  const field = fields[pinned]!;
  if (random.below(2) === 0) bounds.push([random.pick(["Gt", "Gte"]), field, valueFor(field)]);
  if (random.below(2) === 0) bounds.push([random.pick(["Lt", "Lte"]), field, valueFor(field)]);
  return bounds;
}

function check(
  test: TestDatabase,
  run: TestExecution,
  next: Model,
  start: Model,
  random: RandomValues,
  pool: readonly Value[],
): void {
  const index = random.pick(Object.keys(INDEXES));
  const order = random.pick(["asc", "desc"] as const);
  const bounds = randomBounds(index, next, random, pool);
  const naive = new NaiveQuery(index, bounds);
  const expected = naive.run(next, order);
  const query = scanIndex(`t.${index}`, bounds, order);
  const hint = JSON.stringify([index, order, bounds]);
  assert.deepEqual(
    run.collect(query).map((row) => row._id),
    expected,
    hint,
  );
  const count = random.below(4);
  const limited = scanIndex(`t.${index}`, bounds, order, [{ limit: count }]);
  assert.deepEqual(
    run.collect(limited).map((row) => row._id),
    expected.slice(0, count),
    hint,
  );
  assert.equal(run.call("1.0/count", { table: "t" }), next.size);
  const stale = test.executionOn(run.transaction.withoutOwnWrites());
  assert.deepEqual(
    stale.collect(query).map((row) => row._id),
    naive.run(start, order),
    hint,
  );

  const paged: string[] = [];
  let cursor: string | null = null;
  const pageSize = 1 + random.below(4);
  for (let isDone = false; !isDone; ) {
    const page = test.executionOn(run.transaction).page(query, { cursor, pageSize });
    paged.push(...page.page.map((row) => row._id));
    ({ continueCursor: cursor, isDone } = page);
  }
  assert.deepEqual(paged, expected, hint);
}
