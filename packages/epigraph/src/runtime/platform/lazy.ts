/**
 * A part of the platform that is evaluated on first use.
 * `loaded` is undefined until then, which also answers "can this value be an instance of one of its classes?".
 */
export interface LazyPart<T> {
  readonly loaded: T | undefined;
  get(): T;
}

/** Wraps a loader so that it runs once. */
export function lazyPart<T>(load: () => T): LazyPart<T> {
  let loaded: T | undefined;
  return {
    get loaded(): T | undefined {
      return loaded;
    },
    get(): T {
      loaded ??= load();
      return loaded;
    },
  };
}

/** Defines a non-enumerable, writable global, the shape that Web IDL gives to interfaces. */
export function defineGlobal(global: object, name: string, value: unknown): void {
  Object.defineProperty(global, name, { value, writable: true, enumerable: false, configurable: true });
}

const unloaded = new Map<string, () => void>();

/** Loads what no access has loaded so far. */
export function loadLazyGlobals(): void {
  for (const load of unloaded.values()) load();
}

/** The same, but the value is made at the first access. Assigning replaces it without making it. */
export function defineLazyGlobal(global: object, name: string, make: () => unknown): void {
  const replace = (value: unknown): void => {
    unloaded.delete(name);
    defineGlobal(global, name, value);
  };
  unloaded.set(name, () => replace(make()));
  Object.defineProperty(global, name, {
    get(): unknown {
      const value = make();
      replace(value);
      return value;
    },
    set(value: unknown): void {
      replace(value);
    },
    enumerable: false,
    configurable: true,
  });
}

/** A global whose value is another one in each execution; assigning replaces it. */
export function defineLocalGlobal(global: object, name: string, get: () => unknown): void {
  Object.defineProperty(global, name, {
    get,
    set: (value: unknown) => defineGlobal(global, name, value),
    enumerable: false,
    configurable: true,
  });
}

/** Gives a class its public name: the bundler may have renamed it to avoid a clash. */
export function named<T extends object>(name: string, target: T): T {
  Object.defineProperty(target, "name", { value: name, configurable: true });
  return target;
}
