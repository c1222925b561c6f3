import type { AnyNode, CallExpression, Position, Program } from "acorn";
import { propertyName } from "./syntax/linked-modules.ts";
import { visit } from "./syntax/visit.ts";

/** Positions of calls of a function or method of that name, with at least so many arguments. */
export function findCalls(program: Program, name: string, minArguments = 0): readonly Position[] {
  const positions: Position[] = [];
  visit(program, (node) => {
    if (node.type !== "CallExpression" || node.arguments.length < minArguments) return;
    if (calleeName(node) !== name) return;
    const { callee } = node;
    const at: AnyNode = callee.type === "MemberExpression" ? callee.property : callee;
    positions.push(at.loc?.start as Position);
  });
  return positions;
}

/** Whether all `providers: …` of a file are empty lists. */
export function findEmptyProviders(program: Program): boolean {
  let found = false;
  let empty = true;
  visit(program, (node) => {
    if (node.type !== "Property" || propertyName(node.key, node.computed) !== "providers") return;
    found = true;
    empty &&= node.value.type === "ArrayExpression" && node.value.elements.length === 0;
  });
  return found && empty;
}

function calleeName({ callee }: CallExpression): string | null {
  if (callee.type === "Identifier") return callee.name;
  return callee.type === "MemberExpression" ? propertyName(callee.property, callee.computed) : null;
}
