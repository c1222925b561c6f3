import type { AnyNode, CallExpression } from "acorn";
import { type FunctionNode, type LinkedModules, propertyName, withoutName } from "./syntax/linked-modules.ts";

const BUILDERS = /^(?:internal)?(?:query|mutation|action)Generic$|^httpActionGeneric$/i;
/** Builders that libraries and apps make of the builders: `authedQuery`, `mutationWithUser2`. */
const BUILDER_NAMES = /query|mutation|action/i;

/**
 * The handlers that a call registers: `query(f)`, `query({ handler: f })`, `query(withUser(f))`. Of calls of unknown
 * functions those count that look like it: `{ args, handler }`.
 */
export function registeredHandlers(call: CallExpression, program: LinkedModules): readonly FunctionNode[] {
  const isKnown = isBuilder(call.callee, program);
  return call.arguments.flatMap((argument) => {
    const value = withoutName(argument);
    if (value.type !== "ObjectExpression") return isKnown ? handlersIn(value, program) : [];
    const properties = value.properties.flatMap((property) =>
      property.type === "Property"
        ? [{ name: propertyName(property.key, property.computed), value: property.value }]
        : [],
    );
    const looksLikeIt = properties.some(({ name }) => name === "args" || name === "returns");
    if (!isKnown && !looksLikeIt) return [];
    return properties.flatMap((property) =>
      property.name === "handler" ? handlersIn(property.value, program) : [],
    );
  });
}

/** A function, or those that are given to whatever makes one. */
function handlersIn(expression: AnyNode, program: LinkedModules): readonly FunctionNode[] {
  const value = withoutName(expression);
  if (value.type !== "CallExpression") return program.functions(value);
  return value.arguments.flatMap((argument) => handlersIn(argument, program));
}

function isBuilder(callee: AnyNode, program: LinkedModules): boolean {
  if (callee.type !== "Identifier") return false;
  const variable = program.variable(callee);
  if (variable === null) return false;
  const external = program.external(variable);
  return external === null ? BUILDER_NAMES.test(variable.name) : BUILDERS.test(external.name);
}
