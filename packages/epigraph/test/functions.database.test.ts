import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

interface User {
  readonly _id: string;
  readonly _creationTime: number;
  readonly name: string;
  readonly profile?: unknown;
}

const app = await startApp({ copyOf: fixture("functions") });
after(() => app.stop());

const functions = new FunctionCaller(app);

const addUser = async (user: object = { name: "Ada" }): Promise<string> =>
  (await functions.mutation("database:addUser", user)) as string;
const addPost = async (): Promise<string> => (await functions.mutation("database:addPost")) as string;
const getUser = async (id: string): Promise<User> => (await functions.query("database:get", { id })) as User;

describe("get", () => {
  it("finds a document with its id and creation time", async () => {
    const id = await addUser();
    const { _creationTime, ...user } = await getUser(id);
    assert.deepEqual(user, { _id: id, name: "Ada" });
    assert.ok(Math.abs(Date.now() - _creationTime) < 60_000, `created at ${_creationTime}`);
  });

  it("is null for a document that is gone", async () => {
    const id = await functions.mutation("database:addAndDelete");
    assert.equal(await functions.query("database:get", { id }), null);
  });

  it("refuses what is no id", async () =>
    assert.match(
      String(await functions.query("database:get", { id: "nonsense" })),
      /^Invalid argument `id` for `db\.get`: Unable to decode ID: Invalid ID length 8/,
    ));

  it("refuses an id of another table than the one that is named", async () => {
    const [user, post] = [await addUser(), await addPost()];
    const getFrom = (table: string, id: string): Promise<unknown> =>
      functions.query("database:getFrom", { table, id });
    assert.match(
      String(await getFrom("users", post)),
      /^Invalid argument `id` for `db\.get`: expected to be an Id<"users">, got Id<"posts"> instead\./,
    );
    assert.equal(((await getFrom("users", user)) as User)._id, user);
  });
});

describe("normalizeId", () => {
  const normalize = (table: string, id: string): Promise<unknown> =>
    functions.query("database:normalize", { table, id });

  it("is the id for its own table, null for others and for what is no id", async () => {
    const user = await addUser();
    assert.equal(await normalize("users", user), user);
    assert.equal(await normalize("posts", user), null);
    assert.equal(await normalize("users", "nonsense"), null);
  });

  it("knows ids of documents that are gone", async () => {
    const gone = (await functions.mutation("database:addAndDelete")) as string;
    assert.equal(await normalize("users", gone), gone);
  });
});

describe("patch", () => {
  it("replaces fields as a whole and keeps the others", async () => {
    const id = await addUser({ name: "Ada", profile: { city: "London", age: 36 } });
    const value = { profile: { city: "Paris" } };
    const { name, profile } = (await functions.mutation("database:patch", { id, value })) as User;
    assert.deepEqual([name, profile], ["Ada", { city: "Paris" }]);
  });

  it("removes a field that is set to undefined", async () => {
    const id = await addUser({ name: "Ada", profile: 1 });
    const patched = (await functions.mutation("database:patch", { id, value: {}, unset: "profile" })) as User;
    assert.ok(!("profile" in patched));
  });

  it("that makes a document invalid is refused, and can be caught; the document stays", async () => {
    const id = await addUser();
    assert.match(
      String(await functions.mutation("database:patch", { id, value: { name: 1 } })),
      /^Failed to insert or update a document in table "users" because it does not match the schema: Value does not match validator\.\nPath: \.name\nValue: 1\.0\nValidator: v\.string\(\)/,
    );
    assert.equal((await getUser(id)).name, "Ada");
  });
});

describe("replace", () => {
  it("leaves only the new fields", async () => {
    const id = await addUser({ name: "Ada", profile: 1 });
    const replaced = (await functions.mutation("database:replace", { id, value: { name: "Bob" } })) as User;
    assert.deepEqual(Object.keys(replaced).sort(), ["_creationTime", "_id", "name"]);
    assert.equal(replaced.name, "Bob");
  });
});

describe("writes to a document that is gone", () => {
  const cases: readonly (readonly [path: string, args: object, verb: string])[] = [
    ["database:patch", { value: {} }, "Update"],
    ["database:replace", { value: { name: "x" } }, "Replace"],
    ["database:remove", {}, "Delete"],
  ];
  for (const [path, args, verb] of cases) {
    it(`are refused: ${verb.toLowerCase()}`, async () => {
      const id = await functions.mutation("database:addAndDelete");
      assert.match(
        String(await functions.mutation(path, { ...args, id })),
        new RegExp(`^${verb} on nonexistent document ID ${id}`),
      );
    });
  }
});

describe("insert", () => {
  const insert = async (value: object, table = "users"): Promise<string> =>
    String(await functions.mutation("database:insert", { table, value }));

  it("refuses a document that does not match the schema", async () =>
    assert.match(
      await insert({ name: 1 }),
      /^Failed to insert or update a document in table "users" because it does not match the schema: Value does not match validator\.\nPath: \.name/,
    ));

  it("refuses a creation time", async () =>
    assert.match(await insert({ name: "x", _creationTime: 1 }), /_creationTime/));

  it("refuses an id of another document", async () =>
    assert.match(await insert({ name: "x", _id: await addUser() }), /_id/));

  it("refuses system tables", async () => assert.match(await insert({}, "_users"), /System tables/));

  it("makes tables that the schema does not name", async () => {
    const id = await insert({ anything: [1] }, "others");
    const others = (await functions.query("database:collect", { table: "others" })) as object[];
    assert.deepEqual(
      others.map((other) => ({ ...other, _creationTime: 0 })),
      [{ _id: id, _creationTime: 0, anything: [1] }],
    );
  });

  it("that nobody awaits is committed", async () => {
    await functions.mutation("database:insertWithoutAwait", { name: "unawaited" });
    assert.ok(((await functions.query("nesting:names")) as string[]).includes("unawaited"));
  });

  it("keeps the order of inserts in the creation times of one mutation", async () => {
    const newest = (await functions.mutation("database:insertThree")) as [title: string, time: number][];
    assert.deepEqual(
      newest.map(([title]) => title),
      ["third", "second", "first"],
    );
    const times = newest.map(([, time]) => time);
    assert.ok(
      (times[0] as number) > (times[1] as number) && (times[1] as number) > (times[2] as number),
      `${times}`,
    );
  });
});

describe("the commit timestamp", () => {
  const addStamped = async (): Promise<bigint> => {
    const { id, at } = (await functions.mutation("database:addStamped")) as { id: string; at: string };
    assert.deepEqual((await getUser(id)).profile, { at });
    return BigInt(at);
  };

  it("is in the document and in the answer, about now in nanoseconds, and grows", async () => {
    const first = await addStamped();
    assert.ok(Math.abs(Date.now() - Number(first / 1_000_000n)) < 60_000, `${first}`);
    assert.ok((await addStamped()) > first);
  });
});

describe("unknown tables and indexes", () => {
  it("have no documents", async () =>
    assert.deepEqual(await functions.query("database:collect", { table: "nope" }), []));

  it("are an error when an index is named", async () => {
    const collect = (table: string): Promise<unknown> =>
      functions.query("database:collect", { table, index: "by_x" });
    assert.equal(await collect("users"), "Index users.by_x not found.");
    assert.equal(await collect("nope"), "Index nope.by_x not found.");
  });
});

describe("values", () => {
  it("come back from the database as they went in", async () => {
    const profile = {
      int: { $integer: "AAAAAAAAAIA=" },
      bytes: { $bytes: "AP8=" },
      negativeZero: { $float: "AAAAAAAAAIA=" },
      list: [null, true, "é"],
      "": {},
    };
    const id = await addUser({ name: "values", profile });
    const response = await fetch(`${app.api}/api/query`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ path: "database:get", args: { id }, format: "convex_encoded_json" }),
    });
    const { value } = (await response.json()) as { value: User };
    assert.deepEqual(value.profile, profile);
  });
});
