import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { BaseConvexClient, ConvexClient, type ConvexClientOptions } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import type { Value } from "convex/values";
import { WebSocket } from "ws";
import { CuttingProxy } from "./support/cutting-proxy.ts";
import { DeployedApp } from "./support/deployed-app.ts";
import { fixture } from "./support/start-app.ts";
import { SyncConnection } from "./support/sync-connection.ts";

type Message = { readonly type: string } & Readonly<Record<string, unknown>>;

const list = makeFunctionReference<"query", Record<string, never>, string[]>("messages:list");
const whoami = makeFunctionReference<"query", Record<string, never>, { subject: string } | null>(
  "messages:whoami",
);
const echo = makeFunctionReference<"query", { value: Value }, Value>("messages:echo");
const random = makeFunctionReference<"query", Record<string, never>, number>("messages:random");
const logs = makeFunctionReference<"query", Record<string, never>, null>("messages:logs");
const send = makeFunctionReference<"mutation", { body: string }, null>("messages:send");
const failing = makeFunctionReference<"mutation", { body: string }>("messages:failing");
const increment = makeFunctionReference<"mutation", { name: string }>("numbers:increment");
const wait = makeFunctionReference<"action", { ms: number; body?: string }, number>("messages:wait");
const page = makeFunctionReference<"query", { paginationOpts: never }, never>("numbers:page");

/** A WebSocket that remembers what clients have sent. */
class RecordingWebSocket extends WebSocket {
  static readonly sent: Message[] = [];

  override send(text: unknown): void {
    RecordingWebSocket.sent.push(JSON.parse(text as string) as Message);
    super.send(text as string);
  }
}
const recording = { webSocketConstructor: RecordingWebSocket as unknown as typeof globalThis.WebSocket };

/** Waits until something is so: clients have no event for everything. */
async function until(isSo: () => boolean, what: string): Promise<void> {
  const endMs = Date.now() + 20_000;
  while (!isSo()) {
    if (Date.now() > endMs) throw new Error(`It never came to pass that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("the official client over a WebSocket", () => {
  let app: DeployedApp;
  let proxy: CuttingProxy;
  const clients: { close(): Promise<void> }[] = [];
  before(async () => {
    app = await DeployedApp.start({ copyOf: fixture("sync") });
    proxy = await CuttingProxy.start(app.api);
  });
  after(async () => {
    await proxy[Symbol.asyncDispose]();
    await app[Symbol.asyncDispose]();
  });
  beforeEach(async () => {
    await app.run("mutation", "messages:clear");
    await app.run("mutation", "numbers:clear");
    RecordingWebSocket.sent.length = 0;
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
  });

  const open = (options: Partial<ConvexClientOptions> = {}, url = app.api): ConvexClient => {
    const client = new ConvexClient(url, { logger: false, ...options });
    clients.push(client);
    return client;
  };
  const openBase = (options: object = {}, url = app.api): BaseConvexClient => {
    const client = new BaseConvexClient(url, () => {}, { ...recording, logger: false, ...options });
    clients.push(client);
    return client;
  };
  const modifications = (): Message[] =>
    RecordingWebSocket.sent.flatMap((message) =>
      message.type === "ModifyQuerySet" ? (message["modifications"] as Message[]) : [],
    );

  it("sees a change that another client made", async () => {
    const [watcher, writer] = [open(), open()];
    const seen: string[][] = [];
    watcher.onUpdate(list, {}, (value) => seen.push(value));
    await until(() => seen.length === 1, "it shows something");
    await writer.mutation(send, { body: "hi" });
    await until(() => seen.length === 2, "it shows the change");
    assert.deepEqual(seen, [[], ["hi"]]);
  });

  it("asks once for what several listen to, and lets go with the last of them", async () => {
    const client = openBase();
    const first = client.subscribe("messages:list", {});
    const second = client.subscribe("messages:list", {});
    await until(() => client.localQueryResult("messages:list", {}) !== undefined, "there is a result");
    first.unsubscribe();
    assert.deepEqual(
      modifications().map(({ type }) => type),
      ["Add"],
    );
    second.unsubscribe();
    await until(() => modifications().length === 2, "it lets go");
    assert.equal(modifications()[1]?.type, "Remove");
  });

  it("asks for one answer", async () => {
    await app.run("mutation", "messages:send", { body: "a" });
    assert.deepEqual(await open().query(list, {}), ["a"]);
  });

  it("gets each kind of value as it was sent", async () => {
    const value = {
      int: 2n ** 63n - 1n,
      bytes: new Uint8Array([0, 255]).buffer,
      nan: Number.NaN,
      zero: -0,
      nested: [null, true, "é\u{1f600}", { deep: [] }],
    };
    const answer = await open().query(echo, { value });
    assert.deepEqual(answer, value);
    assert.ok(Object.is((answer as { zero: number }).zero, -0));
    const nothing = makeFunctionReference<"mutation", Record<string, never>, null>("messages:clear");
    assert.equal(await open().mutation(nothing, {}), null);
  });

  it("shows what a mutation did once that has resolved", async () => {
    const client = openBase();
    client.subscribe("messages:list", {});
    await until(() => client.localQueryResult("messages:list", {}) !== undefined, "there is a result");
    for (const body of ["a", "b", "c"]) {
      await client.mutation("messages:send", { body });
      assert.equal((client.localQueryResult("messages:list", {}) as unknown as string[]).at(-1), body);
    }
  });

  it("shows optimistic updates until the result takes their place, never both, and takes them back on failure", async () => {
    const shown: string[] = [];
    const client: BaseConvexClient = new BaseConvexClient(
      app.api,
      () => void shown.push(String(client.localQueryResult("messages:list", {}))),
      { ...recording, logger: false },
    );
    clients.push(client);
    client.subscribe("messages:list", {});
    await until(() => shown.at(-1) === "", "there is a result");
    const optimisticUpdate = (store: {
      getQuery: (...args: never[]) => unknown;
      setQuery: (...args: never[]) => void;
    }): void => {
      const current = store.getQuery(list as never, {} as never) as string[];
      store.setQuery(list as never, {} as never, [...current, "hoped for"] as never);
    };
    await client.mutation("messages:send", { body: "real" }, { optimisticUpdate: optimisticUpdate as never });
    await assert.rejects(
      client.mutation("messages:failing", { body: "x" }, { optimisticUpdate: optimisticUpdate as never }),
    );
    const changes = shown.filter((text, i) => text !== shown[i - 1]);
    assert.deepEqual(changes, ["", "hoped for", "real", "real,hoped for", "real"]);
  });

  it("resolves a mutation whose answer was lost, which takes effect once", async () => {
    const client = open({}, proxy.url);
    await client.mutation(send, { body: "before" });
    proxy.mute();
    const sent = client.mutation(send, { body: "lost" });
    const watcher = await SyncConnection.connect(app.api);
    watcher.add(0, "messages:list");
    await watcher.shows(0, ["before", "lost"]);
    proxy.cut();
    assert.equal(await sent, null);
    assert.deepEqual(await app.run("query", "messages:list"), ["before", "lost"]);
    await watcher.close();
  });

  it("fails an action whose socket was lost, which has taken effect once", async () => {
    const client = open({}, proxy.url);
    await client.mutation(send, { body: "before" });
    const started = client.action(wait, { ms: 100, body: "action" });
    await new Promise((resolve) => setTimeout(resolve, 50));
    proxy.cut();
    await assert.rejects(started, /Connection lost while action was in flight/);
    const watcher = await SyncConnection.connect(app.api);
    watcher.add(0, "messages:list");
    await watcher.shows(0, ["before", "action"]);
    await watcher.close();
  });

  it("sends an action that was called before the socket was open, once", async () => {
    assert.equal(await open().action(wait, { ms: 1, body: "early" }), 1);
    assert.deepEqual(await app.run("query", "messages:list"), ["early"]);
  });

  it("prints console lines and can read them all", async () => {
    const lines: string[] = [];
    const take = (...args: unknown[]): void => void lines.push(args.join(" "));
    const logger = { log: take, warn: take, error: take, logVerbose: () => {} };
    await open({ logger: logger as never }).query(logs, {});
    assert.equal(lines.filter((line) => line.includes("[CONVEX Q(messages:logs)]")).length, 3);
    assert.ok(!lines.some((line) => line.includes("Could not parse console.log")));
  });

  it("says how a mutation failed", async () => {
    await assert.rejects(
      open().mutation(failing, { body: "a" }),
      /^Error: \[CONVEX M\(messages:failing\)\] \[Request ID: [0-9a-f]{16}\] Server Error\nUncaught Error: x\n.*Called by client/s,
    );
  });

  it("comes back after the socket was lost, as the same session, with its queries and their journals", async () => {
    const client = openBase({}, proxy.url);
    await app.run("mutation", "numbers:insertMany", { from: 0, to: 20 });
    const args = { paginationOpts: { numItems: 5, cursor: null, id: 1 } };
    client.subscribe("numbers:page", args);
    const pageLength = (): number =>
      (client.localQueryResult("numbers:page", args) as unknown as { page: unknown[] } | undefined)?.page
        .length ?? 0;
    await until(() => pageLength() === 5, "there is a page");
    proxy.cut();
    await app.run("mutation", "numbers:insert", { n: 2.5 });
    await until(() => pageLength() === 6, "it shows the page as it has become");
    const connects = RecordingWebSocket.sent.filter(({ type }) => type === "Connect");
    assert.equal(connects.length, 2);
    assert.equal(connects[0]?.["sessionId"], connects[1]?.["sessionId"]);
    const [, again] = modifications().filter(({ type }) => type === "Add");
    assert.equal(typeof again?.["journal"], "string");
    await until(() => client.connectionState().connectionRetries === 0, "it has caught up");
  });

  it("leaves nothing behind when it closes", async () => {
    const client = open();
    let shown = 0;
    client.onUpdate(random, {}, () => shown++);
    await until(() => shown === 1, "it shows something");
    await client.close();
    const runs = (): number =>
      app.events.filter((event) => event.type === "end" && event.identifier === "messages.js:random").length;
    const before = runs();
    await app.run("mutation", "messages:send", { body: "a" });
    await app.run("query", "messages:list");
    assert.equal(runs(), before);
  });

  it("acts as an admin who acts as a user", async () => {
    const client = open();
    (
      client as unknown as { client: { setAdminAuth(key: string, identity: object): void } }
    ).client.setAdminAuth(app.adminKey, { issuer: "https://issuer.test", subject: "u1" });
    assert.equal((await client.query(whoami, {}))?.subject, "u1");
  });

  it("goes through pages without gaps, and splits one that has grown", async () => {
    await app.run("mutation", "numbers:insertMany", { from: 0, to: 25 });
    const client = open(recording);
    type Result = { results: number[]; status: string; loadMore: (count: number) => boolean };
    let last: Result | null = null;
    const subscription = client.onPaginatedUpdate_experimental(
      page,
      {} as never,
      { initialNumItems: 10 },
      (result) => {
        last = result as unknown as Result;
      },
    );
    const current = (): Result =>
      (subscription.getCurrentValue() as unknown as Result | undefined) ?? (last as unknown as Result);
    const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
    for (const [count, status] of [
      [10, "CanLoadMore"],
      [20, "CanLoadMore"],
      [25, "Exhausted"],
    ] as const) {
      await until(() => current()?.results?.length === count, `${count} rows are shown`);
      assert.deepEqual([current().results, current().status], [numbers(count), status]);
      current().loadMore(10);
    }
    await app.run("mutation", "numbers:insertMany", { from: -25, to: 0 });
    await until(() => modifications().some(({ type }) => type === "Remove"), "the page is split");
    await until(() => current().results.length === 50, "all rows are shown");
    assert.deepEqual(
      current().results,
      Array.from({ length: 50 }, (_, i) => i - 25),
    );
    const ends = modifications().filter(
      ({ args }) =>
        (args as [{ paginationOpts: { endCursor?: string } }] | undefined)?.[0].paginationOpts.endCursor !==
        undefined,
    );
    assert.ok(ends.length >= 2);
  });

  it("of which there are 50 that write all come back over a restart of the server, and each write is there once", async () => {
    const many = Array.from({ length: 50 }, () => open());
    const shown = new Map<ConvexClient, number>();
    const counter = makeFunctionReference<"query", { name: string }, number>("numbers:counter");
    for (const client of many)
      client.onUpdate(counter, { name: "restart" }, (value) => shown.set(client, value));
    await until(() => shown.size === many.length, "all are connected");
    const writes = many.flatMap((client) =>
      Array.from({ length: 4 }, () => client.mutation(increment, { name: "restart" })),
    );
    await Promise.race(writes);
    await app.close();
    await app.open();
    await Promise.all(writes);
    await until(() => [...shown.values()].every((value) => value === 200), "all show the whole count");
    assert.equal(await app.run("query", "numbers:counter", { name: "restart" }), 200);
  });
});
