import type { AnyNode } from "acorn";

/** Calls `see` for a node and all below it, in source order; those below only if `see` does not return `false`. */
export function visit(node: AnyNode, see: (node: AnyNode) => unknown): void {
  if (see(node) === false) return;
  for (const child of children(node)) visit(child, see);
}

/** The nodes directly below a node, in the order of its fields. */
export function children(node: AnyNode): readonly AnyNode[] {
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as AnyNode).type === "string";
}
