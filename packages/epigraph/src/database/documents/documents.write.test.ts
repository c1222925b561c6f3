import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { millisecondsFromTicks } from "../../store/ticks.ts";
import { decodeId, encodeId } from "../../values/id.ts";
import { showFloat } from "../../values/show.ts";
import { assertFails, scanTable, TestDatabase } from "../testing/test-database.ts";

const UNKNOWN_ID = encodeId(20_000, new Uint8Array(16));
const STORAGE_ID = encodeId(540, new Uint8Array(16));

describe("writing documents", () => {
  let test: TestDatabase;
  beforeEach(() => {
    test = new TestDatabase();
  });
  afterEach(() => test.close());

  it("makes a table at its first insert, numbered from 10001, and gives the document back", async () => {
    const value = { body: "hi", n: { $integer: "AQAAAAAAAAA=" }, z: { $float: "AAAAAAAAAIA=" } };
    const [first, second] = await test.mutate((run) => [run.insert("a", value), run.insert("b", {})]);
    assert.deepEqual(
      [first?.length, decodeId(first!).tableNumber, decodeId(second!).tableNumber],
      [32, 10_001, 10_002],
    );
    const document = test.run((run) => run.get(first!));
    assert.deepEqual(document, { ...value, _id: first, _creationTime: document?.["_creationTime"] });
  });

  it("ends internal ids with the number of the day", async () => {
    const id = await test.mutate((run) => run.insert("t", {}));
    const { internalId } = decodeId(id);
    assert.equal((internalId[14]! << 8) | internalId[15]!, Math.floor(test.nowMs / 86_400_000));
  });

  it("gives creation times that grow by one float step with each insert of a transaction", async () => {
    await test.mutate((run) => {
      for (let i = 0; i < 4; i++) run.insert("t", { i });
    });
    const rows = test.run((run) => run.collect(scanTable("t")));
    assert.deepEqual(
      rows.map((row) => row["i"]),
      [0, 1, 2, 3],
    );
    const times = rows.map((row) => row["_creationTime"] as number);
    assert.deepEqual(
      times,
      [0, 1, 2, 3].map((i) => test.nowMs + i * 2 ** -12),
    );
  });

  it("starts creation times behind the newest commit when the clock lags", async () => {
    await test.mutate((run) => run.insert("t", {}));
    test.nowMs -= 3_600_000;
    const { time, ts } = await test.mutate((run) => {
      const id = run.insert("t", {});
      return { time: run.get(id)?.["_creationTime"], ts: run.transaction.snapshotTs };
    });
    assert.equal(time, millisecondsFromTicks(ts + 1));
  });

  it("removes a field patched to undefined and replaces nested objects whole", async () => {
    const id = await test.mutate((run) => run.insert("t", { a: 1, o: { x: 1, y: 2 }, keep: true }));
    const returned = await test.mutate((run) => run.patch(id, { a: { $undefined: null }, o: { x: 3 } }));
    const { _id, _creationTime, ...fields } = test.run((run) => run.get(id)!);
    assert.deepEqual(fields, { o: { x: 3 }, keep: true });
    assert.deepEqual(returned, { ...fields, _id, _creationTime });
  });

  it("keeps the system fields on replace, and accepts them when they are the same", async () => {
    const id = await test.mutate((run) => run.insert("t", { a: 1 }));
    const before = test.run((run) => run.get(id)!);
    const after = await test.mutate((run) =>
      run.replace(id, { _id: id, _creationTime: before["_creationTime"], b: 2 }),
    );
    assert.deepEqual(after, { _id: id, _creationTime: before["_creationTime"], b: 2 });
  });

  it("refuses system fields that differ", async () => {
    const id = await test.mutate((run) => run.insert("t", { a: 1 }));
    test.run((run) => {
      const time = run.get(id)?.["_creationTime"];
      assertFails(
        () => run.patch(id, { _id: "x" }),
        `Provided document ID "${id}" doesn't match '_id' field "x"`,
        "InvalidIdError",
      );
      assertFails(
        () => run.replace(id, { _creationTime: 5 }),
        `Provided creation time ${showFloat(time as number)} doesn't match '_creationTime' field in {_creationTime: 5.0}`,
        "InvalidCreationTimeError",
      );
      assertFails(
        () => run.insert("t", { _id: id }),
        /^Provided document ID ".*" doesn't match '_id' field/,
        "InvalidIdError",
      );
      assert.equal(run.patch(id, { _id: { $undefined: null }, a: 2 })._id, id);
    });
  });

  it("refuses other fields that start with an underscore", () => {
    test.run((run) => {
      assertFails(
        () => run.insert("t", { _x: 1 }),
        /isn't a valid document: Field '_x' starts with an underscore, which is only allowed for system fields like '_id'/,
        "InvalidDocumentError",
      );
    });
  });

  it("counts a patch or replace that changes nothing as no write", async () => {
    const id = await test.mutate((run) => run.insert("t", { n: 1, o: { b: 1, a: 2 } }));
    const type = await test.commit(
      test.run((run) => {
        run.patch(id, { n: 1 });
        run.replace(id, { o: { a: 2, b: 1 }, n: 1 });
        assert.equal(run.transaction.usage.documentsWritten, 0);
        return run.transaction;
      }),
    );
    assert.equal(type, "nothing");
  });

  it("writes nothing for changes that end where they began, or for documents that come and go", async () => {
    const id = await test.mutate((run) => run.insert("t", { n: 1 }));
    const type = await test.commit(
      test.run((run) => {
        run.patch(id, { n: 2 });
        run.patch(id, { n: 1 });
        const gone = run.insert("t", { n: 3 });
        run.remove(gone);
        assert.equal(run.get(gone), null);
        assert.equal(run.collect(scanTable("t")).length, 1);
        return run.transaction;
      }),
    );
    assert.equal(type, "nothing");
  });

  it("words the errors of ids as the platform does", async () => {
    const id = await test.mutate((run) => run.insert("posts", { n: 1 }));
    test.run((run) => {
      const wrapped = (operation: string, reason: string): string =>
        `Invalid argument \`id\` for \`${operation}\`: ${reason}`;
      assert.equal(run.get(UNKNOWN_ID), null);
      assert.equal(run.get(encodeId(513, new Uint8Array(16))), null);
      assertFails(
        () => run.get("x"),
        wrapped("db.get", "Unable to decode ID: Invalid ID length 1"),
        "InvalidArgument",
      );
      const mismatch = 'expected to be an Id<"users">, got Id<"posts"> instead.';
      assertFails(() => run.get(id, { table: "users" }), wrapped("db.get", mismatch));
      assertFails(() => run.patch(id, {}, "users"), wrapped("db.patch", mismatch));
      assert.equal(run.get(id, { table: "posts" })?._id, id);
      assertFails(
        () => run.patch(UNKNOWN_ID, {}),
        wrapped("db.patch", `Table for ID "${UNKNOWN_ID}" not found`),
      );
      assertFails(
        () => run.get(STORAGE_ID),
        "System tables can only be accessed with db.system.",
        "SystemTableError",
      );
      assertFails(
        () => run.remove(STORAGE_ID),
        "System tables can only be accessed with db.system.",
        "SystemTableError",
      );
      assertFails(
        () => run.get(id, { isSystem: true }),
        "User tables cannot be accessed with db.system.",
        "SystemTableError",
      );
      assertFails(
        () => run.get("x", { isSystem: true }),
        wrapped("db.system.get", "Unable to decode ID: Invalid ID length 1"),
      );
      run.remove(id);
      assertFails(() => run.patch(id, {}), `Update on nonexistent document ID ${id}`, "NonexistentDocument");
      assertFails(
        () => run.replace(id, {}),
        `Replace on nonexistent document ID ${id}`,
        "NonexistentDocument",
      );
      assertFails(() => run.remove(id), `Delete on nonexistent document ID ${id}`, "NonexistentDocument");
    });
  });

  it("words the errors of insert as the platform does", () => {
    test.run((run) => {
      assertFails(
        () => run.insert("t", 5 as never),
        "Invalid argument `value` for `db.insert`: Value must be an Object",
        "InvalidArgument",
      );
      assertFails(
        () => run.insert("a-b", {}),
        /^Invalid argument `table` for `db.insert`: Identifier a-b has invalid character '-'/,
      );
      assertFails(() => run.insert("_storage", {}), "_storage is a read-only table", "ReadOnlyTable");
      assertFails(
        () => run.insert("_x", {}),
        "Invalid table name _x starts with metadata prefix '_'",
        "InvalidTableName",
      );
      assertFails(
        () => run.insert("t", { a: { $bytes: 5 } }),
        /^Invalid argument `value` for `db.insert`: Malformed/,
      );
    });
  });

  it("leaves no table behind when the first document is refused", async () => {
    const type = await test.commit(
      test.run((run) => {
        assertFails(() => run.insert("t", { _x: 1 }), /_x/);
        assert.equal(run.transaction.catalogue.namespace("").table("t"), null);
        return run.transaction;
      }),
    );
    assert.equal(type, "nothing");
  });

  it("limits documents to 16 levels and 1 MiB", () => {
    test.run((run) => {
      const nested = (levels: number): object => (levels === 1 ? {} : { a: nested(levels - 1) });
      run.insert("t", nested(16));
      assertFails(
        () => run.insert("t", nested(17)),
        /nested 17 levels deep > maximum nesting 16/,
        "InvalidDocumentError",
      );
      run.insert("t", { s: "x".repeat(1_048_509) });
      assertFails(
        () => run.insert("t", { s: "x".repeat(1_048_510) }),
        /^Value is too large \(.* > maximum size 1 MiB\)$/,
        "ValueTooLargeError",
      );
    });
  });

  it("normalizes ids of the asked table only, whether documents exist or not", async () => {
    const id = await test.mutate((run) => run.insert("users", {}));
    await test.mutate((run) => [run.insert("posts", {}), run.remove(id)]);
    test.run((run) => {
      const normalize = (table: string, idString: string): unknown =>
        run.call<{ id: unknown }>("1.0/db/normalizeId", { table, idString }).id;
      assert.equal(normalize("users", id), id);
      assert.equal(normalize("posts", id), null);
      assert.equal(normalize("nope", id), null);
      assert.equal(normalize("users", "x"), null);
    });
  });

  it("checks documents against the schema, by table and not by existence for ids", async () => {
    const schema = defineSchema({
      users: defineTable({ name: v.string() }),
      posts: defineTable({ author: v.id("users"), title: v.optional(v.string()) }),
    });
    await test.push((schema as unknown as { export(): string }).export());
    const { user, post } = await test.mutate((run) => {
      const author = run.insert("users", { name: "a" });
      return { user: author, post: run.insert("posts", { author }) };
    });
    await test.mutate((run) => run.remove(user));
    test.run((run) => {
      const failed =
        'Failed to insert or update a document in table "posts" because it does not match the schema: ';
      run.insert("posts", { author: user });
      assertFails(
        () => run.insert("posts", { author: post }),
        `${failed}Found ID "${post}" from table \`posts\`, which does not match the table name in validator \`v.id("users")\`.Path: .author`,
        "SchemaEnforcementError",
      );
      assertFails(
        () => run.patch(post, { title: 5 }),
        /^Failed to insert or update a document in table "posts"/,
      );
      assert.equal(run.get(post)?.["title"], undefined);
      assertFails(
        () => run.insert("users", {}),
        'Failed to insert or update a document in table "users" because it does not match the schema: Object is missing the required field `name`. Consider wrapping the field validator in `v.optional(...)` if this is expected.\n\nObject: {}\nValidator: v.object({name: v.string()})',
      );
      run.insert("elsewhere", { anything: 1 });
    });
  });
});
