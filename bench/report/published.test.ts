import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { publish, readPublished } from "./published.ts";
import { sampleResult } from "./sample-result.ts";

test("what is published of a part stays until that part is published again", () => {
  const folder = mkdtempSync(join(tmpdir(), "epigraph-bench-"));
  try {
    const first = { ...sampleResult(), upload: null };
    publish(folder, first);
    const drain = { ...first.drain!, perSecond: 7 };
    const nothing = Object.fromEntries(Object.keys(first).map((key) => [key, null]));
    const second = { ...(nothing as unknown as typeof first), machine: first.machine, drain };
    publish(folder, { ...second, date: "2031-06-07T08:09:10.000Z" });
    const { parts, runs } = readPublished(folder);
    const { date: _date, machine: _machine, ...published } = first;
    assert.deepEqual(parts, { ...published, drain });
    assert.equal(runs.get("memory")?.date, first.date);
    assert.equal(runs.get("drain")?.date, "2031-06-07T08:09:10.000Z");
    assert.equal(runs.has("upload"), false);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
