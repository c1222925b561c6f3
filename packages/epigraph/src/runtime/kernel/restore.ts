import { loadLazyGlobals } from "../platform/lazy.ts";
import { SafeSet } from "./safe-collections.ts";

// Taken before app code can replace them: restoring must work whatever that did.
const { defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, isExtensible, ownKeys } =
  Reflect;
const { setPrototypeOf } = Reflect;
const { is, keys: keysOf } = Object;

interface Saved {
  readonly object: object;
  readonly prototype: object | null;
  readonly keys: readonly PropertyKey[];
  /** Of `keys`, in the same order. */
  readonly properties: readonly SavedProperty[];
}

interface SavedProperty {
  /** Of an object without a prototype: what is added to `Object.prototype` must not become part of it. */
  readonly descriptor: PropertyDescriptor;
  // The same, to be compared: reading it from there takes several times as long.
  readonly value: unknown;
  readonly writable: unknown;
  readonly get: unknown;
  readonly set: unknown;
  readonly enumerable: unknown;
  readonly configurable: unknown;
}

let saved: readonly Saved[] = [];
/**
 * Functions that have a name and a length and no more, which most of the language's objects are. They are only searched
 * for properties that were assigned: to look at them as closely as at the others would take longer than all the rest.
 */
let methods: readonly object[] = [];

/**
 * Remembers the global object and all that can be reached from it, and from what the language's syntax makes, as they
 * are now. Nothing may have been changed yet.
 */
export function saveIntrinsics(global: typeof globalThis): void {
  if (saved.length > 0) return;
  loadLazyGlobals();
  const found = new SafeSet<object>();
  // The first one: with what was added to it gone, the descriptors that are compared inherit nothing.
  visit(Object.prototype, found);
  visit(global, found);
  for (const sample of syntaxSamples()) visit(sample, found);
  const all = Array.from(found);
  methods = all.filter(isMethod);
  saved = all.filter((object) => !isMethod(object)).map(save);
}

function visit(value: unknown, found: Set<object>): void {
  if ((typeof value !== "object" && typeof value !== "function") || value === null || found.has(value))
    return;
  found.add(value);
  visit(getPrototypeOf(value), found);
  for (const key of ownKeys(value)) {
    const descriptor = getOwnPropertyDescriptor(value, key);
    visit(descriptor?.value, found);
    visit(descriptor?.get, found);
    visit(descriptor?.set, found);
  }
}

/** Objects whose prototypes have no name in the language. */
function syntaxSamples(): readonly object[] {
  const iterator = [].values();
  return [
    async () => {},
    function* () {},
    (function* () {})(),
    async function* () {},
    (async function* () {})(),
    iterator,
    new Map().entries(),
    new Set().values(),
    ""[Symbol.iterator](),
    "".matchAll(/(?:)/g),
    ...helpersOf(iterator),
    new Intl.Segmenter().segment(""),
    new Intl.Segmenter().segment("")[Symbol.iterator](),
  ];
}

/** What `Iterator` makes: not in all versions of the engine. */
function helpersOf(iterator: Iterator<never>): readonly object[] {
  const { Iterator: Native } = globalThis as { Iterator?: { from(value: object): object } };
  if (Native === undefined) return [];
  return [
    (iterator as unknown as { map(each: () => number): object }).map(() => 0),
    Native.from({ next: () => ({ done: true }) }),
  ];
}

function isMethod(object: object): boolean {
  if (typeof object !== "function" || getPrototypeOf(object) !== Function.prototype) return false;
  const keys = ownKeys(object);
  return keys.length === 2 && keys[0] === "length" && keys[1] === "name";
}

function save(object: object): Saved {
  const keys = ownKeys(object);
  const properties = keys.map((key): SavedProperty => {
    const descriptor = getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
    const { value, writable, get, set, enumerable, configurable } = descriptor;
    setPrototypeOf(descriptor, null);
    return { descriptor, value, writable, get, set, enumerable, configurable };
  });
  return { object, prototype: getPrototypeOf(object), keys, properties };
}

/** Something that an execution changed: a list, which no method of the language is needed for. */
export interface Change {
  readonly object: object;
  /** Null: its prototype. */
  readonly key: PropertyKey | null;
  /** What it is to that execution; undefined or null: not there. */
  readonly is: PropertyDescriptor | object | undefined | null;
  readonly next: Change | null;
}

/** What was taken back, and whether that was all: what was frozen, or added for ever, can't be undone. */
export interface Restored {
  readonly changes: Change | null;
  readonly isWhole: boolean;
}

/** Puts back what was changed since. */
export function restoreIntrinsics(): Restored {
  const restorer = new Restorer();
  for (let i = 0; i < saved.length; i++) restorer.restore(saved[i] as Saved);
  for (let i = 0; i < methods.length; i++) restorer.restoreMethod(methods[i] as object);
  return restorer;
}

/** Makes the changes again that were taken back. */
export function redo(changes: Change | null): void {
  for (let change = changes; change !== null; change = change.next) {
    const { object, key, is: to } = change;
    if (key === null) setPrototypeOf(object, to as object | null);
    else if (to === undefined) deleteProperty(object, key);
    else defineProperty(object, key, to as PropertyDescriptor);
  }
}

class Restorer implements Restored {
  changes: Change | null = null;
  isWhole = true;

  restore({ object, prototype, keys, properties }: Saved): void {
    this.#expectExtensible(object);
    const nowPrototype = getPrototypeOf(object);
    if (nowPrototype !== prototype) {
      this.#took(object, null, nowPrototype, setPrototypeOf(object, prototype));
    }
    const now = ownKeys(object);
    for (let i = 0; i < now.length; i++) {
      const key = now[i] as PropertyKey;
      if (key !== keys[i] && !has(keys, key)) this.#remove(object, key);
    }
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as PropertyKey;
      const before = properties[i] as SavedProperty;
      const current = getOwnPropertyDescriptor(object, key);
      if (current !== undefined && isSame(current, before)) continue;
      this.#took(object, key, bare(current), defineProperty(object, key, before.descriptor));
    }
  }

  restoreMethod(method: object): void {
    this.#expectExtensible(method);
    const added = keysOf(method);
    for (let i = 0; i < added.length; i++) this.#remove(method, added[i] as string);
  }

  /** All objects of the language are, from the start. */
  #expectExtensible(object: object): void {
    if (!isExtensible(object)) this.isWhole = false;
  }

  #remove(object: object, key: PropertyKey): void {
    this.#took(object, key, bare(getOwnPropertyDescriptor(object, key)), deleteProperty(object, key));
  }

  #took(object: object, key: PropertyKey | null, was: Change["is"], isBack: boolean): void {
    if (isBack) this.changes = { object, key, is: was, next: this.changes };
    else this.isWhole = false;
  }
}

function bare(descriptor: PropertyDescriptor | undefined): PropertyDescriptor | undefined {
  if (descriptor !== undefined) setPrototypeOf(descriptor, null);
  return descriptor;
}

function has(keys: readonly PropertyKey[], key: PropertyKey): boolean {
  for (let i = 0; i < keys.length; i++) if (keys[i] === key) return true;
  return false;
}

function isSame(a: PropertyDescriptor, b: SavedProperty): boolean {
  return (
    (a.value === b.value || is(a.value, b.value)) &&
    a.writable === b.writable &&
    a.get === b.get &&
    a.set === b.set &&
    a.enumerable === b.enumerable &&
    a.configurable === b.configurable
  );
}
