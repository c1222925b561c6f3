import type { AnyNode, CallExpression, Program } from "acorn";
import { isFunction, propertyName } from "../syntax/linked-modules.ts";
import { boundIdentifiers } from "../syntax/names.ts";
import type { Evaluator } from "./evaluator.ts";
import { CHANGING_METHODS } from "./sdk-makers.ts";
import { isReference, type Use, useOf, walk } from "./uses.ts";
import { fragileParts, isFragile, type Value } from "./value.ts";

/** What a module does with what stands at the top levels of modules: its own and those it imports. */
export interface UsesReport {
  /** Whether it leaves the names of its own top level as they are. */
  readonly isClean: boolean;
  /** Values, of whatever module, that it changes, or hands to somebody who might. */
  readonly harmed: ReadonlySet<Value>;
}

/**
 * Looks at everything in a module, functions included, that names something of a top level. Names count, not scopes:
 * where a name is taken esbuild finds another one, and if it did not, more would be found here, not less.
 */
export function checkUses(program: Program, evaluator: Evaluator): UsesReport {
  const checker = new UsesChecker(evaluator);
  walk(program, (node, around) => checker.see(node, around));
  return checker;
}

/** Methods of arrays, strings and the like that leave what they are called on alone. */
const READING_METHODS: ReadonlySet<string> = new Set(
  "at concat entries every filter find findIndex findLast findLastIndex flat flatMap forEach includes indexOf join keys lastIndexOf map reduce reduceRight slice some toReversed toSorted toSpliced toString values with".split(
    " ",
  ),
);

class UsesChecker implements UsesReport {
  isClean = true;
  readonly harmed: Set<Value> = new Set();
  readonly #evaluator: Evaluator;
  /** Of functions and classes that have a name inside of themselves only. */
  readonly #ownNames = new Set<string>();

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator;
  }

  see(node: AnyNode, around: readonly AnyNode[]): void {
    switch (node.type) {
      case "AssignmentExpression":
        this.#assign(boundIdentifiers(node.left).map(({ name }) => name));
        return;
      case "UpdateExpression":
        if (node.argument.type === "Identifier") this.#assign([node.argument.name]);
        return;
      case "ForInStatement":
      case "ForOfStatement":
        if (node.left.type !== "VariableDeclaration") {
          this.#assign(boundIdentifiers(node.left).map(({ name }) => name));
        }
        return;
      case "FunctionExpression":
      case "ClassExpression":
        // By that name it could be given properties.
        if (node.id != null) this.#ownNames.add(node.id.name);
        return;
      case "CallExpression":
        if (isRequire(node)) this.#require(node, around);
        return;
      case "Identifier":
        if (isReference(node, around.at(-1))) this.#mention(node, node.name, around);
        return;
    }
  }

  #assign(names: readonly string[]): void {
    if (names.some((name) => this.#evaluator.values.has(name))) this.isClean = false;
  }

  #mention(node: AnyNode, name: string, around: readonly AnyNode[]): void {
    const value = this.#evaluator.values.get(name);
    if (value === undefined) {
      if (this.#ownNames.has(name) && useOf(node, around) === "change") this.isClean = false;
      return;
    }
    this.#follow(value, node, around);
  }

  /** From a module to what it exports, to what that exports if it is a module again, and to what happens to it. */
  #follow(value: Value, expression: AnyNode, around: readonly AnyNode[]): void {
    if (value.kind !== "module") {
      this.#use(value, expression, around);
      return;
    }
    const parent = around.at(-1);
    const property =
      parent?.type === "MemberExpression" && parent.object === expression
        ? propertyName(parent.property, parent.computed)
        : null;
    const exported = property === null ? undefined : value.exports.get(property);
    if (parent !== undefined && exported !== undefined) {
      this.#follow(exported, parent, around.slice(0, -1));
      return;
    }
    const use = useOf(expression, around);
    if (use === "change") this.isClean = false;
    if (property !== null || this.#isHelperArgument(expression, parent)) return;
    if (use === "export" && this.#isExport(around)) return;
    if (typeof use === "object" && "alias" in use && this.#evaluator.values.get(use.alias) === value) return;
    this.#handOver(value);
  }

  /** `__export(exports, { … })` */
  #isHelperArgument(node: AnyNode, parent: AnyNode | undefined): boolean {
    return (
      parent?.type === "CallExpression" &&
      parent.callee !== node &&
      this.#evaluator.evaluate(parent.callee)?.kind === "helper"
    );
  }

  #use(value: Value, expression: AnyNode, around: readonly AnyNode[]): void {
    const use = useOf(expression, around);
    if (use === "change") {
      this.isClean = false;
      if (value.kind !== "constant") this.harmed.add(value);
    } else if (!this.#isHarmless(value, use, expression, around)) {
      this.harmed.add(value);
    }
  }

  #isHarmless(value: Value, use: Use, expression: AnyNode, around: readonly AnyNode[]): boolean {
    // What has another name is looked at by that name too.
    if (typeof use === "object" && "alias" in use) {
      return !isFragile(value) || this.#evaluator.values.get(use.alias) === value;
    }
    const method = typeof use === "object" ? use : null;
    switch (value.kind) {
      case "made":
        return method === null || !CHANGING_METHODS.has(method.method) || this.#isBuilding(value, method);
      case "router":
        if (use === "export") return this.#isExport(around);
        return method?.method === "route" && this.#isBuilding(value, method);
      case "set":
        if (use === "export") return this.#isExport(around);
        return method === null ? use !== "escape" : method.method === "has";
      case "literal":
        if (use === "export") return this.#isExport(around);
        if (this.#isMakerArgument(expression, around)) return true;
        if (!value.isFlat) return false;
        if (method === null) return use !== "escape";
        return value.properties.has(method.method) || READING_METHODS.has(method.method);
      default:
        return true;
    }
  }

  /** Whether what looks like an export's getter is one. */
  #isExport(around: readonly AnyNode[]): boolean {
    const call = around.findLast((node) => node.type === "CallExpression");
    return call?.type === "CallExpression" && this.#evaluator.evaluate(call.callee)?.kind === "helper";
  }

  /** While the module is evaluated, what it makes is not finished. */
  #isBuilding(value: Value, { isAtTopLevel }: { readonly isAtTopLevel: boolean }): boolean {
    return isAtTopLevel && this.#evaluator.own.has(value);
  }

  /** Part of what the SDK is called with: `query({ args: { ...paging, author: v.string() } })`. */
  #isMakerArgument(expression: AnyNode, around: readonly AnyNode[]): boolean {
    let node = expression;
    for (const parent of around.toReversed()) {
      if (parent.type === "CallExpression")
        return parent.callee !== node && this.#evaluator.isMakerCall(parent);
      const isPart =
        parent.type === "ObjectExpression" ||
        parent.type === "ArrayExpression" ||
        parent.type === "SpreadElement" ||
        (parent.type === "Property" && parent.value === node);
      if (!isPart) return false;
      node = parent;
    }
    return false;
  }

  /** Somebody may have it, and all it exports if it is a module. */
  #handOver(value: Value): void {
    for (const part of fragileParts(value)) this.harmed.add(part);
  }

  /** A module that is not bound to a name of the top level, as at `import()`. */
  #require(call: CallExpression, around: readonly AnyNode[]): void {
    const [parent, grandparent] = around.toReversed();
    const isBound = [parent, grandparent].some((node) => node?.type === "VariableDeclarator");
    if (isBound && !around.some(isFunction)) return;
    const value = this.#evaluator.evaluate(call);
    if (value !== null) this.#handOver(value);
  }
}

/** `require("./a.js")`, which in wrapper form only esbuild writes. */
export function isRequire(node: AnyNode): node is CallExpression {
  return (
    node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "require"
  );
}
