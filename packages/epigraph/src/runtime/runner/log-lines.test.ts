import assert from "node:assert/strict";
import { it } from "node:test";
import { LogLines } from "./log-lines.ts";

const NOW = (): number => 5;

it("the line at the limit says that the rest is left out", () => {
  const heard: string[] = [];
  const lines = new LogLines(NOW, ({ text }) => heard.push(text));
  for (let i = 0; i < 300; i++) lines.add("LOG", `${i}`, null);
  assert.equal(lines.all.length, 256);
  assert.equal(lines.all[254]?.text, "254");
  assert.deepEqual(lines.all[255], {
    level: "ERROR",
    text: "Log overflow (maximum 256). Remaining log lines omitted.",
    path: null,
    timeMs: 5,
  });
  assert.equal(heard.length, 256);
});

it("a long line is cut, and says so", () => {
  const lines = new LogLines(NOW);
  lines.add("INFO", "x".repeat(32_768), "a.js:b");
  lines.add("INFO", "x".repeat(32_769), "a.js:b");
  assert.equal(lines.all[0]?.text.length, 32_768);
  assert.equal(lines.all[1]?.text, `${"x".repeat(32_768)} (truncated due to length)`);
});

it("a line is measured in bytes, and cut between characters", () => {
  const lines = new LogLines(NOW);
  for (const text of ["é".repeat(16_384), "é".repeat(16_385), `${"x".repeat(32_766)}😀`])
    lines.add("LOG", text, null);
  assert.deepEqual(
    lines.all.map(({ text }) => text),
    [
      "é".repeat(16_384),
      `${"é".repeat(16_384)} (truncated due to length)`,
      `${"x".repeat(32_766)} (truncated due to length)`,
    ],
  );
});

it("an execution that runs again starts with no lines", () => {
  const lines = new LogLines(NOW);
  lines.add("LOG", "first", null);
  lines.clear();
  lines.add("LOG", "second", null);
  assert.deepEqual(
    lines.all.map(({ text }) => text),
    ["second"],
  );
});
