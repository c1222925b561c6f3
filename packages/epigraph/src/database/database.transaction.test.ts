import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { SqliteStore } from "../store/sqlite/sqlite-store.ts";
import type { SnapshotSource } from "../store/store.ts";
import { compareValues } from "../values/compare.ts";
import { encodeId } from "../values/id.ts";
import { seededRandom } from "../values/testing/seeded-random.ts";
import type { JSONValue } from "../values/value.ts";
import { CatalogueCache } from "./catalogue/load-catalogue.ts";
import { Committer } from "./committer/committer.ts";
import { Database } from "./database.ts";
import { CursorCodec } from "./query/cursor-codec.ts";
import { CallScope, runDatabaseSyscall } from "./syscalls.ts";
import { nextIndexId } from "./transaction/create-table.ts";
import { Transaction } from "./transaction/transaction.ts";

const SEED = Number(process.env["SEED"] ?? 20261124);

describe("transactions", () => {
  let folder: string;
  let snapshots: SnapshotSource;
  let committer: Committer;
  let database: Database;
  const catalogues = { cache: new CatalogueCache() };
  const cursors = new CursorCodec(randomBytes(32));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "epigraph-database-"));
    const store = new SqliteStore(folder);
    committer = new Committer(store.openWriter(), { nowMs: Date.now });
    snapshots = store.openSnapshots();
    catalogues.cache = new CatalogueCache();
    database = new Database({ snapshots, committer, nowMs: Date.now, random: randomBytes });
  });
  afterEach(() => {
    snapshots.close();
    committer.close();
    rmSync(folder, { recursive: true });
  });

  type Call = <T = JSONValue>(name: string, args: Record<string, unknown>) => T;

  /** One run as a function would make it: syscalls with wire JSON. */
  function run<T>(use: (call: Call, tx: Transaction) => T): { result: T; tx: Transaction } {
    const snapshot = snapshots.open();
    try {
      const tx = new Transaction({
        snapshot,
        catalogue: catalogues.cache.get(snapshot),
        nowMs: Date.now(),
        random: randomBytes,
      });
      const scope = new CallScope(tx, true, cursors);
      const call: Call = (name, args) =>
        JSON.parse(runDatabaseSyscall(scope, name, args as never) as string) as never;
      return { result: use(call, tx), tx };
    } finally {
      snapshot.close();
    }
  }

  async function mutate<T>(use: (call: Call, tx: Transaction) => T): Promise<T> {
    const { result, tx } = run(use);
    const request = tx.toCommitRequest("test");
    if (request !== null) assert.equal((await committer.commit(request)).type, "committed");
    return result;
  }

  const insert = (call: Call, table: string, value: object): string =>
    call<{ _id: string }>("1.0/insert", { table, value })._id;
  const collect = (call: Call, query: object): Record<string, unknown>[] => {
    const { queryId } = call<{ queryId: number }>("1.0/queryStream", { query });
    const rows = [];
    for (;;) {
      const { value, done } = call<{ value: Record<string, unknown>; done: boolean }>("1.0/queryStreamNext", {
        queryId,
      });
      if (done) return rows;
      rows.push(value);
    }
  };
  const all = (table: string, order: "asc" | "desc" = "asc"): object => ({
    source: { type: "FullTableScan", tableName: table, order },
    operators: [],
  });
  const range = (index: string, ...bounds: [string, string, unknown][]): object => ({
    source: {
      type: "IndexRange",
      indexName: index,
      range: bounds.map(([type, fieldPath, value]) => ({ type, fieldPath, value })),
      order: null,
    },
    operators: [],
  });

  async function withIndex(table: string, name: string, fields: readonly string[]): Promise<void> {
    await database.write("push", (tx) => {
      const { tableId } = tx.ensureTable(table);
      tx.insertSystem("_indexes", {
        indexId: nextIndexId(tx.catalogue),
        tableId,
        name,
        fields: [...fields],
        state: "enabled",
        staged: false,
      });
    });
  }

  it("creates a table at its first insert, numbered from 10001, and gives the document back", async () => {
    const id = await mutate((call) =>
      insert(call, "messages", { body: "hi", n: { $integer: "AQAAAAAAAAA=" } }),
    );
    assert.equal(id.length, 32);
    const { result } = run((call) => call<Record<string, unknown>>("1.0/get", { id, isSystem: false }));
    assert.equal(result["body"], "hi");
    assert.deepEqual(result["n"], { $integer: "AQAAAAAAAAA=" });
    assert.equal(result["_id"], id);
    assert.ok(Math.abs((result["_creationTime"] as number) - Date.now()) < 60_000);
  });

  it("sees its own writes in gets, scans both ways and index ranges", async () => {
    await withIndex("t", "by_n", ["n"]);
    const kept = await mutate((call) => insert(call, "t", { n: 2 }));
    run((call) => {
      insert(call, "t", { n: 3 });
      insert(call, "t", { n: 1 });
      call("1.0/shallowMerge", { id: kept, value: { n: 9 } });
      const numbers = (query: object): unknown[] => collect(call, query).map((row) => row["n"]);
      assert.deepEqual(numbers(all("t")), [9, 3, 1]);
      assert.deepEqual(numbers(all("t", "desc")), [1, 3, 9]);
      assert.deepEqual(numbers(range("t.by_n", ["Gt", "n", 1])), [3, 9]);
      call("1.0/remove", { id: kept });
      assert.deepEqual(numbers(range("t.by_n")), [1, 3]);
    });
  });

  it("rolls a nested scope back and keeps the writes around it", async () => {
    await mutate((call, tx) => {
      insert(call, "t", { n: 1 });
      const mark = tx.mark();
      insert(call, "t", { n: 2 });
      insert(call, "other", { n: 3 });
      tx.rollback(mark);
      insert(call, "t", { n: 4 });
    });
    const { result } = run((call) => [
      collect(call, all("t")).map((row) => row["n"]),
      collect(call, all("other")),
    ]);
    assert.deepEqual(result, [[1, 4], []]);
  });

  it("gives creation times that grow with each insert of one mutation", async () => {
    await mutate((call) => {
      for (let i = 0; i < 5; i++) insert(call, "t", { i });
    });
    const { result } = run((call) => collect(call, all("t")));
    assert.deepEqual(
      result.map((row) => row["i"]),
      [0, 1, 2, 3, 4],
    );
    const times = result.map((row) => row["_creationTime"] as number);
    assert.ok(times.every((time, i) => i === 0 || time > (times[i - 1] as number)));
  });

  it("writes nothing when a patch changes nothing", async () => {
    const id = await mutate((call) => insert(call, "t", { n: 1 }));
    const { tx } = run((call) => call("1.0/shallowMerge", { id, value: { n: 1 } }));
    assert.equal(tx.toCommitRequest("test"), null);
  });

  it("removes a field patched to undefined and replaces nested objects whole", async () => {
    const id = await mutate((call) => insert(call, "t", { a: 1, o: { x: 1, y: 2 } }));
    await mutate((call) => call("1.0/shallowMerge", { id, value: { a: { $undefined: null }, o: { x: 3 } } }));
    const { result } = run((call) => call<Record<string, unknown>>("1.0/get", { id }));
    assert.deepEqual([result["a"], result["o"]], [undefined, { x: 3 }]);
  });

  it("words the errors of ids and documents as the platform does", async () => {
    const id = await mutate((call) => insert(call, "posts", { n: 1 }));
    run((call) => {
      const fails = (name: string, args: object, text: string): void => {
        assert.throws(
          () => call(name, args as never),
          (error: Error) => error.message === text || assert.equal(error.message, text),
        );
      };
      const unknown = encodeId(20_000, new Uint8Array(16));
      assert.equal(call("1.0/get", { id: unknown }), null);
      fails(
        "1.0/get",
        { id: "x" },
        "Invalid argument `id` for `db.get`: Unable to decode ID: Invalid ID length 1",
      );
      fails(
        "1.0/get",
        { id, table: "users" },
        'Invalid argument `id` for `db.get`: expected to be an Id<"users">, got Id<"posts"> instead.',
      );
      fails(
        "1.0/shallowMerge",
        { id: unknown, value: {} },
        `Invalid argument \`id\` for \`db.patch\`: Table for ID "${unknown}" not found`,
      );
      call("1.0/remove", { id });
      fails("1.0/shallowMerge", { id, value: {} }, `Update on nonexistent document ID ${id}`);
      fails("1.0/replace", { id, value: {} }, `Replace on nonexistent document ID ${id}`);
      fails("1.0/remove", { id }, `Delete on nonexistent document ID ${id}`);
      fails(
        "1.0/insert",
        { table: "t", value: 5 },
        "Invalid argument `value` for `db.insert`: Value must be an Object",
      );
    });
  });

  it("words the errors of index ranges as the platform does", async () => {
    await withIndex("t", "by_ab", ["a", "b"]);
    run((call) => {
      const fails = (query: object, text: RegExp): void => {
        assert.throws(() => collect(call, query), text);
      };
      fails(range("t.nope"), /^DatabaseError: Index t\.nope not found\.$/);
      fails(range("none.by_x"), /Index none\.by_x not found\./);
      fails(
        range("t.by_ab", ["Eq", "b", 1]),
        /Index fields: \[a, b, _creationTime\]\nQuery fields: \[b\]\nFirst incorrect field: b\n/,
      );
      fails(
        range("t.by_ab", ["Eq", "c", 1]),
        /comparison with "c", but t\.by_ab with fields \[a, b, _creationTime\] doesn't index/,
      );
      fails(
        range("t.by_ab", ["Eq", "a", 1], ["Eq", "a", 2]),
        /Already defined equality bound in index range\. Can't add "a" == 2\.0\./,
      );
      fails(
        range("t.by_ab", ["Gt", "a", 1], ["Gt", "a", 2]),
        /Already defined lower bound in index range\. Can't add "a" > 2\.0\./,
      );
      fails(range("t.by_ab", ["Gt", "a", 1], ["Eq", "a", 2]), /Already defined inequality bound/);
      fails(
        range("t.by_ab", ["Gt", "a", 1], ["Lt", "b", 2]),
        /attempted to set a range bound on both "a" and "b"/,
      );
      assert.deepEqual(collect(call, all("none")), []);
    });
  });

  it("depends on what was read and not on what lies behind it", async () => {
    await withIndex("t", "by_n", ["n"]);
    await mutate((call) => [1, 3, 5].map((n) => insert(call, "t", { n })));
    const race = async (take: number, n: number): Promise<string> => {
      const { tx } = run((call) => {
        collect(call, { ...range("t.by_n"), operators: [{ limit: take }] });
        insert(call, "log", {});
      });
      await mutate((call) => insert(call, "t", { n }));
      return (await committer.commit(tx.toCommitRequest("reader")!)).type;
    };
    await mutate((call) => insert(call, "log", {}));
    assert.equal(await race(1, 2), "committed");
    assert.equal(await race(1, 0), "conflict");
  });

  it("pages through rows, tells a full last page from the end, and refuses the cursor of another query", async () => {
    await mutate((call) => {
      for (let i = 0; i < 20; i++) insert(call, "t", { i });
    });
    interface Page {
      page: { i: number }[];
      isDone: boolean;
      continueCursor: string;
    }
    const page = (cursor: string | null, query: object = all("t")): Page =>
      run((call) => call<Page>("1.0/queryPage", { query, cursor, endCursor: null, pageSize: 10 })).result;
    const first = page(null);
    const second = page(first.continueCursor);
    const third = page(second.continueCursor);
    assert.deepEqual(
      [first, second, third].map((p) => [p.page.length, p.isDone]),
      [
        [10, false],
        [10, false],
        [0, true],
      ],
    );
    assert.deepEqual(
      [...first.page, ...second.page].map((row) => row.i),
      Array.from({ length: 20 }, (_, i) => i),
    );
    assert.throws(
      () => page(first.continueCursor, all("t", "desc")),
      /InvalidCursor: Tried to run a query starting from a cursor/,
    );
    assert.throws(() => page(`${first.continueCursor}x`), /cursor/);
  });

  it("limits reads with the platform's text", async () => {
    await mutate((call) => {
      for (let i = 0; i < 30; i++) insert(call, "t", { i });
    });
    const snapshot = snapshots.open();
    const tx = new Transaction({
      snapshot,
      catalogue: catalogues.cache.get(snapshot),
      nowMs: Date.now(),
      random: randomBytes,
      limits: {
        documentsRead: 10,
        bytesRead: 1e9,
        databaseQueries: 100,
        documentsWritten: 3,
        bytesWritten: 1e9,
      },
    });
    const scope = new CallScope(tx, true, cursors);
    const call: Call = (name, args) =>
      JSON.parse(runDatabaseSyscall(scope, name, args as never) as string) as never;
    assert.throws(
      () => collect(call, all("t")),
      /Too many documents read in a single function execution \(limit: 10\)\./,
    );
    for (let i = 0; i < 3; i++) insert(call, "t", {});
    assert.throws(() => insert(call, "t", {}), /Too many writes in a single function execution \(limit: 3\)/);
    snapshot.close();
  });

  it(`answers random index ranges as a naive model does, own writes included (seed ${SEED})`, async () => {
    await withIndex("t", "by_ab", ["a", "b"]);
    const random = seededRandom(SEED);
    const pool: JSONValue[] = [null, 0, 1, 2, "x", "y", true];
    const pick = (): JSONValue => pool[Math.floor(random() * pool.length)] as JSONValue;
    const model = new Map<string, Record<string, JSONValue>>();
    for (let round = 0; round < 25; round++) {
      await mutate((call) => {
        for (let step = 0; step < 8; step++) {
          const ids = [...model.keys()];
          const id = ids[Math.floor(random() * ids.length)];
          const value = { a: pick(), b: pick() };
          const kind = id === undefined ? 0 : Math.floor(random() * 4);
          if (id === undefined || kind < 2) model.set(insert(call, "t", value), value);
          else if (kind === 2) {
            call("1.0/shallowMerge", { id, value });
            model.set(id, value);
          } else {
            call("1.0/remove", { id });
            model.delete(id);
          }
          const [a, low, order] = [pick(), pick(), random() < 0.5 ? "asc" : "desc"];
          const query = {
            source: {
              type: "IndexRange",
              indexName: "t.by_ab",
              range: [
                { type: "Eq", fieldPath: "a", value: a },
                { type: "Gte", fieldPath: "b", value: low },
              ],
              order,
            },
            operators: [],
          };
          const found = collect(call, query).map((row) => row["_id"]);
          const expected = [...model].filter(
            ([, row]) => compareValues(row["a"], a) === 0 && compareValues(row["b"], low) >= 0,
          );
          assert.deepEqual(new Set(found), new Set(expected.map(([key]) => key)));
          const values = found.map((key) => (model.get(key as string) as { b: JSONValue }).b);
          assert.ok(
            values.every(
              (v, i) => i === 0 || compareValues(values[i - 1], v) * (order === "asc" ? 1 : -1) <= 0,
            ),
          );
        }
      });
    }
  });
});
