import { posix } from "node:path";
import { type AnyNode, type CallExpression, type Identifier, type Program, parse } from "acorn";
import { resolveNames, type Variable } from "./names.ts";

/** An ES module of a bundle. */
export interface ModuleText {
  readonly path: string;
  readonly source: string;
}

interface LinkedModule {
  readonly path: string;
  readonly program: Program;
}

/** A node, and the path of the module it is in. */
export interface LocatedNode {
  readonly node: AnyNode;
  readonly module: string;
}

export type FunctionNode = Extract<
  AnyNode,
  { type: "FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression" }
>;

type ClassNode = Extract<AnyNode, { type: "ClassDeclaration" | "ClassExpression" }>;

/** The modules of a bundle as one program: a variable is the same in the module that declares it and in all others. */
export class LinkedModules {
  /** All nodes, in source order, but for the names of properties and the like. */
  readonly nodes: readonly LocatedNode[];
  readonly #modules: readonly LinkedModule[];
  readonly #names = new Map<Identifier, Variable>();
  /** Imported variables, and what they stand for. */
  readonly #originals = new Map<Variable, Variable>();
  /** Variables that stand for an export of a module outside of the bundle: `convex/server`, `queryGeneric`. */
  readonly #externals = new Map<Variable, { readonly specifier: string; readonly name: string }>();
  readonly #values = new Map<Variable, AnyNode[]>();

  constructor(texts: readonly ModuleText[]) {
    this.#modules = texts.flatMap(({ path, source }) => {
      try {
        return [{ path, program: parse(source, { ecmaVersion: "latest", sourceType: "module" }) }];
      } catch {
        // Syntax that the parser does not know yet. The engine has the last word on it.
        return [];
      }
    });
    const nodes: LocatedNode[] = [];
    for (const { path: module, program } of this.#modules) {
      const names = resolveNames(program, (node) => nodes.push({ node, module }));
      for (const [identifier, variable] of names) this.#names.set(identifier, variable);
    }
    this.nodes = nodes;
    this.#link();
    for (const { node } of nodes) this.#addValue(node);
  }

  /** The variable that an identifier stands for; null for names that no module declares. */
  variable(identifier: Identifier): Variable | null {
    let variable = this.#names.get(identifier);
    for (let original = variable; original !== undefined; original = this.#originals.get(original)) {
      variable = original;
    }
    return variable ?? null;
  }

  external(variable: Variable): { readonly specifier: string; readonly name: string } | null {
    return this.#externals.get(variable) ?? null;
  }

  /** What is assigned to a variable anywhere in the program, as far as it stands there. */
  values(variable: Variable): readonly AnyNode[] {
    return this.#values.get(variable) ?? [];
  }

  /** The functions that an expression may be, as far as the program says so directly. */
  functions(expression: AnyNode): readonly FunctionNode[] {
    return this.#functions(expression, new Set());
  }

  #functions(expression: AnyNode, seen: Set<Variable>): readonly FunctionNode[] {
    const node = withoutName(expression);
    if (isFunction(node)) return [node];
    if (node.type === "ClassDeclaration" || node.type === "ClassExpression") return constructorOf(node);
    if (node.type === "MemberExpression") return this.#methods(node, seen);
    if (node.type !== "Identifier") return [];
    const variable = this.variable(node);
    if (variable === null || seen.has(variable)) return [];
    seen.add(variable);
    return this.values(variable).flatMap((value) => this.#functions(value, seen));
  }

  /** Of an object literal or a class that stands in a variable: `files.save`. */
  #methods(node: Extract<AnyNode, { type: "MemberExpression" }>, seen: Set<Variable>): FunctionNode[] {
    const name = propertyName(node.property, node.computed);
    const variable = node.object.type === "Identifier" ? this.variable(node.object) : null;
    if (name === null || variable === null) return [];
    return this.values(variable).flatMap((value) => {
      const members: readonly AnyNode[] =
        value.type === "ObjectExpression"
          ? value.properties
          : value.type === "ClassDeclaration" || value.type === "ClassExpression"
            ? value.body.body.filter((member) => member.type === "MethodDefinition" && member.static)
            : [];
      return members.flatMap((member) =>
        (member.type === "Property" || member.type === "MethodDefinition") &&
        propertyName(member.key, member.computed) === name
          ? this.#functions(member.value, seen)
          : [],
      );
    });
  }

  #link(): void {
    const exported = new Map(this.#modules.map(({ path, program }) => [path, this.#exports(program)]));
    for (const { path, program } of this.#modules) {
      for (const statement of program.body) {
        if (statement.type !== "ImportDeclaration") continue;
        const specifier = String(statement.source.value);
        const target = exported.get(posix.join(posix.dirname(path), specifier));
        for (const binding of statement.specifiers) {
          if (binding.type !== "ImportSpecifier") continue;
          const name =
            binding.imported.type === "Identifier" ? binding.imported.name : String(binding.imported.value);
          const variable = this.#names.get(binding.local);
          const original = target?.get(name);
          if (variable === undefined) continue;
          if (original !== undefined) this.#originals.set(variable, original);
          else if (target === undefined) this.#externals.set(variable, { specifier, name });
        }
      }
    }
  }

  /** What the export list at the end of a bundled module names. */
  #exports({ body }: Program): ReadonlyMap<string, Variable> {
    const exported = new Map<string, Variable>();
    for (const statement of body) {
      if (statement.type !== "ExportNamedDeclaration" || statement.source != null) continue;
      for (const { local, exported: name } of statement.specifiers) {
        const variable = local.type === "Identifier" ? this.#names.get(local) : undefined;
        if (variable === undefined) continue;
        exported.set(name.type === "Identifier" ? name.name : String(name.value), variable);
      }
    }
    return exported;
  }

  #addValue(node: AnyNode): void {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier" && node.init != null) {
      this.#setValue(node.id, node.init);
    } else if (node.type === "FunctionDeclaration" || node.type === "ClassDeclaration") {
      if (node.id != null) this.#setValue(node.id, node);
    } else if (node.type === "AssignmentExpression" && node.left.type === "Identifier") {
      this.#setValue(node.left, node.right);
    }
  }

  #setValue(identifier: Identifier, value: AnyNode): void {
    const variable = this.variable(identifier);
    if (variable === null) return;
    const values = this.#values.get(variable);
    if (values === undefined) this.#values.set(variable, [value]);
    else values.push(value);
  }
}

export function isFunction(node: AnyNode): node is FunctionNode {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
}

/** The name of a property or member, where the source says it. */
export function propertyName(key: AnyNode, computed: boolean): string | null {
  if (key.type === "Literal" && typeof key.value === "string") return key.value;
  return key.type === "Identifier" && !computed ? key.name : null;
}

/** `__name(f, "f")` is how bundles keep the names of functions. */
export function withoutName(node: AnyNode): AnyNode {
  const isNamed =
    node.type === "CallExpression" &&
    node.callee.type === "Identifier" &&
    /^__name\d*$/.test(node.callee.name) &&
    node.arguments.length === 2;
  return isNamed ? ((node as CallExpression).arguments[0] as AnyNode) : node;
}

function constructorOf({ body }: ClassNode): FunctionNode[] {
  return body.body.flatMap((member) =>
    member.type === "MethodDefinition" && member.kind === "constructor" ? [member.value] : [],
  );
}
