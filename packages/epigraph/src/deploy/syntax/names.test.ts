import assert from "node:assert/strict";
import { test } from "node:test";
import { type Identifier, parse } from "acorn";
import { resolveNames } from "./names.ts";

/** The source with a number behind each name: equal numbers, equal variables; names that nobody declares have none. */
function numbered(source: string): string {
  const program = parse(source, { ecmaVersion: "latest", sourceType: "module" });
  const numbers = new Map<unknown, number>();
  const marks = [...resolveNames(program)].map(([identifier, variable]: [Identifier, unknown]) => {
    if (!numbers.has(variable)) numbers.set(variable, numbers.size + 1);
    return [identifier.end, numbers.get(variable)] as const;
  });
  marks.sort(([a], [b]) => b - a);
  return marks.reduce((text, [end, number]) => text.slice(0, end) + number + text.slice(end), source);
}

const cases: readonly (readonly [name: string, expected: string])[] = [
  ["declarations and their uses", "const a1 = 1; a1; b;"],
  ["properties are no names", "const a1 = { a: a1 }; a1.a; a1[a1]; class B2 { a = a1; [a1]() {} }"],
  ["short properties are", "const a1 = 1, c2 = { a1 };"],
  ["blocks have their own", "let a1 = 1; { let a2 = 2; a2; } a1;"],
  ["var belongs to the function", "function f1() { { var a2 = 1; } return a2; } { var c3; } c3;"],
  [
    "parameters, with patterns and defaults",
    "const b1 = 1; const f2 = ({ a: a3, ...r4 }, [c5] = b1) => [a3, r4, c5];",
  ],
  ["functions are seen before they stand", "f1(); function f1() {} { g2(); function g2() {} }"],
  ["a function expression knows its name", "const a1 = function b2() { return b2; };"],
  ["a class expression too", "const a1 = class b2 { m() { return b2; } };"],
  ["loops", "const i1 = 0; for (let i2 = 0; i2 < 1; i2++) i2; for (const i3 of [0]) i3; i1;"],
  ["catch", "const e1 = 0; try {} catch (e2) { e2; } e1;"],
  ["switch", "const a1 = 1; switch (a1) { case a1: let b2 = a1; b2; } "],
  ["labels are no names", "const a1 = 1; a: for (;;) { break a; }"],
  ["imports and exports", 'import { x as a1, b2 } from "m"; export { a1 as x, b2 }; export { c } from "m";'],
  ["exported declarations", "export const a1 = 1; export default function b2() { return a1; }"],
  ["static blocks", "class A1 { static { var b2 = A1; b2; } }"],
];
for (const [name, expected] of cases) {
  test(`names are resolved: ${name}`, () => {
    assert.equal(numbered(expected.replace(/([A-Za-z])\d/g, "$1")), expected);
  });
}
