import type { AnyNode, CallExpression, Class } from "acorn";
import { propertyName } from "../syntax/linked-modules.ts";
import { children } from "../syntax/visit.ts";
import { helperName } from "./esbuild-helpers.ts";
import { isPlainClass, isWithoutThis } from "./functions.ts";
import { arrayValue, isGlobalSet, objectValue, setValue } from "./literals.ts";
import { CHANGING_METHODS, DERIVING_METHODS, isMaker } from "./sdk-makers.ts";
import { CONSTANT, INTRINSIC, type Value } from "./value.ts";

/** Free names that are the same for all executions and whose reading runs no code. */
const FREE_CONSTANTS: ReadonlySet<string> = new Set(["undefined", "NaN", "Infinity"]);
/** Members of `Object` that bundles use. */
const INTRINSICS: ReadonlySet<string> = new Set(
  "create defineProperty freeze getOwnPropertyDescriptor getOwnPropertyNames getPrototypeOf prototype".split(
    " ",
  ),
);
const ERRORS: ReadonlySet<string> = new Set(["Error", "TypeError", "RangeError", "SyntaxError"]);

/** Says what expressions of a module's top level make, as far as that is always the same. */
export class Evaluator {
  /** By the names of the top level. */
  readonly values: Map<string, Value> = new Map();
  readonly #source: string;
  readonly #resolve: (specifier: string) => Value | null;
  /** What was made here; what is imported was not. */
  readonly own: Set<Value> = new Set();

  /** @param resolve what a specifier stands for; null for what is not known to be shareable. */
  constructor(source: string, resolve: (specifier: string) => Value | null) {
    this.#source = source;
    this.#resolve = resolve;
  }

  /** Null: nothing is known, or making it might run any code. */
  evaluate(node: AnyNode): Value | null {
    switch (node.type) {
      case "Literal":
        return this.#literal(node);
      case "TemplateLiteral":
        return this.#primitive(node.expressions);
      case "UnaryExpression":
        return node.operator === "delete" ? null : this.#primitive([node.argument]);
      case "BinaryExpression":
        return node.left.type === "PrivateIdentifier" ? null : this.#primitive([node.left, node.right]);
      case "LogicalExpression":
        return this.#primitive([node.left, node.right]);
      case "ConditionalExpression":
        return this.#primitive([node.test, node.consequent, node.alternate]);
      case "Identifier":
        return this.values.get(node.name) ?? (FREE_CONSTANTS.has(node.name) ? CONSTANT : null);
      case "SequenceExpression":
        // `(0, module.function)`
        return node.expressions.length === 2 && node.expressions[0]?.type === "Literal"
          ? this.evaluate(node.expressions[1] as AnyNode)
          : null;
      case "ParenthesizedExpression":
        return this.evaluate(node.expression);
      case "MemberExpression":
        return this.#memberExpression(node);
      case "CallExpression":
        return this.#call(node);
      case "NewExpression":
        return isGlobalSet(node) && !this.values.has("Set") ? setValue(node, this) : null;
      case "ObjectExpression":
        return objectValue(node, this);
      case "ArrayExpression":
        return arrayValue(node, this);
      case "FunctionDeclaration":
      case "FunctionExpression":
        return isWithoutThis(node) ? { kind: "function" } : null;
      case "ArrowFunctionExpression":
        return this.#arrow(node);
      case "ClassDeclaration":
      case "ClassExpression":
        return this.#class(node);
      default:
        return null;
    }
  }

  /** A property of a value, as it is read. */
  member(value: Value, name: string): Value | null {
    switch (value.kind) {
      case "sdk":
        return { kind: "sdk", path: `${value.path}.${name}` };
      case "module":
        return value.exports.get(name) ?? null;
      case "made":
        // Getters among them compute from what is there.
        return value;
      default:
        return null;
    }
  }

  /** Whether a call gives its arguments to the SDK, which does not change them. */
  isMakerCall({ callee }: CallExpression): boolean {
    const target = this.evaluate(callee);
    if (target?.kind === "sdk") return isMaker(target.path);
    if (target?.kind !== "made" || callee.type !== "MemberExpression") return false;
    const name = propertyName(callee.property, callee.computed) ?? "";
    return DERIVING_METHODS.has(name) || CHANGING_METHODS.has(name);
  }

  #literal(node: Extract<AnyNode, { type: "Literal" }>): Value {
    if (node.regex == null) return CONSTANT;
    // Those that are global or sticky remember where they were.
    if (/[gy]/.test(node.regex.flags))
      return { kind: "literal", isFlat: false, isEmpty: false, properties: new Set() };
    return this.#make("made");
  }

  #make(kind: "made" | "router"): Value {
    const made: Value = { kind };
    this.own.add(made);
    return made;
  }

  /** An operation on primitives; objects would have their methods called. */
  #primitive(operands: readonly AnyNode[]): Value | null {
    return operands.every((operand) => this.evaluate(operand)?.kind === "constant") ? CONSTANT : null;
  }

  #memberExpression(node: Extract<AnyNode, { type: "MemberExpression" }>): Value | null {
    if (node.object.type === "Super") return null;
    const name = propertyName(node.property, node.computed);
    if (name === null) return null;
    if (node.object.type === "Identifier" && !this.values.has(node.object.name)) {
      if (node.object.name === "process" && name === "env") return { kind: "environment" };
      return node.object.name === "Object" && INTRINSICS.has(name) ? INTRINSIC : null;
    }
    const object = this.evaluate(node.object);
    if (object?.kind === "intrinsic") return name === "hasOwnProperty" ? INTRINSIC : null;
    return object === null ? null : this.member(object, name);
  }

  #call(node: CallExpression): Value | null {
    const { callee, arguments: args } = node;
    if (node.optional) return null;
    if (callee.type === "Identifier" && callee.name === "require" && !this.values.has("require")) {
      const [specifier] = args;
      return specifier?.type === "Literal" && args.length === 1
        ? this.#resolve(String(specifier.value))
        : null;
    }
    if (this.#isIntrinsic(callee, "freeze")) {
      const [argument] = args;
      const frozen = argument === undefined ? null : this.evaluate(argument);
      return frozen?.kind === "literal" ? frozen : null;
    }
    const method = this.#method(node);
    if (method !== null) return method;
    const target = this.evaluate(callee);
    if (target?.kind === "helper") return this.#callHelper(target.name, args);
    if (target?.kind !== "sdk" || !isMaker(target.path)) return null;
    if (!args.every((argument) => this.#isMakerArgument(argument))) return null;
    return this.#make(target.path === "server.httpRouter" ? "router" : "made");
  }

  #isIntrinsic(callee: AnyNode, name: string): boolean {
    return (
      callee.type === "MemberExpression" &&
      this.evaluate(callee)?.kind === "intrinsic" &&
      propertyName(callee.property, callee.computed) === name
    );
  }

  /** A method of what the SDK made: `defineTable({ … }).index("by_name", ["name"])`, `http.route({ … })`. */
  #method({ callee, arguments: args }: CallExpression): Value | null {
    if (callee.type !== "MemberExpression" || callee.optional) return null;
    const name = propertyName(callee.property, callee.computed);
    const object = this.evaluate(callee.object);
    if (name === null || (object?.kind !== "made" && object?.kind !== "router")) return null;
    if (!args.every((argument) => this.#isMakerArgument(argument))) return null;
    if (CHANGING_METHODS.has(name)) return this.own.has(object) ? object : null;
    return object.kind === "made" && DERIVING_METHODS.has(name) ? this.#make("made") : null;
  }

  #isMakerArgument(argument: AnyNode): boolean {
    const kind = this.evaluate(argument)?.kind;
    return (
      kind === "constant" || kind === "function" || kind === "made" || kind === "literal" || kind === "sdk"
    );
  }

  #callHelper(name: string, [first, second]: readonly AnyNode[]): Value | null {
    const value = first === undefined ? null : this.evaluate(first);
    if (name === "name") {
      return value?.kind === "function" && second?.type === "Literal" ? value : null;
    }
    if (name === "toCommonJS") return value?.kind === "module" ? value : null;
    if (name !== "toESM" || (value?.kind !== "module" && value?.kind !== "sdk")) return null;
    const copy: Value = { ...value };
    this.own.add(copy);
    return copy;
  }

  #arrow(node: Extract<AnyNode, { type: "ArrowFunctionExpression" }>): Value | null {
    const helper = helperName(this.#source.slice(node.start, node.end));
    if (helper === null) return isWithoutThis(node) ? { kind: "function" } : null;
    return this.#callsHelpersOnly(node.body) ? { kind: "helper", name: helper } : null;
  }

  /** The names that a helper's text calls stand for what they should. */
  #callsHelpersOnly(node: AnyNode): boolean {
    if (node.type === "CallExpression") {
      const { callee } = node;
      const name = callee.type === "MemberExpression" ? callee.object : callee;
      const kind = this.evaluate(name)?.kind;
      if (kind !== "intrinsic" && kind !== "helper") return false;
    }
    return children(node).every((child) => this.#callsHelpersOnly(child));
  }

  #class(node: Class): Value | null {
    const isNameHelper = (callee: AnyNode): boolean => {
      const value = this.evaluate(callee);
      return value?.kind === "helper" && value.name === "name";
    };
    return isPlainClass(node, isNameHelper) && this.#isKnownBase(node) ? { kind: "function" } : null;
  }

  #isKnownBase({ superClass }: Class): boolean {
    if (superClass == null) return true;
    if (superClass.type === "Identifier" && !this.values.has(superClass.name))
      return ERRORS.has(superClass.name);
    const base = this.evaluate(superClass);
    return base?.kind === "function" || (base?.kind === "sdk" && base.path === "values.ConvexError");
  }
}
