import type { AnyNode, CallExpression, NewExpression, Pattern } from "acorn";
import { registeredHandlers } from "./registered-handlers.ts";
import {
  type FunctionNode,
  isFunction,
  type LinkedModules,
  type LocatedNode,
  propertyName,
} from "./syntax/linked-modules.ts";
import type { Variable } from "./syntax/names.ts";
import { visit } from "./syntax/visit.ts";

/** A member of a function's `ctx` that is used. */
export interface ContextUse {
  readonly name: string;
  /** Path of the module in the bundle, and the place in it. */
  readonly module: string;
  readonly offset: number;
}

export interface ContextUsesOptions {
  /** The members that matter. */
  readonly names: readonly string[];
  /** Whether a place is in a file of the app itself, where a parameter called `ctx` is a context, wherever it comes from. */
  readonly isOwnCode: (module: string, offset: number) => boolean;
}

/**
 * Finds the uses of some members of contexts: what handlers get as their first argument, wherever it goes from there
 * as far as the program says so: into variables, into helpers of other modules, spread into another object, as a
 * property of an argument. An object that no context flows into may have members of any name.
 */
export function findContextUses(program: LinkedModules, options: ContextUsesOptions): readonly ContextUse[] {
  const flow = new ContextFlow(program, options);
  flow.run();
  return flow.uses();
}

const RELEVANT: ReadonlySet<AnyNode["type"]> = new Set([
  "VariableDeclarator",
  "AssignmentExpression",
  "ObjectExpression",
  "ObjectPattern",
  "MemberExpression",
  "CallExpression",
  "NewExpression",
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

class ContextFlow {
  readonly #program: LinkedModules;
  readonly #options: ContextUsesOptions;
  readonly #contexts = new Set<Variable>();
  /** Names of properties that hold a context somewhere: `{ ctx, user }`, `this.ctx = ctx`. */
  readonly #properties = new Set<string>();
  /** Functions that return one. */
  readonly #makers = new Set<FunctionNode>();
  /** Patterns that take a context apart. */
  readonly #taken = new Set<Pattern>();
  /** Members that some object has of its own beside those of a context that is spread into it. */
  readonly #replaced = new Set<string>();
  readonly #nodes: readonly LocatedNode[];
  #changed = false;

  constructor(program: LinkedModules, options: ContextUsesOptions) {
    this.#program = program;
    this.#options = options;
    this.#nodes = program.nodes.filter(({ node }) => RELEVANT.has(node.type));
  }

  /** Each round follows contexts one step further, until there is nowhere left to go. */
  run(): void {
    for (const { node, module } of this.#nodes) this.#seed(node, module);
    do {
      this.#changed = false;
      for (const { node } of this.#nodes) this.#follow(node);
    } while (this.#changed);
  }

  uses(): readonly ContextUse[] {
    const uses: ContextUse[] = [];
    for (const { node, module } of this.#nodes) {
      for (const { name, at } of this.#members(node)) {
        if (!this.#options.names.includes(name) || this.#replaced.has(name)) continue;
        uses.push({ name, module, offset: at.start });
      }
    }
    return uses;
  }

  #seed(node: AnyNode, module: string): void {
    if (node.type === "CallExpression") {
      for (const handler of registeredHandlers(node, this.#program)) this.#bind(handler.params[0]);
    }
    if (!isFunction(node)) return;
    for (const parameter of node.params) {
      const target = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
      if (target.type !== "Identifier" || target.name !== "ctx") continue;
      if (this.#options.isOwnCode(module, target.start)) this.#bind(target);
    }
  }

  #follow(node: AnyNode): void {
    switch (node.type) {
      case "VariableDeclarator":
        if (node.init != null) this.#assign(node.id, node.init);
        return;
      case "AssignmentExpression":
        this.#assign(node.left, node.right);
        return;
      case "ObjectExpression": {
        const isContext = this.#isContext(node);
        for (const property of node.properties) {
          if (property.type !== "Property") continue;
          const name = propertyName(property.key, property.computed);
          if (name === null) continue;
          if (isContext) this.#add(this.#replaced, name);
          if (this.#isContext(property.value)) this.#add(this.#properties, name);
        }
        return;
      }
      case "CallExpression":
      case "NewExpression":
        this.#pass(node);
        return;
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        for (const parameter of node.params) this.#bindProperties(parameter);
        if (returned(node).some((value) => this.#isContext(value))) this.#add(this.#makers, node);
        return;
    }
  }

  #assign(target: Pattern, value: AnyNode): void {
    if (this.#isContext(value)) {
      const name = target.type === "MemberExpression" ? propertyName(target.property, target.computed) : null;
      if (name === null) this.#bind(target);
      else this.#add(this.#properties, name);
    } else {
      this.#bindProperties(target);
    }
  }

  #pass(call: CallExpression | NewExpression): void {
    const positions = call.arguments.flatMap((argument, index) => (this.#isContext(argument) ? [index] : []));
    if (positions.length === 0) return;
    for (const { params } of this.#program.functions(call.callee)) {
      for (const index of positions) this.#bind(params[index]);
    }
  }

  /** A context goes into a pattern. */
  #bind(pattern: Pattern | undefined): void {
    switch (pattern?.type) {
      case "Identifier": {
        const variable = this.#program.variable(pattern);
        if (variable !== null) this.#add(this.#contexts, variable);
        return;
      }
      case "AssignmentPattern":
        this.#bind(pattern.left);
        return;
      case "ObjectPattern":
        // What is left of a context is one still.
        for (const property of pattern.properties) {
          if (property.type === "RestElement") this.#bind(property.argument);
        }
        this.#add(this.#taken, pattern);
        return;
    }
  }

  /** Some other object goes into a pattern, which may take a context out of it. */
  #bindProperties(pattern: Pattern): void {
    if (pattern.type === "AssignmentPattern") this.#bindProperties(pattern.left);
    if (pattern.type !== "ObjectPattern") return;
    for (const property of pattern.properties) {
      if (property.type !== "Property") continue;
      const name = propertyName(property.key, property.computed);
      if (name !== null && this.#properties.has(name)) this.#bind(property.value);
      else this.#bindProperties(property.value);
    }
  }

  #isContext(node: AnyNode): boolean {
    switch (node.type) {
      case "Identifier": {
        const variable = this.#program.variable(node);
        return variable !== null && this.#contexts.has(variable);
      }
      case "MemberExpression": {
        const name = propertyName(node.property, node.computed);
        return name !== null && this.#properties.has(name);
      }
      case "ObjectExpression":
        return node.properties.some(
          (property) => property.type === "SpreadElement" && this.#isContext(property.argument),
        );
      case "CallExpression":
        return this.#program.functions(node.callee).some((maker) => this.#makers.has(maker));
      case "AwaitExpression":
      case "ChainExpression":
      case "ParenthesizedExpression":
        return this.#isContext(node.type === "AwaitExpression" ? node.argument : node.expression);
      case "ConditionalExpression":
        return this.#isContext(node.consequent) || this.#isContext(node.alternate);
      case "LogicalExpression":
        return this.#isContext(node.left) || this.#isContext(node.right);
      case "AssignmentExpression":
        return this.#isContext(node.right);
      default:
        return false;
    }
  }

  /** The members of contexts that a node itself reads. */
  #members(node: AnyNode): readonly { readonly name: string; readonly at: AnyNode }[] {
    if (node.type === "MemberExpression" && this.#isContext(node.object)) {
      const name = propertyName(node.property, node.computed);
      return name === null ? [] : [{ name, at: node.property }];
    }
    if (node.type !== "ObjectPattern" || !this.#taken.has(node)) return [];
    return node.properties.flatMap((property) => {
      const name = property.type === "Property" ? propertyName(property.key, property.computed) : null;
      return name === null ? [] : [{ name, at: property }];
    });
  }

  #add<T>(set: Set<T>, item: T): void {
    if (set.has(item)) return;
    set.add(item);
    this.#changed = true;
  }
}

/** What a function returns, where it stands in it. */
function returned(node: FunctionNode): readonly AnyNode[] {
  if (node.body.type !== "BlockStatement") return [node.body];
  const values: AnyNode[] = [];
  visit(node.body, (inner) => {
    if (isFunction(inner)) return false;
    if (inner.type === "ReturnStatement" && inner.argument != null) values.push(inner.argument);
    return true;
  });
  return values;
}
