import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_STREAMS_LIMITS } from "../src/sync/stream/live-streams.ts";
import { DeployedApp } from "./support/deployed-app.ts";
import { EventReader } from "./support/event-reader.ts";
import { fixture } from "./support/start-app.ts";

function start(limits: Partial<typeof DEFAULT_STREAMS_LIMITS>): Promise<DeployedApp> {
  return DeployedApp.start({
    copyOf: fixture("live"),
    limits: { live: { ...DEFAULT_STREAMS_LIMITS, ...limits } },
  });
}

function open({ api }: DeployedApp, path: string, args: object): Promise<EventReader> {
  return EventReader.open(api, `/api/live?path=${path}&args=${encodeURIComponent(JSON.stringify(args))}`);
}

/** Opens a stream as soon as there is room for it. */
async function openAtLast(app: DeployedApp): Promise<void> {
  for (;;) {
    await using reader = await open(app, "messages:list", { channel: "a" });
    if (reader.status === 200) return;
  }
}

const LENGTH = 1_000_000;
const COMMITS = 100;
/** What the system itself may keep for a socket on its way, and some more: far less than all commits. */
const MOST_EVENTS = 30;

describe("a reader that does not keep up", () => {
  it("gets fewer results, the newest at last", async () => {
    await using app = await start({});
    await using slow = await open(app, "messages:padded", { channel: "a", length: LENGTH });
    await slow.next();
    await using fast = await open(app, "messages:list", { channel: "a" });
    await fast.next();
    slow.socket.pause();
    for (let i = 0; i < COMMITS; i++) {
      await app.run("mutation", "messages:send", { channel: "a", body: String(i) });
      // Nobody waits for the slow one.
      await fast.next();
    }
    slow.socket.resume();
    const counts: number[] = [];
    while (counts.at(-1) !== COMMITS) counts.push(((await slow.nextValue()) as { count: number }).count);
    assert.ok(counts.length < MOST_EVENTS, `${counts.length} events`);
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
    );
  });

  it("is cut off when it takes nothing at all", { timeout: 60_000 }, async () => {
    await using app = await start({ stallMs: 1_000, streams: 1 });
    const reader = await open(app, "messages:padded", { channel: "a", length: 10 * LENGTH });
    reader.socket.pause();
    // Who does not read notices nothing; its place is free for somebody else.
    await openAtLast(app);
    reader.socket.resume();
    await reader.closed();
    assert.equal(reader.isComplete, false);
  });
});

describe("streams of a server", () => {
  it("are only so many at a time", { timeout: 60_000 }, async () => {
    await using app = await start({ streams: 2 });
    const [first, second] = [
      await open(app, "messages:list", { channel: "a" }),
      await open(app, "messages:list", { channel: "a" }),
    ];
    await using refused = await open(app, "messages:list", { channel: "a" });
    await refused.until(() => refused.body !== "", "a body");
    assert.equal(refused.status, 429);
    assert.deepEqual(JSON.parse(refused.body), {
      code: "TooManyLiveStreams",
      message:
        "2 live streams are open, and no more are allowed. Close others, or ask for the result without a stream.",
    });
    first.socket.destroy();
    // The server hears of it a moment later.
    await openAtLast(app);
    second.socket.destroy();
  });

  it("show that they live while there is nothing to say", async () => {
    await using app = await start({ heartbeatMs: 500 });
    await using reader = await open(app, "messages:list", { channel: "a" });
    await reader.next();
    await reader.until(() => reader.comments.length >= 2, "two comments");
    assert.equal(reader.events.length, 1);
  });

  it("end in order when the server closes, and go on at the next one", async () => {
    await using app = await start({});
    await using reader = await open(app, "messages:list", { channel: "a" });
    const { id } = await reader.next();
    await app.close();
    await reader.closed();
    assert.equal(reader.isComplete, true);
    assert.equal(reader.events.length, 1);
    await app.open();
    await using again = await EventReader.open(
      app.api,
      `/api/live?path=messages:list&args=${encodeURIComponent('{"channel":"a"}')}`,
      { headers: { "last-event-id": id as string } },
    );
    await app.run("mutation", "messages:send", { channel: "a", body: "b" });
    assert.deepEqual(await again.nextValue(), ["b"]);
  });
});
