import { DOMException } from "./events.ts";

/** Structured clone of what app code has: plain data, dates, maps, sets, errors, buffers and views, cycles kept. */
export function structuredClone(value: unknown): unknown {
  return clone(value, new Map());
}

function clone(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === "function" || typeof value === "symbol") {
    throw new DOMException(`${String(value)} could not be cloned.`, "DataCloneError");
  }
  if (typeof value !== "object" || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const remember = <T>(copy: T): T => {
    seen.set(value, copy);
    return copy;
  };
  if (value instanceof Date) return remember(new Date(value.getTime()));
  if (value instanceof RegExp) return remember(new RegExp(value.source, value.flags));
  if (value instanceof ArrayBuffer) return remember(value.slice(0));
  if (ArrayBuffer.isView(value)) {
    const buffer = clone(value.buffer, seen) as ArrayBuffer;
    const View = value.constructor as new (buffer: ArrayBuffer, offset: number, length?: number) => unknown;
    return remember(
      new View(buffer, value.byteOffset, (value as { length?: number }).length ?? value.byteLength),
    );
  }
  if (value instanceof Map) {
    const copy = remember(new Map());
    for (const [key, entry] of value) copy.set(clone(key, seen), clone(entry, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = remember(new Set());
    for (const entry of value) copy.add(clone(entry, seen));
    return copy;
  }
  if (value instanceof Error) {
    const copy = remember(Object.create(Object.getPrototypeOf(value)) as Error);
    for (const key of ["message", "stack", "cause"] as const) {
      if (Object.hasOwn(value, key))
        Object.defineProperty(copy, key, {
          value: clone(value[key], seen),
          writable: true,
          configurable: true,
        });
    }
    return copy;
  }
  if (Array.isArray(value)) {
    const copy = remember(new Array(value.length));
    for (const key of Object.keys(value)) copy[key as never] = clone(value[key as never], seen) as never;
    return copy;
  }
  const copy = remember({} as Record<string, unknown>);
  for (const key of Object.keys(value)) copy[key] = clone((value as Record<string, unknown>)[key], seen);
  return copy;
}
