import type { AnyNode } from "acorn";

/** Calls `see` for a node and all below it, in source order; those below only if `see` does not return `false`. */
export function visit(node: AnyNode, see: (node: AnyNode) => unknown): void {
  if (see(node) === false) return;
  for (const child of children(node)) visit(child, see);
}

/** The nodes directly below a node, in the order of its fields. */
export function children(node: AnyNode): readonly AnyNode[] {
  const found: AnyNode[] = [];
  // Called for each node of a program, which may be that of a large library: no intermediate lists.
  for (const key in node) {
    const value: unknown = node[key as keyof AnyNode];
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value as unknown[]) if (isNode(item)) found.push(item);
    } else if (isNode(value)) {
      found.push(value);
    }
  }
  return found;
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as AnyNode).type === "string";
}
