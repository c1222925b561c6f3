import { SafeSet, SafeWeakSet } from "./safe-collections.ts";

/** Namespaces of modules have getters for their exports; behind those of the SDK stand namespaces again. */
const NAMESPACE_DEPTH = 2;

/** What has been frozen with all that can be reached from it: modules refer to one another, and all to the SDK. */
const seen = new SafeWeakSet<object>();

/** Freezes everything that can be reached from a module's namespace, except what belongs to the language. */
export function freezeDeep(namespace: object): void {
  const visit = (value: unknown, depth: number): void => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return;
    // Intrinsics stay as they are: freezing them breaks ordinary code.
    if (seen.has(value) || intrinsics.has(value)) return;
    seen.add(value);
    for (const key of Reflect.ownKeys(value)) {
      const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
      if (descriptor === undefined) continue;
      if ("value" in descriptor) visit(descriptor.value, depth + 1);
      else if (depth < NAMESPACE_DEPTH) visit((value as Record<PropertyKey, unknown>)[key], depth + 1);
    }
    visit(Reflect.getPrototypeOf(value), depth + 1);
    if (!ArrayBuffer.isView(value)) Object.freeze(value);
  };
  visit(namespace, 0);
}

const intrinsics: ReadonlySet<unknown> = findIntrinsics();

function findIntrinsics(): Set<unknown> {
  const found = new SafeSet<unknown>();
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const value = (globalThis as Record<string, unknown>)[name];
    if (typeof value !== "function" && typeof value !== "object") continue;
    found.add(value);
    if (typeof value === "function") found.add((value as { prototype?: unknown }).prototype);
  }
  for (const sample of [async () => {}, function* () {}, async function* () {}, () => {}]) {
    let prototype: object | null = Object.getPrototypeOf(sample);
    while (prototype !== null) {
      found.add(prototype);
      found.add((sample as { prototype?: unknown }).prototype);
      prototype = Object.getPrototypeOf(prototype);
    }
  }
  for (const iterator of [
    [][Symbol.iterator](),
    new Map().entries(),
    new Set().values(),
    ""[Symbol.iterator](),
  ]) {
    found.add(Object.getPrototypeOf(iterator));
  }
  return found;
}
