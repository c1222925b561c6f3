import type { AnyNode, ArrayExpression, NewExpression, ObjectExpression } from "acorn";
import { propertyName } from "../syntax/linked-modules.ts";
import { CONSTANT, type Value } from "./value.ts";

/** Says what the parts of a literal are. */
interface Parts {
  evaluate(node: AnyNode): Value | null;
}

export function objectValue({ properties }: ObjectExpression, parts: Parts): Value | null {
  const names = new Set<string>();
  const values = properties.map((property) => {
    if (property.type === "SpreadElement") return partValue(property, parts);
    // Getters run code; a prototype has properties of its own.
    if (property.kind !== "init" || property.computed) return null;
    const name = propertyName(property.key, false);
    if (name === "__proto__") return null;
    if (name !== null) names.add(name);
    return parts.evaluate(property.value);
  });
  return literalValue(values, names);
}

export function arrayValue({ elements }: ArrayExpression, parts: Parts): Value | null {
  return literalValue(
    elements.map((element) => partValue(element, parts)),
    new Set(),
  );
}

export function isGlobalSet({ callee }: NewExpression): boolean {
  return callee.type === "Identifier" && callee.name === "Set";
}

/** `new Set(["a", "b"])` */
export function setValue({ arguments: args }: NewExpression, parts: Parts): Value | null {
  const [list] = args;
  if (args.length !== 1 || list?.type !== "ArrayExpression") return null;
  const elements = parts.evaluate(list);
  return elements?.kind === "literal" && elements.isFlat ? { kind: "set" } : null;
}

function partValue(element: AnyNode | null, parts: Parts): Value | null {
  // `[1, , 2]`
  if (element === null) return CONSTANT;
  if (element.type !== "SpreadElement") return parts.evaluate(element);
  const spread = parts.evaluate(element.argument);
  // What is in it is in the new one then.
  if (spread?.kind === "literal") return spread.isFlat ? CONSTANT : spread;
  return spread?.kind === "made" ? spread : null;
}

function literalValue(values: readonly (Value | null)[], properties: ReadonlySet<string>): Value | null {
  let isFlat = true;
  for (const value of values) {
    switch (value?.kind) {
      case "constant":
      case "function":
      case "made":
      case "sdk":
        break;
      case "literal":
        isFlat = false;
        break;
      default:
        return null;
    }
  }
  return { kind: "literal", isFlat, isEmpty: values.length === 0, properties };
}
