import type { AnyNode, CallExpression, ObjectExpression, Pattern } from "acorn";
import { propertyName } from "../syntax/linked-modules.ts";
import { Evaluator } from "./evaluator.ts";
import { CONSTANT, type ModuleExports, type Value } from "./value.ts";

/** What is known of a module's top level. */
export interface TopLevel {
  /** Whether every statement has one of the known forms. */
  readonly isKnown: boolean;
  readonly exports: ModuleExports;
  readonly evaluator: Evaluator;
}

/**
 * Goes through the statements of a module in wrapper form, and finds out what they make of which names. It knows few
 * forms, those that ordinary modules are made of; whatever else there is, is not known.
 * @param resolve what a specifier stands for; null for what is not known to be shareable.
 */
export function readTopLevel(
  body: readonly AnyNode[],
  source: string,
  resolve: (specifier: string) => Value | null,
): TopLevel {
  const reader = new TopLevelReader(new Evaluator(source, resolve));
  const isKnown = reader.read(body);
  return { isKnown, exports: reader.exports, evaluator: reader.evaluator };
}

class TopLevelReader {
  readonly evaluator: Evaluator;
  exports: ModuleExports = new Map();
  /** Exports whose getters may name what is declared further down. */
  readonly #pending: {
    readonly exports: Map<string, Value>;
    readonly name: string;
    readonly node: AnyNode;
  }[] = [];

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator;
  }

  read(body: readonly AnyNode[]): boolean {
    // Functions are there before anything runs.
    const functions = body.filter((statement) => statement.type === "FunctionDeclaration");
    const others = body.filter((statement) => statement.type !== "FunctionDeclaration");
    const declared = functions.map((node) => this.#declare(node.id?.name, this.evaluator.evaluate(node)));
    const isKnown = [...declared, ...others.map((statement) => this.#run(statement))].every(Boolean);
    for (const { exports, name, node } of this.#pending) {
      const value = this.evaluator.evaluate(node);
      if (value !== null) exports.set(name, value);
    }
    return isKnown;
  }

  #run(statement: AnyNode): boolean {
    switch (statement.type) {
      case "EmptyStatement":
        return true;
      case "ClassDeclaration":
        return this.#declare(statement.id?.name, this.evaluator.evaluate(statement));
      case "VariableDeclaration":
        if (!["var", "let", "const"].includes(statement.kind)) return false;
        return statement.declarations
          .map(({ id, init }) => this.#bind(id, init == null ? CONSTANT : this.evaluator.evaluate(init)))
          .every(Boolean);
      case "ExpressionStatement":
        return this.#runExpression(statement.expression);
      default:
        return false;
    }
  }

  #runExpression(expression: AnyNode): boolean {
    switch (expression.type) {
      case "SequenceExpression":
        return expression.expressions.map((part) => this.#runExpression(part)).every(Boolean);
      case "AssignmentExpression": {
        if (expression.operator !== "=" || !isModuleExports(expression.left)) return false;
        const value = this.evaluator.evaluate(expression.right);
        if (value?.kind !== "module") return false;
        this.exports = value.exports;
        return true;
      }
      case "CallExpression":
        return this.#fillExports(expression) || this.evaluator.evaluate(expression) !== null;
      default:
        return this.evaluator.evaluate(expression) !== null;
    }
  }

  /** `__export(exports, { list: () => list })` and `__reExport(exports, require("./a.js"), module.exports)` */
  #fillExports({ callee, arguments: args }: CallExpression): boolean {
    const helper = this.evaluator.evaluate(callee);
    const [target, given] = args;
    if (helper?.kind !== "helper" || target?.type !== "Identifier" || given === undefined) return false;
    const exports = this.#exportsOf(target.name);
    if (exports === null) return false;
    if (helper.name === "export" && given.type === "ObjectExpression")
      return this.#addGetters(exports, given);
    if (helper.name !== "reExport") return false;
    const source = this.evaluator.evaluate(given);
    if (source?.kind !== "module") return false;
    for (const [name, value] of source.exports) if (name !== "default") exports.set(name, value);
    return true;
  }

  /** `var a_exports = {}` becomes the object with a module's exports when they are put into it. */
  #exportsOf(name: string): Map<string, Value> | null {
    const value = this.evaluator.values.get(name);
    if (value?.kind === "module") return value.exports instanceof Map ? value.exports : null;
    if (value?.kind !== "literal" || !value.isEmpty) return null;
    const exports = new Map<string, Value>();
    const namespace: Value = { kind: "module", exports };
    this.evaluator.values.set(name, namespace);
    this.evaluator.own.add(namespace);
    return exports;
  }

  #addGetters(exports: Map<string, Value>, { properties }: ObjectExpression): boolean {
    return properties.every((property) => {
      if (property.type !== "Property" || property.computed) return false;
      const name = propertyName(property.key, false);
      const getter = property.value;
      if (name === null || getter.type !== "ArrowFunctionExpression" || getter.params.length > 0)
        return false;
      this.#pending.push({ exports, name, node: getter.body });
      return true;
    });
  }

  #bind(pattern: Pattern, value: Value | null): boolean {
    if (value === null) return false;
    if (pattern.type === "Identifier") return this.#declare(pattern.name, value);
    if (pattern.type !== "ObjectPattern") return false;
    return pattern.properties.every((property) => {
      if (property.type !== "Property" || property.computed) return false;
      const name = propertyName(property.key, false);
      return name !== null && this.#bind(property.value, this.evaluator.member(value, name));
    });
  }

  #declare(name: string | undefined, value: Value | null): boolean {
    if (name === undefined || value === null || this.evaluator.values.has(name)) return false;
    this.evaluator.values.set(name, value);
    return true;
  }
}

function isModuleExports(node: AnyNode): boolean {
  return (
    node.type === "MemberExpression" &&
    node.object.type === "Identifier" &&
    node.object.name === "module" &&
    propertyName(node.property, node.computed) === "exports"
  );
}
