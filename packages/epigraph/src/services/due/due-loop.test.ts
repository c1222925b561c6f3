import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { TestClock } from "../testing/test-clock.ts";
import { DueLoop } from "./due-loop.ts";

interface Item {
  readonly id: string;
  readonly atMs: number;
}

describe("a loop over what is due", () => {
  let clock: TestClock;
  /** What a table would hold: the oldest first. */
  let table: Item[];
  let reads: number;
  let started: string[];
  let ends: Map<string, PromiseWithResolvers<void>>;
  let reports: string[];
  let loop: DueLoop<Item>;
  beforeEach(() => {
    clock = new TestClock("2026-04-15T12:00:00Z");
    [table, reads, started, ends, reports] = [[], 0, [], new Map(), []];
    loop = new DueLoop<Item>({
      nowMs: clock.nowMs,
      setTimer: clock.setTimer,
      parallel: 2,
      read: (nowMs, limit) => {
        reads++;
        const due = table.filter(({ atMs }) => atMs <= nowMs).slice(0, limit);
        return { due, nextMs: table.find(({ atMs }) => atMs > nowMs)?.atMs ?? null };
      },
      run: async (item) => {
        started.push(item.id);
        const end = Promise.withResolvers<void>();
        ends.set(item.id, end);
        await end.promise;
        table = table.filter((other) => other !== item);
      },
      report: ({ message }) => reports.push(message),
    });
  });
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 5; i++) await new Promise(setImmediate);
  };
  const add = (...items: readonly (readonly [id: string, inMs: number])[]): void => {
    table.push(...items.map(([id, inMs]) => ({ id, atMs: clock.nowMs() + inMs })));
    table.sort((a, b) => a.atMs - b.atMs);
  };

  it("looks once a minute at most while nothing is due, and never while there is nothing", async () => {
    loop.start();
    await settle();
    clock.advance(3_600_000);
    await settle();
    assert.equal(reads, 1);
    add(["far", 3_600_000]);
    loop.wake();
    await settle();
    for (let i = 0; i < 59; i++) {
      clock.advance(60_000);
      await settle();
    }
    assert.deepEqual([reads, started], [61, []]);
    clock.advance(60_000);
    await settle();
    assert.deepEqual(started, ["far"]);
  });

  it("begins nothing before it is started, and then in order, so many at once and no item twice", async () => {
    add(["c", -1], ["a", -3], ["b", -2]);
    loop.wake();
    await settle();
    assert.deepEqual(started, []);
    loop.start();
    await settle();
    for (let i = 0; i < 3; i++) loop.wake();
    await settle();
    assert.deepEqual(started, ["a", "b"]);
    ends.get("b")?.resolve();
    await settle();
    assert.deepEqual(started, ["a", "b", "c"]);
    ends.get("a")?.resolve();
    ends.get("c")?.resolve();
    await settle();
    assert.deepEqual([started, table], [["a", "b", "c"], []]);
  });

  it("does not do again at once what has failed", async () => {
    add(["a", 0]);
    loop.start();
    await settle();
    ends.get("a")?.reject(new Error("broken"));
    await settle();
    assert.deepEqual([started, reports], [["a"], ["broken"]]);
    clock.advance(1_000);
    await settle();
    assert.deepEqual(started, ["a", "a"]);
  });

  it("closes when what runs is over", async () => {
    add(["a", 0], ["b", 0], ["c", 0]);
    loop.start();
    await settle();
    let isClosed = false;
    const closed = loop.close().then(() => {
      isClosed = true;
    });
    await settle();
    assert.equal(isClosed, false);
    for (const end of ends.values()) end.resolve();
    await closed;
    await settle();
    assert.deepEqual(started, ["a", "b"]);
  });
});
