import assert from "node:assert/strict";
import { test } from "node:test";
import { LineTable } from "./line-table.ts";

test("an offset is a line and a column", () => {
  const table = new LineTable("ab\n\ncd");
  const positions = [0, 1, 2, 3, 4, 5, 6].map((offset) => {
    const { line, column } = table.position(offset);
    return `${line}:${column}`;
  });
  assert.deepEqual(positions, ["1:0", "1:1", "1:2", "2:0", "3:0", "3:1", "3:2"]);
});
