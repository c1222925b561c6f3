import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
import { encodeId } from "../../values/id.ts";
import { assertFails, scanIndex, scanTable, TestDatabase } from "../testing/test-database.ts";
import { insertSystemDocument } from "../transaction/system-documents.ts";
import { DEFAULT_TRANSACTION_LIMITS } from "../transaction/transaction-limits.ts";

const ONLY_BY_SYSTEM = "System tables can only be accessed with db.system.";
/** Of the table of tables, which apps must not know. */
const PRIVATE_ID = encodeId(513, new Uint8Array(16));

const FILE = { sha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", size: 0, contentType: null };
const JOB = { name: "a.js:b", args: [{}], scheduledTime: 1, state: { kind: "pending" } };

describe("system tables that apps see", () => {
  let test: TestDatabase;
  let file: string;
  let job: string;
  let user: string;
  before(async () => {
    test = new TestDatabase();
    const schema = defineSchema({
      users: defineTable({ picture: v.optional(v.id("_storage")), friend: v.optional(v.id("users")) }),
    });
    await test.push((schema as unknown as { export(): string }).export());
    await test.database.write("host", (transaction) => {
      file = insertSystemDocument(transaction, "_storage", FILE);
      job = insertSystemDocument(transaction, "_scheduled_functions", JOB);
    });
    user = await test.mutate((run) => run.insert("users", {}));
  });
  after(() => test.close());

  it("have the numbers 540 and 539 in their ids", () => {
    assert.equal(file.slice(0, 2), encodeId(540, new Uint8Array(16)).slice(0, 2));
    assert.equal(job.slice(0, 2), encodeId(539, new Uint8Array(16)).slice(0, 2));
  });

  it("give their documents with id and creation time, by get, by scan, by both indexes and by page", () => {
    test.run((run) => {
      const found = run.get(file, { isSystem: true });
      assert.deepEqual(found, { ...FILE, _id: file, _creationTime: found?.["_creationTime"] as number });
      assert.equal(typeof found?.["_creationTime"], "number");
      assert.deepEqual(run.get(file, { isSystem: true, table: "_storage" }), found);
      assert.deepEqual(run.collect(scanTable("_storage")), [found]);
      assert.deepEqual(run.collect(scanIndex("_storage.by_id", [["Eq", "_id", file]])), [found]);
      assert.deepEqual(run.collect(scanIndex("_storage.by_creation_time", [], "desc")), [found]);
      assert.deepEqual(run.page(scanTable("_storage")).page, [found]);
      assert.equal(run.call("1.0/count", { table: "_storage" }), 1);
      assert.equal(run.collect(scanTable("_scheduled_functions"))[0]?.["name"], "a.js:b");
    });
  });

  it("have no other index", () =>
    test.run((run) =>
      assertFails(
        () => run.collect(scanIndex("_storage.by_sha256")),
        "Index _storage.by_sha256 not found.",
        "IndexNotFoundError",
      ),
    ));

  it("are out of reach of db.get and of writes", () => {
    test.run((run) => {
      for (const attempt of [
        () => run.get(file),
        () => run.patch(file, { size: 1 }),
        () => run.replace(file, {}),
        () => run.remove(job),
      ]) {
        assertFails(attempt, ONLY_BY_SYSTEM, "SystemTableError");
      }
      assertFails(() => run.insert("_storage", {}), "_storage is a read-only table", "ReadOnlyTable");
    });
  });

  it("are all that db.system reaches", () => {
    test.run((run) => {
      assertFails(
        () => run.get(user, { isSystem: true }),
        "User tables cannot be accessed with db.system.",
        "SystemTableError",
      );
      assertFails(
        () => run.get(job, { isSystem: true, table: "_storage" }),
        'Invalid argument `id` for `db.system.get`: expected to be an Id<"_storage">, got Id<"_scheduled_functions"> instead.',
        "InvalidArgument",
      );
    });
  });

  it("know their ids", () => {
    test.run((run) => {
      const normalize = (table: string, idString: string): unknown =>
        run.call<{ id: unknown }>("1.0/db/normalizeId", { table, idString }).id;
      assert.equal(normalize("_storage", file), file);
      assert.equal(normalize("_storage", job), null);
      assert.equal(normalize("_storage", user), null);
      assert.equal(normalize("users", file), null);
    });
  });

  it("can be referred to by v.id, and are no user table to it", () => {
    const failed =
      'Failed to insert or update a document in table "users" because it does not match the schema: ';
    const origin = "from a system table, which does not match the table name in validator";
    test.run((run) => {
      run.insert("users", { picture: file });
      assertFails(
        () => run.insert("users", { friend: file }),
        `${failed}Found ID "${file}" ${origin} \`v.id("users")\`.Path: .friend`,
        "SchemaEnforcementError",
      );
      assertFails(
        () => run.insert("users", { picture: job }),
        `${failed}Found ID "${job}" ${origin} \`v.id("_storage")\`.Path: .picture`,
      );
      assertFails(
        () => run.insert("users", { friend: PRIVATE_ID }),
        `${failed}Value does not match validator.\nPath: .friend\nValue: "${PRIVATE_ID}"\nValidator: v.id("users")`,
      );
    });
  });

  it("do not show those that are private, which look like none", () => {
    test.run((run) => {
      assert.equal(run.get(PRIVATE_ID), null);
      assert.equal(run.get(PRIVATE_ID, { isSystem: true }), null);
      assertFails(
        () => run.patch(PRIVATE_ID, {}),
        `Invalid argument \`id\` for \`db.patch\`: Table for ID "${PRIVATE_ID}" not found`,
      );
      assert.deepEqual(run.collect(scanTable("_tables")), []);
      assert.equal(run.call("1.0/count", { table: "_tables" }), 0);
      assertFails(
        () => run.collect(scanIndex("_modules.by_hash")),
        "Index _modules.by_hash not found.",
        "IndexNotFoundError",
      );
      assert.deepEqual(run.call("1.0/db/normalizeId", { table: "_tables", idString: PRIVATE_ID }), {
        id: null,
      });
      assertFails(
        () => run.insert("_tables", {}),
        "Invalid table name _tables starts with metadata prefix '_'",
        "InvalidTableName",
      );
    });
  });

  it("belong to the transaction: what the host writes conflicts with who has read the place", async () => {
    const transaction = test.run((run) => {
      run.insert("users", {});
      run.collect(scanTable("_scheduled_functions"));
      return run.transaction;
    });
    await test.database.write("host", (host) =>
      insertSystemDocument(host, "_scheduled_functions", { ...JOB, name: "a.js:c" }),
    );
    assert.equal(await test.commit(transaction), "conflict");
  });

  it("are exempt from the limits on reads", () => {
    const none = { documentsRead: 0, bytesRead: 0, databaseQueries: 0 };
    test.run(
      (run) => {
        for (let i = 0; i < 3; i++) run.get(file, { isSystem: true });
        run.collect(scanTable("_scheduled_functions"));
        assert.ok(run.page(scanTable("_scheduled_functions")).page.length > 1);
        const { documentsRead, databaseQueries } = run.transaction.metrics();
        assert.deepEqual([documentsRead.used, databaseQueries.used], [0, 0]);
        assertFails(() => run.get(user), /^Too many /);
      },
      { limits: { ...DEFAULT_TRANSACTION_LIMITS, ...none } },
    );
  });
});
