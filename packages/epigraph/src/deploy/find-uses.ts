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

function calleeName({ callee }: CallExpression): string | null {
  if (callee.type === "Identifier") return callee.name;
  return callee.type === "MemberExpression" ? propertyName(callee.property, callee.computed) : null;
}
