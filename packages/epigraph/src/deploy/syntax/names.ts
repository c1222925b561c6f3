import type { AnyNode, Identifier, Pattern } from "acorn";
import { children } from "./visit.ts";

/** Something that a program has under a name. */
export interface Variable {
  readonly name: string;
}

/** Which variable an identifier stands for; nothing for names that the program does not declare. */
export type Names = ReadonlyMap<Identifier, Variable>;

/**
 * Finds out which identifiers of a strict-mode program stand for the same variable.
 * @param see called with all nodes on the way, but for the names of properties and the like.
 */
export function resolveNames(program: AnyNode, see: (node: AnyNode) => void = () => {}): Names {
  const resolver = new Resolver(see);
  resolver.walk(program, null);
  return resolver.names;
}

/** The identifiers that a pattern binds. */
export function boundIdentifiers(pattern: Pattern): Identifier[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern];
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        boundIdentifiers(property.type === "RestElement" ? property.argument : property.value),
      );
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => (element === null ? [] : boundIdentifiers(element)));
    case "RestElement":
      return boundIdentifiers(pattern.argument);
    case "AssignmentPattern":
      return boundIdentifiers(pattern.left);
    default:
      return [];
  }
}

class Scope {
  readonly variables = new Map<string, Variable>();
  readonly parent: Scope | null;

  constructor(parent: Scope | null) {
    this.parent = parent;
  }

  declare(pattern: Pattern | null | undefined): void {
    if (pattern == null) return;
    for (const { name } of boundIdentifiers(pattern)) this.variables.set(name, { name });
  }

  find(name: string): Variable | undefined {
    return this.variables.get(name) ?? this.parent?.find(name);
  }
}

class Resolver {
  readonly names = new Map<Identifier, Variable>();
  readonly #see: (node: AnyNode) => void;

  constructor(see: (node: AnyNode) => void) {
    this.#see = see;
  }

  walk(node: AnyNode, outer: Scope | null): void {
    this.#see(node);
    const scope = openScope(node, outer);
    for (const child of named(node)) {
      if (child.type === "Identifier") {
        const variable = scope?.find(child.name);
        if (variable !== undefined) this.names.set(child, variable);
      }
      this.walk(child, scope);
    }
  }
}

/** What may stand for a variable below a node: not the names of properties, labels and other modules' exports. */
function named(node: AnyNode): readonly AnyNode[] {
  switch (node.type) {
    case "MemberExpression":
      return node.computed ? [node.object, node.property] : [node.object];
    case "Property":
      return node.computed ? [node.key, node.value] : [node.value];
    case "PropertyDefinition":
    case "MethodDefinition":
      return [...(node.computed ? [node.key] : []), ...(node.value == null ? [] : [node.value])];
    case "LabeledStatement":
      return [node.body];
    case "ImportSpecifier":
      return [node.local];
    case "ExportNamedDeclaration":
      return node.source == null ? children(node) : [];
    case "ExportSpecifier":
      return [node.local];
    case "ExportAllDeclaration":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
      return [];
    default:
      return children(node);
  }
}

/** The scope of what is below a node, with all that is declared in it. */
function openScope(node: AnyNode, outer: Scope | null): Scope | null {
  const scope = new Scope(outer);
  switch (node.type) {
    case "Program":
      declareStatements(node.body, scope);
      declareVars(node, scope);
      return scope;
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      if (node.type === "FunctionExpression") scope.declare(node.id);
      // The name of a declaration stands outside, and is found there.
      for (const parameter of node.params) scope.declare(parameter);
      declareVars(node.body, scope);
      return scope;
    case "ClassExpression":
      scope.declare(node.id);
      return scope;
    case "BlockStatement":
      declareStatements(node.body, scope);
      return scope;
    case "StaticBlock":
      declareStatements(node.body, scope);
      for (const statement of node.body) declareVars(statement, scope);
      return scope;
    case "SwitchStatement":
      for (const { consequent } of node.cases) declareStatements(consequent, scope);
      return scope;
    case "ForStatement":
      if (node.init?.type === "VariableDeclaration") declareStatements([node.init], scope);
      return scope;
    case "ForInStatement":
    case "ForOfStatement":
      if (node.left.type === "VariableDeclaration") declareStatements([node.left], scope);
      return scope;
    case "CatchClause":
      scope.declare(node.param);
      return scope;
    default:
      return outer;
  }
}

/** What the statements of a block declare in it, `var` aside. */
function declareStatements(statements: readonly AnyNode[], scope: Scope): void {
  for (const statement of statements) {
    switch (statement.type) {
      case "VariableDeclaration":
        if (statement.kind !== "var") for (const { id } of statement.declarations) scope.declare(id);
        break;
      case "FunctionDeclaration":
      case "ClassDeclaration":
        scope.declare(statement.id);
        break;
      case "ImportDeclaration":
        for (const { local } of statement.specifiers) scope.declare(local);
        break;
      case "ExportNamedDeclaration":
      case "ExportDefaultDeclaration":
        if (statement.declaration != null) declareStatements([statement.declaration], scope);
        break;
    }
  }
}

/** `var` belongs to the function around it, however deep it stands. */
function declareVars(node: AnyNode, scope: Scope): void {
  if (node.type === "VariableDeclaration" && node.kind === "var") {
    for (const { id } of node.declarations) scope.declare(id);
  }
  for (const child of children(node)) if (!isFunctionOrClass(child)) declareVars(child, scope);
}

function isFunctionOrClass({ type }: AnyNode): boolean {
  return /^(?:Arrow)?Function|^Class|^StaticBlock$/.test(type);
}
