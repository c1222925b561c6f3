import type { AnyNode, Class } from "acorn";
import { type FunctionNode, isFunction } from "../syntax/linked-modules.ts";
import { children } from "../syntax/visit.ts";

/**
 * Whether a function that a module's top level makes can't reach itself or the object it is kept in: one that mentions
 * `this` might keep state there.
 */
export function isWithoutThis(node: FunctionNode): boolean {
  return [...node.params, node.body].every((part) => !mentionsThis(part));
}

function mentionsThis(node: AnyNode): boolean {
  if (node.type === "ThisExpression" || node.type === "Super") return true;
  // Functions that this one makes are made anew at each call; arrows have the same `this`.
  if (isFunction(node) && node.type !== "ArrowFunctionExpression") return false;
  if (node.type === "ClassBody") return false;
  return children(node).some(mentionsThis);
}

/**
 * Whether a class keeps no state of its own, and stays the class it was when it is frozen. Methods would not: an
 * object could no longer be given a property of a method's name.
 * @param isNameHelper whether a callee is the helper with which esbuild keeps names.
 */
export function isPlainClass({ body }: Class, isNameHelper: (callee: AnyNode) => boolean): boolean {
  return body.body.every((member) => {
    switch (member.type) {
      case "MethodDefinition":
        return member.kind === "constructor";
      case "PropertyDefinition":
        return !member.static && !member.computed;
      default:
        return isNaming(member, isNameHelper);
    }
  });
}

/** `static { __name(this, "Failure"); }` */
function isNaming(member: AnyNode, isNameHelper: (callee: AnyNode) => boolean): boolean {
  if (member.type !== "StaticBlock" || member.body.length !== 1) return false;
  const [statement] = member.body;
  if (statement?.type !== "ExpressionStatement" || statement.expression.type !== "CallExpression")
    return false;
  const { callee, arguments: args } = statement.expression;
  return isNameHelper(callee) && args[0]?.type === "ThisExpression" && args[1]?.type === "Literal";
}
