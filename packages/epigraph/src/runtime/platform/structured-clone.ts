import { type Blob, blobBytes, File, isBlob, newBlob } from "./blob.ts";
import { DOMException } from "./dom-exception.ts";

const ERROR_TYPES: Readonly<Record<string, ErrorConstructor>> = {
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

/**
 * `structuredClone` of the HTML standard for one value.
 * @throws DOMException DataCloneError for functions, symbols, and objects of the platform that are no plain data.
 * @throws TypeError when options are given: nothing can be transferred here.
 */
export function structuredClone<T>(value: T, options?: unknown): T {
  if (options !== undefined) throw new TypeError("structuredClone with transfer not supported");
  return clone(value, new Map()) as T;
}

function clone(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === "symbol" || typeof value === "function") throw notCloneable(value);
  if (typeof value !== "object" || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known;
  const remember = <R extends object>(copy: R): R => {
    seen.set(value, copy);
    return copy;
  };
  if (Array.isArray(value)) {
    const copy = remember(new Array<unknown>(value.length));
    copyProperties(value, copy, seen);
    return copy;
  }
  if (ArrayBuffer.isView(value)) return remember(cloneView(value, seen));
  if (isBlob(value)) return remember(cloneBlob(value));
  if (value instanceof DOMException) return remember(new DOMException(value.message, value.name));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    // By far the commonest; each brand check below costs a thrown error.
    const copy = remember({});
    copyProperties(value, copy, seen);
    return copy;
  }
  const special = cloneByBrand(value);
  if (special !== undefined) return remember(special);
  if (isBranded(value, mapSize)) {
    const copy = remember(new Map<unknown, unknown>());
    for (const [key, item] of [...Map.prototype.entries.call(value)])
      copy.set(clone(key, seen), clone(item, seen));
    return copy;
  }
  if (isBranded(value, setSize)) {
    const copy = remember(new Set<unknown>());
    for (const item of [...Set.prototype.values.call(value)]) copy.add(clone(item, seen));
    return copy;
  }
  if (isError(value)) return cloneError(value, remember, seen);
  if (!isPlainData(value)) throw notCloneable(value);
  const copy = remember({});
  copyProperties(value, copy, seen);
  return copy;
}

const sizeOf = (prototype: object): ((this: unknown) => unknown) =>
  Object.getOwnPropertyDescriptor(prototype, "size")!.get as (this: unknown) => unknown;
const mapSize = sizeOf(Map.prototype);
const setSize = sizeOf(Set.prototype);
const byteLengthOf = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, "byteLength")!.get as (
  this: unknown,
) => unknown;
const sourceOf = Object.getOwnPropertyDescriptor(RegExp.prototype, "source")!.get as (
  this: unknown,
) => unknown;

/** Whether an object has the internal slots that the method of a builtin asks for, whatever its prototype says. */
function isBranded(value: object, method: (this: never) => unknown): boolean {
  // RegExp.prototype and its like answer without the slots.
  if (value === RegExp.prototype) return false;
  try {
    method.call(value as never);
    return true;
  } catch {
    return false;
  }
}

const WRAPPERS: readonly ((this: unknown) => unknown)[] = [Number, String, Boolean, BigInt].map(
  (wrapper) => wrapper.prototype.valueOf as (this: unknown) => unknown,
);

const isError: (value: unknown) => value is Error = (
  Error as unknown as { isError: (value: unknown) => value is Error }
).isError;

/** Copies of builtins that hold no other values; undefined for anything else. */
function cloneByBrand(value: object): object | undefined {
  if (isBranded(value, Date.prototype.getTime)) return new Date(Date.prototype.getTime.call(value));
  if (isBranded(value, sourceOf)) return new RegExp((value as RegExp).source, (value as RegExp).flags);
  if (isBranded(value, byteLengthOf)) return (value as ArrayBuffer).slice(0);
  if (value instanceof SharedArrayBuffer) throw notCloneable(value);
  for (const unwrap of WRAPPERS) if (isBranded(value, unwrap)) return Object(unwrap.call(value)) as object;
  if (isBranded(value, Symbol.prototype.valueOf)) throw notCloneable(value);
  return undefined;
}

function cloneView(view: ArrayBufferView, seen: Map<object, unknown>): object {
  const buffer = clone(view.buffer, seen) as ArrayBuffer;
  if (view instanceof DataView) return new DataView(buffer, view.byteOffset, view.byteLength);
  const typed = view as Uint8Array;
  const tag = (typed as unknown as Record<symbol, string>)[Symbol.toStringTag]!;
  const TypedArray = (globalThis as unknown as Record<string, Uint8ArrayConstructor>)[tag]!;
  return new TypedArray(buffer, typed.byteOffset, typed.length);
}

function cloneBlob(blob: Blob): Blob {
  if (!(blob instanceof File)) return newBlob(blobBytes(blob), blob.type);
  return new File([blob], blob.name, { type: blob.type, lastModified: blob.lastModified });
}

/** Errors keep their builtin kind, message, stack and cause; own properties and subclasses are lost, as specified. */
function cloneError(
  error: Error,
  remember: <R extends object>(copy: R) => R,
  seen: Map<object, unknown>,
): Error {
  const make = ERROR_TYPES[String(error.name)] ?? Error;
  const copy = remember(new make());
  const define = (name: string, value: unknown): void => {
    Object.defineProperty(copy, name, { value, writable: true, enumerable: false, configurable: true });
  };
  if (error.message !== "") define("message", String(error.message));
  define("stack", String(error.stack));
  if (Object.hasOwn(error, "cause")) define("cause", clone(error.cause, seen));
  return copy;
}

function copyProperties(from: object, to: object, seen: Map<object, unknown>): void {
  for (const key of Object.keys(from)) {
    Object.defineProperty(to, key, {
      value: clone((from as Record<string, unknown>)[key], seen),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
}

/** Objects with private slots can't be told from plain ones; promises, weak collections and ours can. */
function isPlainData(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  return (
    tag === "[object Object]" || tag === "[object Arguments]" || Object.hasOwn(value, Symbol.toStringTag)
  );
}

function notCloneable(value: unknown): DOMException {
  const shown = typeof value === "object" ? Object.prototype.toString.call(value) : String(value);
  return new DOMException(`${shown} could not be cloned.`, "DataCloneError");
}
