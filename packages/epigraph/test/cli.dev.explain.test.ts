import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

describe("dev with EPIGRAPH_LOG=debug", async () => {
  const app = await startApp({ copyOf: fixture("functions"), env: { EPIGRAPH_LOG: "debug" } });
  after(() => app.stop());
  const functions = new FunctionCaller(app);

  it("shows that a full scan with a filter reads many documents for few", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ a: i, b: i < 38 ? 100 : 1 }));
    await functions.mutation("queries:fill", { rows });
    await functions.query("queries:filtered", { filter: "equals float 1" });
    const [block] = await app.waitForOutput(/^.*\[queries:filtered\] query took .*\n(?: {4}.*\n)+/m);
    const [first, ...reads] = block.trimEnd().split("\n");
    assert.match(
      first as string,
      /^\d\d:\d\d:\d\d \[queries:filtered\] query took \d+(?:\.\d)? ms, read 40 documents \(\d+(?:\.\d+)? KiB\)$/,
    );
    assert.match(
      reads.join("\n"),
      /^ {4}rows\.by_creation_time \[all\] asc: scanned 40, returned 2 \(\d+(?:\.\d+)? KiB\)$/,
    );
  });

  it("shows the bounds of an index range", async () => {
    const bounds = [
      ["eq", "a", 39],
      ["gte", "b", 1],
    ];
    await functions.query("queries:range", { bounds, order: "desc" });
    await app.waitForOutput(
      /\[queries:range\] query took .*\n {4}rows\.by_a_b \[a == 39\.0, b >= 1\.0\] desc: scanned 1, returned 1 /,
    );
  });

  it("shows what a mutation that ran again had lost against, and that the next attempt passed", async () => {
    await functions.mutation("nesting:increment");
    await Promise.all(Array.from({ length: 8 }, () => functions.mutation("nesting:increment")));
    await app.waitForOutput(
      /\[nesting:increment\] mutation took .*, \d attempts\n {4}attempt 1: ran \S+ ms, conflict after \S+ ms: another call of it wrote document \w{32} of counters\n(?: {4}attempt .* conflict .*\n)* {4}attempt \d: waited \S+ ms, ran \S+ ms, committed in \S+ ms\n {4}counters\.by_creation_time \[all\] asc: scanned 1, returned 1 /,
    );
  });
});

it("dev shows none of it unless told", async () => {
  await using app = await startApp({ copyOf: fixture("functions"), env: { EPIGRAPH_LOG: "info" } });
  const functions = new FunctionCaller(app);
  await functions.query("queries:newestFirst");
  await functions.errorOf("query", "limits:recurses");
  await app.waitForOutput(/\[limits:recurses\] query failed/);
  assert.doesNotMatch(app.output(), /took/);
});
