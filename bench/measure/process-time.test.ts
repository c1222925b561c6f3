import assert from "node:assert/strict";
import { test } from "node:test";
import { measureTreeTime } from "./process-time.ts";

test("the time of this process grows with what it does", { skip: process.platform !== "linux" }, () => {
  const before = measureTreeTime(process.pid) as number;
  const own = process.cpuUsage();
  const wantedUs = 100_000;
  while (process.cpuUsage(own).user + process.cpuUsage(own).system < wantedUs);
  const grown = (measureTreeTime(process.pid) as number) - before;
  assert.ok(grown >= 80, `${grown} ms`);
});
