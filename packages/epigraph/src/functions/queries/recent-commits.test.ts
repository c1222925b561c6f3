import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { IndexReads } from "../../database/commit-request.ts";
import { keyText } from "../../database/committer/key-text.ts";
import { ticksFromMilliseconds } from "../../store/ticks.ts";
import { RecentCommits } from "./recent-commits.ts";

const INDEX = 1001;

function reads(...bytes: number[]): readonly IndexReads[] {
  return [{ index: INDEX, ranges: [{ start: Uint8Array.from(bytes), end: Uint8Array.from([...bytes, 0]) }] }];
}

function touching(ts: number, byte: number): { ts: number; touched: (number | string)[] } {
  return { ts, touched: [INDEX, keyText(Uint8Array.of(byte))] };
}

describe("recent commits", () => {
  it("tell what was touched after a timestamp", () => {
    const recent = new RecentCommits();
    recent.begin(100);
    recent.add(touching(101, 1));
    recent.add(touching(102, 2));
    assert.equal(recent.newest, 102);
    assert.deepEqual(
      [100, 101, 102].map((ts) => [recent.touchedSince(ts, reads(1)), recent.touchedSince(ts, reads(2))]),
      [
        [true, true],
        [false, true],
        [false, false],
      ],
    );
  });

  it("can't tell what was before they began, and say so", () => {
    const recent = new RecentCommits();
    recent.begin(100);
    assert.equal(recent.touchedSince(99, reads(1)), true);
    recent.add(touching(101, 1));
    recent.begin(200);
    assert.equal(recent.touchedSince(101, reads(9)), true);
    assert.equal(recent.touchedSince(200, reads(1)), false);
  });

  it("forget what is older than some seconds, and can't tell any more then", () => {
    const recent = new RecentCommits();
    const second = ticksFromMilliseconds(1000);
    recent.begin(1000 * second);
    for (let i = 0; i < 600; i++) recent.add(touching(1000 * second + i * second + 1, i % 256));
    assert.equal(recent.touchedSince(recent.newest - 5 * second, reads(0, 0)), false);
    assert.equal(recent.touchedSince(1001 * second, reads(0, 0)), true);
  });

  it("hold no more keys than some, whatever is written", () => {
    const recent = new RecentCommits();
    recent.begin(1);
    for (let ts = 2; ts < 250_000; ts++) recent.add(touching(ts, ts % 256));
    assert.equal(recent.touchedSince(2, reads(0, 0)), true);
    assert.equal(recent.touchedSince(249_000, reads(0, 0)), false);
  });

  it("resolve who waits for a timestamp once it has been reached, and not before", async () => {
    const recent = new RecentCommits();
    recent.begin(100);
    await recent.reached(100);
    const reached: string[] = [];
    void recent.reached(103).then(() => reached.push("103"));
    void recent.reached(102).then(() => reached.push("102"));
    recent.add(touching(101, 1));
    await Promise.resolve();
    assert.deepEqual(reached, []);
    recent.add(touching(103, 1));
    await new Promise(setImmediate);
    assert.deepEqual(reached.sort(), ["102", "103"]);
  });
});
