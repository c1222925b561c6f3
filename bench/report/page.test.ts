import assert from "node:assert/strict";
import { test } from "node:test";
import { PARTS } from "../parts/part-names.ts";
import { renderPage } from "./page.ts";
import { sampleResult } from "./sample-result.ts";

const { date, machine, ...parts } = sampleResult();
const runs = new Map(PARTS.map((part) => [part, { date, machine }] as const));
const page = renderPage({ parts, runs }, "bench/results/linux-x64");

test("the page has a table for each workload, with every server at every number of connections", () => {
  for (const title of [
    "GET without database",
    "GET one indexed read of 10 documents",
    "POST the same read as JSON, by the name of the query",
    "POST one durable insert",
  ]) {
    const section = page.split(`## ${title}\n`)[1]?.split("\n## ")[0] ?? "";
    const rows = section.split("\n").filter((line) => line.startsWith("| "));
    assert.equal(rows.length, 2 + 3 * 4, title);
    assert.equal(rows[0], "| connections | server | requests/s | p50 ms | p99 ms | Epigraph ÷ it |");
    assert.equal(rows[2], "| 1 | Epigraph | 100 | 1.00 | 2.00 |  |");
    assert.equal(rows[3], "| 1 | Hono + better-sqlite3 | 100 | 1.00 | 2.00 | 1.00 (1.00–1.00) |");
  }
});

test("the page says which bars hold and which don't", () => {
  assert.match(
    page,
    /\| POST one durable insert: at least 2× Hono \+ better-sqlite3 \| 1\.00 \(.*\)× \| no \|/,
  );
  assert.match(page, /\| Memory of the process tree: under 200 MB idle \| 100 MB \| yes \|/);
});

test("the page names the machine, the versions, the rounds and the folder with all of them", () => {
  assert.match(page, /2031-05-06, Test CPU, 2 cores, 8 GB, linux x64, 6\.1\./);
  assert.match(page, /Epigraph 1\.2\.3 \(abcdef0\), Node\.js 26\.0\.0\./);
  assert.match(page, /5 rounds of 2 s/);
  assert.match(page, /\(\.\.\/bench\/results\/linux-x64\)/);
});

test("where parts come of different runs, the page says which come of which", () => {
  const later = new Map(runs).set("drain", { date: "2031-06-07T08:09:10.000Z", machine });
  const mixed = renderPage({ parts, runs: later }, "bench/results/linux-x64");
  assert.match(
    mixed,
    /^- start, memory, .*, large, import, upload, streams, inspector, realtime: 2031-05-06, Test CPU/m,
  );
  assert.match(mixed, /^- drain: 2031-06-07, Test CPU/m);
});

test("all rows of a table have as many cells as its head", () => {
  const tables = page.split("\n\n").filter((block) => block.startsWith("| "));
  assert.equal(tables.length, 18);
  for (const table of tables) {
    const cells = table
      .trim()
      .split("\n")
      .map((line) => line.split("|").length);
    assert.equal(new Set(cells).size, 1, table);
  }
});
