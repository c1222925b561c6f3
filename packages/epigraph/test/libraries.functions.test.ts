import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({
  copyOf: fixture("library-functions"),
  packages: ["convex-helpers", "zod"],
});
after(() => app.stop());
const caller = new FunctionCaller(app);

const firstPage = { numItems: 2, cursor: null };
const people = [
  ["Ada", 36],
  ["Grace", 40],
  ["Kim", 7],
  ["Ada", 8],
] as const;
const ids: string[] = [];
for (const [name, age] of people) ids.push((await caller.mutation("users:add", { name, age })) as string);
const [ada, grace] = ids as [string, string];

describe("custom functions of convex-helpers", () => {
  it("take arguments of their own and add to the context", async () => {
    assert.deepEqual(await caller.query("users:whoAmI", { token: "right", greeting: "hello", name: null }), {
      said: "hello null",
      user: { token: "right", role: "reader" },
    });
    const wrong = await caller.errorOf("query", "users:whoAmI", { token: "x", greeting: "hello", name: "A" });
    assert.match(wrong, /^Uncaught Error: a wrong token\n/);
    const bad = await caller.errorOf("query", "users:whoAmI", { token: "right", greeting: "hey", name: "A" });
    assert.match(bad, /^ArgumentValidationError: Value does not match validator\.\nPath: \.greeting\n/);
  });

  it("are called from actions, which keeps the message of what they throw", async () => {
    assert.deepEqual(await caller.action("users:whoAmIByAction", { token: "right" }), {
      said: "hello null",
      user: { token: "right", role: "reader" },
    });
    const wrong = await caller.errorOf("action", "users:whoAmIByAction", { token: "wrong" });
    assert.match(wrong, /^Uncaught Error: Uncaught Error: a wrong token\n/);
  });

  it("run triggers in the same transaction", async () => {
    const before = await caller.query("users:counted");
    const id = await caller.mutation("users:add", { name: "Nobody", age: 1 });
    await caller.mutation("users:change", { id, fields: { age: 2 } });
    assert.equal(await caller.query("users:counted"), Number(before) + 1);
    await caller.mutation("users:remove", { id });
    assert.equal(await caller.query("users:counted"), before);
  });
});

describe("helpers of convex-helpers for reading", () => {
  it("follow relationships", async () => {
    await caller.mutation("users:read", { title: "Notes", authorId: ada, readers: [grace] });
    await caller.mutation("users:read", { title: "Compilers", authorId: grace, readers: [grace, ada] });
    assert.deepEqual(await caller.query("users:related", { id: grace }), {
      user: { name: "Grace", age: 40 },
      written: ["Compilers"],
      read: ["Notes", "Compilers"],
    });
  });

  it("filter and paginate in JavaScript", async () => {
    const first = (await caller.query("users:evenAges", { paginationOpts: firstPage })) as Page;
    assert.deepEqual([first.page, first.isDone], [[8], false]);
    const paginationOpts = { numItems: 9, cursor: first.continueCursor };
    const rest = (await caller.query("users:evenAges", { paginationOpts })) as Page;
    assert.deepEqual([rest.page, rest.isDone], [[36, 40], true]);
  });

  it("page by keys of an index", async () => {
    const first = (await caller.query("users:page", { after: [] })) as KeyedPage;
    assert.deepEqual([first.ages, first.hasMore], [[7, 8], true]);
    const rest = (await caller.query("users:page", { after: first.last })) as KeyedPage;
    assert.deepEqual(rest.ages, [36, 40]);
  });

  it("paginate several times in one query, and merge streams", async () => {
    assert.deepEqual(await caller.query("users:twoPages", { paginationOpts: firstPage }), [
      [7, 8],
      [36, 40],
    ]);
    assert.deepEqual(await caller.query("users:merged"), ["Ada 36", "Grace 40", "Ada 8"]);
  });
});

describe("row-level security and CRUD of convex-helpers", () => {
  it("hide rows and refuse writes that the rules forbid", async () => {
    assert.deepEqual(await caller.query("owned:list"), ["Ada", "Grace"]);
    const refused = await caller.errorOf("mutation", "owned:add", { name: "Tim", age: 3 });
    assert.match(refused, /^Uncaught Error: insert access not allowed\n/);
    const kept = await caller.errorOf("mutation", "owned:rename", { id: ada, name: "Eve" });
    assert.match(kept, /^Uncaught Error: write access not allowed\n/);
  });

  it("create, read, update and destroy", async () => {
    const created = (await caller.mutation("owned:create", { title: "One", authorId: ada })) as {
      _id: string;
    };
    const { _id: id } = created;
    await caller.mutation("owned:update", { id, patch: { title: "Two" } });
    assert.deepEqual(await caller.query("owned:read", { id }), { ...created, title: "Two" });
    await caller.mutation("owned:destroy", { id });
    assert.equal(await caller.query("owned:read", { id }), null);
  });
});

describe("rate limits of convex-helpers", () => {
  it("count by key, and throw an error with data", async () => {
    const post = (key: string, throws = false) => caller.mutation("limits:post", { key, throws });
    assert.deepEqual(await Promise.all([post("a"), post("a")]), [
      [true, true],
      [true, true],
    ]);
    assert.deepEqual(await post("a"), [false, false]);
    assert.deepEqual(await post("b"), [true, true]);
    const thrown = await caller.errorOf("mutation", "limits:post", { key: "a", throws: true });
    assert.match(thrown, /^Uncaught ConvexError: \{"kind":"RateLimited","name":"posts","retryAt":/);
    await caller.mutation("limits:reset", { key: "a" });
    assert.deepEqual(await post("a"), [true, true]);
  });
});

describe("zod through convex-helpers", () => {
  const profile = { email: "ada@example.org", nickname: "  ada ", tags: ["red"] };

  it("parses, transforms and fills in arguments and results", async () => {
    assert.deepEqual(await caller.query("checked:profile", { profile }), { lines: ["ada: red"] });
    assert.deepEqual(await caller.query("checked:profile", { profile, times: 2 }), {
      lines: ["ada: red", "ada: red"],
    });
    assert.equal(await caller.mutation("checked:rename", { id: ids[3], name: "bea" }), "BEA");
    assert.equal(await caller.query("checked:validatorKind"), "object");
  });

  it("tells what is wrong as data, or as the arguments' own validator does", async () => {
    const bad = { ...profile, email: "nobody", nickname: "x" };
    const text = await caller.errorOf("query", "checked:profile", { profile: bad });
    assert.match(text, /^Uncaught ConvexError: \{"ZodError":\[/);
    assert.match(text, /"path":\["profile","email"\]/);
    const wrong = await caller.errorOf("query", "checked:profile", {
      profile: { ...profile, tags: ["blue"] },
    });
    assert.match(
      wrong,
      /^ArgumentValidationError: Value does not match validator\.\nPath: \.profile\.tags\[0\]\n/,
    );
  });
});

interface Page {
  readonly page: readonly number[];
  readonly isDone: boolean;
  readonly continueCursor: string;
}

interface KeyedPage {
  readonly ages: readonly number[];
  readonly last: readonly unknown[];
  readonly hasMore: boolean;
}
