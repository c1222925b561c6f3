import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OneTimeLinks } from "./one-time-links.ts";

const HOUR_MS = 3_600_000;

describe("one-time links", () => {
  const make = (): { readonly links: OneTimeLinks; readonly clock: { nowMs: number } } => {
    const clock = { nowMs: 1_000 };
    let next = 0;
    return {
      clock,
      links: new OneTimeLinks({ nowMs: () => clock.nowMs, newToken: () => `token ${next++}` }),
    };
  };

  it("are good once, and only those that were made", () => {
    const { links } = make();
    const used: number[] = [];
    links.onUse(() => used.push(1));
    const token = links.create();
    assert.equal(links.use("guess"), false);
    assert.equal(links.use(token), true);
    assert.equal(links.use(token), false);
    assert.equal(used.length, 1);
  });

  it("end after twelve hours", () => {
    const { links, clock } = make();
    const token = links.create();
    clock.nowMs += 12 * HOUR_MS;
    assert.equal(links.use(token), false);
  });

  it("are kept in a bounded number: the oldest go", () => {
    const { links } = make();
    const first = links.create();
    const others = Array.from({ length: 100 }, () => links.create());
    assert.equal(links.use(first), false);
    assert.equal(links.use(others[0] as string), true);
  });
});
