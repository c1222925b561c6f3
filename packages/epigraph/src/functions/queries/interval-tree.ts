/** An interval of texts, `start <= text < end`; `end` null: no upper bound. */
export interface Interval {
  readonly start: string;
  readonly end: string | null;
}

interface Node<Owner> extends Interval {
  readonly owners: Set<Owner>;
  /** Greater than that of every node below: what keeps the tree flat, whatever the order of insertion. */
  readonly priority: number;
  left: Node<Owner> | null;
  right: Node<Owner> | null;
  /** The greatest end in this subtree. */
  maxEnd: string | null;
}

/**
 * Finds the owners of all intervals that hold a text, in time that grows with the logarithm of the number of intervals
 * and with what is found. Equal intervals share a node. A treap, ordered by start and end, in which each node knows the
 * greatest end below it.
 */
export class IntervalTree<Owner> {
  readonly #random: () => number;
  #root: Node<Owner> | null = null;

  /** @param random from 0 to 1; nobody outside may foresee it. */
  constructor(random: () => number) {
    this.#random = random;
  }

  get isEmpty(): boolean {
    return this.#root === null;
  }

  add(interval: Interval, owner: Owner): void {
    this.#root = this.#insert(this.#root, interval, owner);
  }

  /** Does nothing where the owner does not have that interval. */
  remove(interval: Interval, owner: Owner): void {
    this.#root = this.#delete(this.#root, interval, owner);
  }

  /** Calls `visit` with the owners of each interval that holds the text. */
  find(text: string, visit: (owners: ReadonlySet<Owner>) => void): void {
    find(this.#root, text, visit);
  }

  #insert(node: Node<Owner> | null, interval: Interval, owner: Owner): Node<Owner> {
    if (node === null) {
      const { start, end } = interval;
      return {
        start,
        end,
        owners: new Set([owner]),
        priority: this.#random(),
        left: null,
        right: null,
        maxEnd: end,
      };
    }
    const order = compare(interval, node);
    if (order === 0) {
      node.owners.add(owner);
      return node;
    }
    if (order < 0) {
      node.left = this.#insert(node.left, interval, owner);
      if (node.left.priority > node.priority) return rotateRight(node, node.left);
    } else {
      node.right = this.#insert(node.right, interval, owner);
      if (node.right.priority > node.priority) return rotateLeft(node, node.right);
    }
    settle(node);
    return node;
  }

  #delete(node: Node<Owner> | null, interval: Interval, owner: Owner): Node<Owner> | null {
    if (node === null) return null;
    const order = compare(interval, node);
    if (order === 0) {
      node.owners.delete(owner);
      return node.owners.size > 0 ? node : join(node.left, node.right);
    }
    if (order < 0) node.left = this.#delete(node.left, interval, owner);
    else node.right = this.#delete(node.right, interval, owner);
    settle(node);
    return node;
  }
}

function find<Owner>(
  node: Node<Owner> | null,
  text: string,
  visit: (owners: ReadonlySet<Owner>) => void,
): void {
  for (let at = node; at !== null && !isOver(at.maxEnd, text); at = at.right) {
    find(at.left, text, visit);
    if (at.start > text) return;
    if (!isOver(at.end, text)) visit(at.owners);
  }
}

function isOver(end: string | null, text: string): boolean {
  return end !== null && end <= text;
}

function compare(a: Interval, b: Interval): number {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1;
  return compareEnds(a.end, b.end);
}

/** No upper bound is the greatest end. */
function compareEnds(a: string | null, b: string | null): number {
  if (a === b) return 0;
  return b === null || (a !== null && a < b) ? -1 : 1;
}

function settle(node: Node<unknown>): void {
  let { end } = node;
  if (node.left !== null && compareEnds(node.left.maxEnd, end) > 0) end = node.left.maxEnd;
  if (node.right !== null && compareEnds(node.right.maxEnd, end) > 0) end = node.right.maxEnd;
  node.maxEnd = end;
}

function rotateRight<Owner>(node: Node<Owner>, left: Node<Owner>): Node<Owner> {
  node.left = left.right;
  left.right = node;
  settle(node);
  settle(left);
  return left;
}

function rotateLeft<Owner>(node: Node<Owner>, right: Node<Owner>): Node<Owner> {
  node.right = right.left;
  right.left = node;
  settle(node);
  settle(right);
  return right;
}

/** One tree of two, all of whose nodes are ordered one behind the other. */
function join<Owner>(left: Node<Owner> | null, right: Node<Owner> | null): Node<Owner> | null {
  if (left === null) return right;
  if (right === null) return left;
  if (left.priority > right.priority) {
    left.right = join(left.right, right);
    settle(left);
    return left;
  }
  right.left = join(left, right.left);
  settle(right);
  return right;
}
