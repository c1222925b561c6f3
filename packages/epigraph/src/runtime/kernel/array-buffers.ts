import { host } from "./host.ts";
import { SafeWeakMap } from "./safe-collections.ts";

/** What the engine says when the isolate's allocator refused: nothing is left of the memory for array buffers. */
const REFUSED = "Array buffer allocation failed";

const CONSTRUCTORS = [
  "ArrayBuffer",
  "SharedArrayBuffer",
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

interface Resizable {
  readonly resizable?: boolean;
  readonly growable?: boolean;
  readonly maxByteLength: number;
}

const NativeBuffer = ArrayBuffer;
// Taken before app code can replace them: they are given the native constructors.
const { apply, construct } = Reflect;
/** As much as each resizable buffer may grow to: the engine doesn't count those, and lets them have all there is. */
const reserves = new SafeWeakMap<object, ArrayBuffer>();

type Construct = new (a?: unknown, b?: unknown, c?: unknown) => object;

/**
 * Makes an array buffer that there is no memory for the end of the realm, as a heap without end is: the engine by itself
 * throws an error that app code can catch. Everything that makes array buffers looks its constructor up (`slice`, `map`,
 * `from`, subclasses), except the few methods that are wrapped too.
 */
export function watchArrayBuffers(global: typeof globalThis): void {
  const constructors = global as unknown as Record<string, Construct | undefined>;
  for (const name of CONSTRUCTORS) {
    const native = constructors[name];
    if (native !== undefined) {
      Object.defineProperty(global, name, {
        value: watched(name, native),
        writable: true,
        configurable: true,
      });
    }
  }
  watchMethods(ArrayBuffer.prototype, ["transfer", "transferToFixedLength"]);
  watchMethods(Object.getPrototypeOf(Uint8Array.prototype) as object, ["toReversed", "toSorted", "with"]);
}

/** The same constructor to app code: prototype, statics and subclasses are those of the native one. */
function watched(name: string, native: Construct): Construct {
  const isBuffer = name.endsWith("Buffer");
  function Watched(a?: unknown, b?: unknown, c?: unknown): object {
    if (new.target === undefined) throw new TypeError(`Constructor ${name} requires 'new'`);
    try {
      // Most calls, and much faster: the engine inlines it.
      const made =
        new.target === Watched ? new native(a, b, c) : (construct(native, [a, b, c], new.target) as object);
      if (isBuffer && b !== undefined) reserve(made as unknown as Resizable);
      return made;
    } catch (error) {
      throw endIfRefused(error);
    }
  }
  Object.defineProperties(Watched, Object.getOwnPropertyDescriptors(native));
  Object.setPrototypeOf(Watched, Object.getPrototypeOf(native) as object);
  Object.defineProperty(native.prototype, "constructor", {
    value: Watched,
    writable: true,
    configurable: true,
  });
  return Watched as unknown as Construct;
}

/** It takes no memory until somebody writes to it, which nobody does. */
function reserve(buffer: Resizable): void {
  if (buffer.resizable === true || buffer.growable === true) {
    reserves.set(buffer, new NativeBuffer(buffer.maxByteLength));
  }
}

function watchMethods(prototype: object, names: readonly string[]): void {
  for (const name of names) {
    const native = Reflect.get(prototype, name) as ((...args: unknown[]) => unknown) | undefined;
    if (native === undefined) continue;
    const method = {
      [name](this: unknown, ...args: unknown[]): unknown {
        try {
          return apply(native, this, args);
        } catch (error) {
          throw endIfRefused(error);
        }
      },
    }[name] as object;
    Object.defineProperty(method, "length", { value: native.length, configurable: true });
    Object.defineProperty(prototype, name, { value: method, writable: true, configurable: true });
  }
}

function endIfRefused(error: unknown): unknown {
  if (!(error instanceof RangeError) || error.message !== REFUSED) return error;
  host.outOfMemory();
  // The engine ends this loop: no code of the app may run any more.
  for (;;);
}
