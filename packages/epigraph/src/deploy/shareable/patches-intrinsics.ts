import type { AnyNode, Identifier, Pattern, Program } from "acorn";
import { isFunction, propertyName } from "../syntax/linked-modules.ts";
import { boundIdentifiers, type Names, resolveNames, type Variable } from "../syntax/names.ts";
import { isReference, isTarget, walk } from "./uses.ts";

/**
 * Whether a module in wrapper form may change what belongs to the language or the platform: the global object, and
 * objects that are reached from it. It looks for writes to a global or a part of it, to a `prototype`, `__proto__` or
 * `constructor` that is not the module's own, for the functions of `Object` and `Reflect` that change their first
 * argument, and for the global object or a global's prototype being handed to somebody. A module that gets hold of such
 * an object in yet another way is not found: what then stays is in docs/COMPATIBILITY.md.
 */
export function patchesIntrinsics(program: Program): boolean {
  const finder = new PatchFinder(resolveNames(program), program);
  let isFound = false;
  walk(program, (node, around) => {
    isFound ||= finder.isPatch(node, around);
  });
  return isFound;
}

/** What an expression may give. */
type Origin =
  /** The global object, or the prototype of a global: who has it can change it. */
  | "root"
  /** Something that belongs to the language or the platform, or may. */
  | "part"
  | null;

const GLOBAL_OBJECT: ReadonlySet<string> = new Set(["globalThis", "self"]);
/** Free names that are no globals: parameters of the wrapper, and constants. */
const NOT_GLOBAL: ReadonlySet<string> = new Set(
  "require module exports arguments undefined NaN Infinity".split(" "),
);
const PROTOTYPES: ReadonlySet<string> = new Set(["prototype", "__proto__", "constructor"]);
/** Functions of `Object`, `Reflect` and objects that change their first argument, or what they are called on. */
const CHANGING: ReadonlySet<string> = new Set(
  "assign defineProperty defineProperties deleteProperty freeze preventExtensions seal set setPrototypeOf".split(
    " ",
  ),
);
const CHANGING_METHODS: ReadonlySet<string> = new Set(["__defineGetter__", "__defineSetter__"]);
/** Functions that look at what they are given and no more. */
const READING: ReadonlySet<string> = new Set(
  "apply construct create entries get getOwnPropertyDescriptor getOwnPropertyDescriptors getOwnPropertyNames getOwnPropertySymbols getPrototypeOf has hasOwn hasOwnProperty is isExtensible isFrozen isPrototypeOf keys ownKeys propertyIsEnumerable values".split(
    " ",
  ),
);

class PatchFinder {
  readonly #names: Names;
  /** What is given to variables, as far as the module says so. */
  readonly #values = new Map<Variable, AnyNode[]>();
  readonly #origins = new Map<Variable, Origin>();

  constructor(names: Names, program: Program) {
    this.#names = names;
    walk(program, (node) => this.#collect(node));
  }

  isPatch(node: AnyNode, around: readonly AnyNode[]): boolean {
    const parent = around.at(-1);
    if (parent === undefined) return false;
    if (node.type === "CallExpression") return this.#isChangingCall(node);
    if (node.type !== "Identifier" && node.type !== "MemberExpression") return false;
    if (node.type === "Identifier" && !isReference(node, parent)) return false;
    if (isTarget(node, parent, around.at(-2)) || isPatternPart(node, around))
      return this.#isForeignTarget(node);
    return this.#origin(node) === "root" && escapes(node, around);
  }

  #collect(node: AnyNode): void {
    if (node.type === "VariableDeclarator" && node.init != null) this.#give(node.id, node.init);
    if (node.type === "AssignmentExpression" && node.left.type !== "MemberExpression")
      this.#give(node.left, node.right);
    if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") this.#give(node.id, node);
    if (node.type === "FunctionExpression" || node.type === "ClassExpression") this.#give(node.id, node);
  }

  #give(pattern: Pattern | null | undefined, value: AnyNode): void {
    if (pattern == null) return;
    for (const identifier of boundIdentifiers(pattern)) {
      const variable = this.#names.get(identifier);
      if (variable === undefined) continue;
      const values = this.#values.get(variable) ?? [];
      this.#values.set(variable, values);
      values.push(value);
    }
  }

  #isForeignTarget(node: AnyNode): boolean {
    if (node.type === "Identifier") return this.#isGlobal(node);
    return node.type === "MemberExpression" && this.#origin(node.object) !== null;
  }

  #isChangingCall({ callee, arguments: [first] }: Extract<AnyNode, { type: "CallExpression" }>): boolean {
    const name = this.#functionName(callee);
    if (name !== null && CHANGING_METHODS.has(name)) return true;
    return name !== null && first !== undefined && CHANGING.has(name) && this.#origin(first) !== null;
  }

  /** Last name of a function of a global: `defineProperty`, also where it has another one (`__defProp`). */
  #functionName(callee: AnyNode): string | null {
    if (callee.type === "MemberExpression") {
      return this.#origin(callee.object) === null ? null : propertyName(callee.property, callee.computed);
    }
    if (callee.type !== "Identifier") return null;
    const variable = this.#names.get(callee);
    const [value] = (variable && this.#values.get(variable)) ?? [];
    if (value?.type !== "MemberExpression") return this.#destructuredName(callee, value);
    return this.#functionName(value);
  }

  /** `const { defineProperty } = Object` */
  #destructuredName(callee: Identifier, value: AnyNode | undefined): string | null {
    return value !== undefined && this.#origin(value) !== null ? callee.name : null;
  }

  #isGlobal(node: Identifier): boolean {
    return !this.#names.has(node) && !NOT_GLOBAL.has(node.name);
  }

  #origin(node: AnyNode): Origin {
    switch (node.type) {
      case "Identifier": {
        const variable = this.#names.get(node);
        if (variable !== undefined) return this.#originOfVariable(variable);
        if (GLOBAL_OBJECT.has(node.name)) return "root";
        return this.#isGlobal(node) ? "part" : null;
      }
      case "MemberExpression":
        return this.#originOfMember(node);
      case "CallExpression":
        // `Object.getPrototypeOf(async function () {})`
        return this.#functionName(node.callee) === "getPrototypeOf" ? "part" : null;
      case "LogicalExpression":
        return this.#any([node.left, node.right]);
      case "ConditionalExpression":
        return this.#any([node.consequent, node.alternate]);
      case "AssignmentExpression":
        return this.#origin(node.right);
      case "SequenceExpression":
        return this.#any(node.expressions.slice(-1));
      case "ChainExpression":
      case "ParenthesizedExpression":
        return this.#origin(node.expression);
      default:
        return null;
    }
  }

  #originOfMember({ object, property, computed }: Extract<AnyNode, { type: "MemberExpression" }>): Origin {
    const name = object.type === "Super" ? null : propertyName(property, computed);
    const origin = this.#origin(object);
    if (name !== null && GLOBAL_OBJECT.has(name) && origin === "root") return "root";
    if (name === "prototype" && origin !== null) return "root";
    if (origin !== null) return "part";
    return name !== null && PROTOTYPES.has(name) && !this.#isOwn(object) ? "part" : null;
  }

  #originOfVariable(variable: Variable): Origin {
    const known = this.#origins.get(variable);
    if (known !== undefined) return known;
    // Variables that are made of one another.
    this.#origins.set(variable, null);
    const origin = this.#any(this.#values.get(variable) ?? []);
    this.#origins.set(variable, origin);
    return origin;
  }

  #any(nodes: readonly AnyNode[]): Origin {
    const origins = nodes.map((node) => this.#origin(node));
    return origins.includes("root") ? "root" : origins.includes("part") ? "part" : null;
  }

  /** Whether an expression is a function or class of the module. */
  #isOwn(node: AnyNode): boolean {
    if (isFunction(node) || node.type === "ClassDeclaration" || node.type === "ClassExpression") return true;
    // `__name(class { … }, "Failure")`
    if (node.type === "CallExpression")
      return node.arguments[0] !== undefined && this.#isOwn(node.arguments[0]);
    if (node.type === "AssignmentExpression") return this.#isOwn(node.right);
    if (node.type !== "Identifier") return false;
    const variable = this.#names.get(node);
    const values = (variable && this.#values.get(variable)) ?? [];
    return values.length > 0 && values.every((value) => value !== node && this.#isOwn(value));
  }
}

/** Part of a pattern that an assignment fills: `[Array.prototype.map] = [replaced]`. */
function isPatternPart(node: AnyNode, around: readonly AnyNode[]): boolean {
  const parent = around.at(-1);
  if (parent?.type === "ArrayPattern" || parent?.type === "RestElement") return isAssigned(around);
  if (parent?.type === "AssignmentPattern") return parent.left === node && isAssigned(around);
  return parent?.type === "Property" && parent.value === node && around.at(-2)?.type === "ObjectPattern"
    ? isAssigned(around)
    : false;
}

function isAssigned(around: readonly AnyNode[]): boolean {
  const outer = around.findLast(({ type }) => !/Pattern$|^(?:Property|RestElement)$/.test(type));
  return outer?.type === "AssignmentExpression" || outer?.type === "ForOfStatement";
}

/** Whether somebody gets the value of an expression that the analysis does not follow. */
function escapes(node: AnyNode, around: readonly AnyNode[]): boolean {
  const parent = around.at(-1);
  switch (parent?.type) {
    case "MemberExpression":
      return parent.object !== node && parent.computed;
    case "UnaryExpression":
    case "BinaryExpression":
    case "ExpressionStatement":
    case "IfStatement":
      return false;
    // What these give is looked at there.
    case "LogicalExpression":
    case "ConditionalExpression":
    case "ChainExpression":
    case "ParenthesizedExpression":
    case "SequenceExpression":
      return escapes(parent, around.slice(0, -1));
    case "VariableDeclarator":
      return false;
    case "AssignmentExpression":
      return parent.left.type === "MemberExpression" || escapes(parent, around.slice(0, -1));
    case "CallExpression":
      return parent.callee !== node && !isReadingCall(parent.callee);
    default:
      return true;
  }
}

function isReadingCall(callee: AnyNode): boolean {
  if (callee.type !== "MemberExpression") return false;
  const name = propertyName(callee.property, callee.computed);
  return name !== null && READING.has(name);
}
