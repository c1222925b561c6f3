/**
 * Collections for what belongs to no single execution. App code may replace `Map.prototype.get` by a function of its
 * own, which would then have the kernel's map as `this`; these have their methods to themselves.
 */
export class SafeMap<K, V> extends Map<K, V> {}
export class SafeSet<T> extends Set<T> {}
export class SafeWeakMap<K extends object, V> extends WeakMap<K, V> {}
export class SafeWeakSet<T extends object> extends WeakSet<T> {}

for (const [safe, native] of [
  [SafeMap, Map],
  [SafeSet, Set],
  [SafeWeakMap, WeakMap],
  [SafeWeakSet, WeakSet],
] as const) {
  Object.defineProperties(safe.prototype, {
    ...Object.getOwnPropertyDescriptors(native.prototype),
    constructor: { value: safe },
  });
  Object.setPrototypeOf(safe.prototype, null);
  Object.freeze(safe.prototype);
}
