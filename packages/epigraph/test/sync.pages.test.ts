import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { DeployedApp } from "./support/deployed-app.ts";
import { fixture } from "./support/start-app.ts";
import { type Modification, SyncConnection } from "./support/sync-connection.ts";

interface Page {
  readonly page: readonly number[];
  readonly isDone: boolean;
  readonly continueCursor: string;
  readonly splitCursor: string | null;
  readonly pageStatus: string | null;
}

describe("pages that a socket keeps live", () => {
  let app: DeployedApp;
  let client: SyncConnection;
  before(async () => {
    app = await DeployedApp.start({ copyOf: fixture("sync") });
  });
  after(() => app[Symbol.asyncDispose]());
  beforeEach(async () => {
    await app.run("mutation", "numbers:clear");
    await app.run("mutation", "numbers:insertMany", { from: 0, to: 20 });
    client = await SyncConnection.connect(app.api);
  });
  afterEach(() => client.close());

  const add = (id: number, options: object = {}, fields: object = {}, to = client): void =>
    to.add(id, "numbers:page", { paginationOpts: { numItems: 10, cursor: null, id: 1, ...options } }, fields);
  const shown = async (id: number, isWanted: (page: Page) => boolean, from = client): Promise<Page> => {
    const { value } = await from.until(() => {
      const modification = from.results.get(id);
      return modification?.type === "QueryUpdated" && isWanted(modification.value as Page) && modification;
    }, `a page of query ${id}`);
    return value as Page;
  };
  const any = (): boolean => true;

  it("grow and shrink between their ends", async () => {
    add(0);
    const first = await shown(0, any);
    await app.run("mutation", "numbers:insert", { n: 4.5 });
    const grown = await shown(0, ({ page }) => page.length === 11);
    assert.deepEqual(grown.page, [0, 1, 2, 3, 4, 4.5, 5, 6, 7, 8, 9]);
    assert.equal(grown.continueCursor, first.continueCursor);
    await app.run("mutation", "numbers:remove", { n: 0 });
    await shown(0, ({ page }) => page.length === 10);
    const transitions = client.transitions.length;
    await app.run("mutation", "numbers:insert", { n: 9.5 });
    await client.settle();
    const later = client.transitions.slice(transitions);
    assert.ok(later.every(({ modifications }) => modifications.length === 0));
  });

  it("keep their end over a new socket that brings the journal, and are cut anew without it", async () => {
    add(0);
    const first = await shown(0, any);
    const { journal } = client.results.get(0) as Modification;
    assert.equal(typeof journal, "string");
    await app.run("mutation", "numbers:insert", { n: 4.5 });
    const other = await SyncConnection.connect(app.api);
    add(0, {}, { journal }, other);
    add(1, { id: 2 }, { journal: null }, other);
    const kept = await shown(0, any, other);
    assert.deepEqual([kept.page.length, kept.continueCursor], [11, first.continueCursor]);
    const anew = await shown(1, any, other);
    assert.deepEqual([anew.page.length, anew.page.at(-1)], [10, 8]);
    await other.close();
  });

  it("reach from cursor to end cursor whatever their size", async () => {
    add(0);
    const { continueCursor } = await shown(0, any);
    add(1, { numItems: 1, endCursor: continueCursor });
    assert.equal((await shown(1, any)).page.length, 10);
  });

  it("say that they must be split where they were cut short", async () => {
    add(0, { maximumRowsRead: 5 });
    const { page, pageStatus, splitCursor } = await shown(0, any);
    assert.deepEqual([page.length, pageStatus, typeof splitCursor], [5, "SplitRequired", "string"]);
  });

  it("that are the last one grow at the end", async () => {
    add(0, { numItems: 30 });
    assert.equal((await shown(0, any)).isDone, true);
    await app.run("mutation", "numbers:insert", { n: 100 });
    const { page, isDone } = await shown(0, ({ page }) => page.length === 21);
    assert.deepEqual([page.at(-1), isDone], [100, true]);
  });

  it("have the same cursors on all sockets", async () => {
    const other = await SyncConnection.connect(app.api);
    add(0);
    add(0, {}, {}, other);
    assert.deepEqual(await shown(0, any), await shown(0, any, other));
    await other.close();
  });

  it("say that a journal can't be read", async () => {
    add(0, {}, { journal: "nonsense" });
    await client.fails(0, /Failed to parse cursor/);
  });
});

describe("pages of code that pages through something else from now on, where errors are redacted", () => {
  const numbers = (index: string): string => `
    import { queryGeneric as query } from "convex/server";
    export const page = query((ctx, { paginationOpts }) =>
      ctx.db.query("numbers").withIndex("${index}").paginate(paginationOpts));
  `;
  let app: DeployedApp;
  before(async () => {
    app = await DeployedApp.start({
      copyOf: fixture("sync"),
      files: { "convex/changing.ts": numbers("by_n") },
      redactErrors: true,
    });
    await app.run("mutation", "numbers:insertMany", { from: 0, to: 25 });
  });
  after(() => app[Symbol.asyncDispose]());

  it("fail with what tells clients to begin anew, and with nothing else", async () => {
    const client = await SyncConnection.connect(app.api);
    client.add(0, "changing:page", { paginationOpts: { numItems: 5, cursor: null, id: 1 } });
    await client.until(() => client.results.get(0)?.type === "QueryUpdated", "a page");
    await app.push({ "convex/changing.ts": numbers("by_creation_time") });
    const failure = await client.fails(0, /^\[Request ID: [0-9a-f]{16}\] Server Error$/);
    assert.deepEqual(failure.errorData, { isConvexSystemError: true, paginationError: "InvalidCursor" });
    assert.deepEqual(failure.logLines, []);
    // They ask under another id then.
    client.add(1, "changing:page", { paginationOpts: { numItems: 5, cursor: null, id: 2 } });
    await client.until(() => client.results.get(1)?.type === "QueryUpdated", "a page of the new code");
    await client.close();
  });
});
