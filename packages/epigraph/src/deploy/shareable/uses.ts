import type { AnyNode, CallExpression } from "acorn";
import { isFunction, propertyName } from "../syntax/linked-modules.ts";
import { children } from "../syntax/visit.ts";

/** What happens to a value where a program mentions it. */
export type Use =
  /** It is changed, or may be. */
  | "change"
  /** One of its properties is read. */
  | "property"
  /** One of its methods is called. */
  | { readonly method: string; readonly isAtTopLevel: boolean }
  /** It gets another name. */
  | { readonly alias: string }
  /** What it holds is read, one after the other. */
  | "contents"
  /** It is put into another object or list as it is, part by part. */
  | "spread"
  /** It is called or constructed. */
  | "call"
  /** It is what a getter returns that may be an export's. */
  | "export"
  /** Anything else: somebody has it then. */
  | "escape";

/** Calls `see` for all nodes of a module with those around each, the innermost last. */
export function walk(node: AnyNode, see: (node: AnyNode, around: readonly AnyNode[]) => void): void {
  const around: AnyNode[] = [];
  const enter = (inner: AnyNode): void => {
    see(inner, around);
    around.push(inner);
    for (const child of children(inner)) enter(child);
    around.pop();
  };
  enter(node);
}

/** Whether an identifier reads or writes a variable: it is not the name of a property, a label or a declaration. */
export function isReference(node: AnyNode, parent: AnyNode | undefined): boolean {
  switch (parent?.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "Property":
      return parent.value === node || parent.computed;
    case "PropertyDefinition":
    case "MethodDefinition":
      return parent.value === node || parent.computed;
    case "VariableDeclarator":
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ClassDeclaration":
    case "ClassExpression":
      return parent.id !== node;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
      return false;
    default:
      return true;
  }
}

/** What happens to the value of an expression. */
export function useOf(expression: AnyNode, around: readonly AnyNode[]): Use {
  const parents = [...around];
  let node = expression;
  let parent = parents.pop();
  let property: string | null = null;
  let depth = 0;
  for (; parent !== undefined; node = parent, parent = parents.pop()) {
    if (parent.type === "ChainExpression" || parent.type === "ParenthesizedExpression") continue;
    // `(0, module.function)(…)`
    if (parent.type === "SequenceExpression" && parent.expressions.at(-1) === node) continue;
    if (parent.type !== "MemberExpression" || parent.object !== node) break;
    property = propertyName(parent.property, parent.computed);
    depth++;
  }
  if (parent === undefined) return "escape";
  if (isTarget(node, parent, parents.at(-1))) return "change";
  const isCallee =
    (parent.type === "CallExpression" || parent.type === "NewExpression") && parent.callee === node;
  if (depth > 0) {
    if (!isCallee || depth > 1) return "property";
    return { method: property ?? "", isAtTopLevel: !parents.some(isFunction) };
  }
  return isCallee ? "call" : plainUse(node, parent, parents);
}

function plainUse(node: AnyNode, parent: AnyNode, around: readonly AnyNode[]): Use {
  switch (parent.type) {
    case "SpreadElement":
      return "spread";
    case "BinaryExpression":
      return parent.operator === "in" && parent.right === node ? "contents" : "escape";
    case "ForOfStatement":
    case "ForInStatement":
      return parent.right === node ? "contents" : "escape";
    case "CallExpression":
      return argumentUse(parent);
    case "NewExpression":
      return parent.callee.type === "Identifier" && /^(?:Set|Map)$/.test(parent.callee.name)
        ? "contents"
        : "escape";
    case "VariableDeclarator":
      return parent.id.type === "Identifier" ? { alias: parent.id.name } : "contents";
    case "ArrowFunctionExpression":
      return parent.body === node && isExportGetter(parent, around) ? "export" : "escape";
    default:
      return "escape";
  }
}

const READERS: ReadonlySet<string> = new Set([
  "Object.keys",
  "Object.values",
  "Object.entries",
  "JSON.stringify",
]);

function argumentUse({ callee }: CallExpression): Use {
  if (callee.type !== "MemberExpression" || callee.object.type !== "Identifier") return "escape";
  const { name } = callee.object;
  const method = propertyName(callee.property, callee.computed);
  if (READERS.has(`${name}.${method}`)) return "contents";
  // Object.assign, Object.defineProperty, Object.setPrototypeOf, Reflect.set, and others that do no harm.
  return name === "Object" || name === "Reflect" ? "change" : "escape";
}

/** `f(exports, { list: () => list })` */
function isExportGetter(getter: AnyNode, around: readonly AnyNode[]): boolean {
  const [call, object, property] = around.slice(-3);
  return (
    property?.type === "Property" &&
    property.value === getter &&
    object?.type === "ObjectExpression" &&
    call?.type === "CallExpression" &&
    call.arguments[1] === object
  );
}

/** Whether an expression is what an assignment, `++`, `delete` or a loop writes to. */
export function isTarget(node: AnyNode, parent: AnyNode, grandparent: AnyNode | undefined): boolean {
  switch (parent.type) {
    case "AssignmentExpression":
      return parent.left === node;
    case "AssignmentPattern":
      return parent.left === node && node.type === "MemberExpression";
    case "UpdateExpression":
      return true;
    case "UnaryExpression":
      return parent.operator === "delete";
    case "ForOfStatement":
    case "ForInStatement":
      return parent.left === node;
    case "ArrayPattern":
    case "RestElement":
      return node.type === "MemberExpression";
    case "Property":
      return (
        grandparent?.type === "ObjectPattern" && parent.value === node && node.type === "MemberExpression"
      );
    default:
      return false;
  }
}
