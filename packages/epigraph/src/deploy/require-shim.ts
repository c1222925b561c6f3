import { type AnyNode, type Program, parse } from "acorn";
import { visit } from "./syntax/visit.ts";

const SHIM = "__require";
const TYPEOF_SHIM = `typeof ${SHIM}`;
/** As long as what it replaces: source maps stay right. */
const TYPEOF_REQUIRE = "typeof require".padEnd(TYPEOF_SHIM.length);

/**
 * In bundles esbuild puts a function of its own in the place of a `require` that it can't resolve. It only throws, so
 * nobody misses it; but ES modules that ask for `typeof require` would take it for the real thing. CommonJS files
 * keep it: what they ask for is whether they are CommonJS files.
 * @param source an ES module of a bundle.
 */
export function hideRequireShim(source: string): string {
  if (!source.includes(TYPEOF_SHIM)) return source;
  const program = parse(source, { ecmaVersion: "latest", sourceType: "module" });
  if (!bindsShim(program)) return source;
  let hidden = source;
  visit(program, (node) => {
    if (isCommonJS(node)) return false;
    if (node.type === "UnaryExpression" && source.slice(node.start, node.end) === TYPEOF_SHIM) {
      hidden = hidden.slice(0, node.start) + TYPEOF_REQUIRE + hidden.slice(node.end);
    }
    return true;
  });
  return hidden;
}

/** Declared here, or imported from the chunk that declares it for all modules. */
function bindsShim({ body }: Program): boolean {
  return body.some((statement) => {
    if (statement.type === "ImportDeclaration") {
      return statement.specifiers.some(({ local }) => local.name === SHIM);
    }
    return (
      statement.type === "VariableDeclaration" &&
      statement.declarations.some(({ id }) => id.type === "Identifier" && id.name === SHIM)
    );
  });
}

/** `__commonJS({ "path.js"(exports, module) { … } })` holds a bundled CommonJS file. */
function isCommonJS(node: AnyNode): boolean {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "Identifier" &&
    /^__commonJS(?:Min)?\d*$/.test(node.callee.name)
  );
}
