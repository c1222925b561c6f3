import type { AnyNode, CallExpression, Expression, Pattern, Position, Program } from "acorn";

/** A member of a function's `ctx` that is used. */
export interface ServiceUse {
  readonly name: string;
  readonly position: Position;
}

const REGISTRATIONS = /^(?:internal)?(?:query|mutation|action)(?:Generic)?$|^httpAction(?:Generic)?$/i;

/**
 * Uses of some members of `ctx`: `ctx.storage`, `this.ctx.storage`, `const { storage } = ctx`, and `{ storage }` as
 * the first parameter of a handler. `ctx` is whatever has that name, and the first parameter of a handler.
 */
export function findServiceUses(program: Program, names: readonly string[]): readonly ServiceUse[] {
  const uses: ServiceUse[] = [];
  const contexts = new Set(["ctx"]);
  const report = (name: string | null, node: AnyNode): void => {
    if (name !== null && names.includes(name)) uses.push({ name, position: node.loc?.start as Position });
  };
  const reportPattern = (pattern: Pattern): void => {
    if (pattern.type !== "ObjectPattern") return;
    for (const property of pattern.properties) {
      if (property.type === "Property") report(keyName(property.key, property.computed), property);
    }
  };
  visit(program, (node) => {
    if (node.type !== "CallExpression") return;
    for (const [first] of handlerParameters(node)) {
      if (first?.type === "Identifier") contexts.add(first.name);
      else if (first !== undefined) reportPattern(first);
    }
  });
  const isContext = (node: AnyNode): boolean =>
    (node.type === "Identifier" && contexts.has(node.name)) ||
    (node.type === "MemberExpression" && keyName(node.property, node.computed) === "ctx");
  visit(program, (node) => {
    if (node.type === "MemberExpression" && isContext(node.object)) {
      report(keyName(node.property, node.computed), node.property);
    } else if (node.type === "VariableDeclarator" && node.init != null && isContext(node.init)) {
      reportPattern(node.id);
    }
  });
  return uses;
}

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
    if (node.type !== "Property" || keyName(node.key, node.computed) !== "providers") return;
    found = true;
    empty &&= node.value.type === "ArrayExpression" && node.value.elements.length === 0;
  });
  return found && empty;
}

/** The parameters of the functions that a registration such as `query({ handler })` or `query(handler)` is given. */
function handlerParameters(call: CallExpression): (readonly Pattern[])[] {
  if (!REGISTRATIONS.test(calleeName(call) ?? "")) return [];
  return call.arguments.flatMap((argument) => {
    if (argument.type === "SpreadElement") return [];
    if (argument.type !== "ObjectExpression") return functionParameters(argument);
    return argument.properties.flatMap((property) =>
      property.type === "Property" && keyName(property.key, property.computed) === "handler"
        ? functionParameters(property.value)
        : [],
    );
  });
}

function functionParameters(node: Expression): (readonly Pattern[])[] {
  const isFunction = node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression";
  return isFunction ? [node.params] : [];
}

function calleeName({ callee }: CallExpression): string | null {
  if (callee.type === "Identifier") return callee.name;
  return callee.type === "MemberExpression" ? keyName(callee.property, callee.computed) : null;
}

function keyName(key: AnyNode, computed: boolean): string | null {
  if (key.type === "Literal" && typeof key.value === "string") return key.value;
  return key.type === "Identifier" && !computed ? key.name : null;
}

function visit(node: AnyNode, see: (node: AnyNode) => void): void {
  see(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child, see);
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as AnyNode).type === "string";
}
