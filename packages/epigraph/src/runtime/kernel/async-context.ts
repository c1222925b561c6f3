import { defineLazyGlobal } from "../platform/lazy.ts";
import { currentExecution } from "./execution.ts";

/** Values by the storages they belong to; never changed. */
export type AsyncFrame = ReadonlyMap<object, unknown>;

/**
 * Installs `AsyncLocalStorage` and `AsyncResource`. The engine carries no context over an `await`, so the modules that
 * name them have their async functions turned into generators when they are pushed (`deploy/async-context.ts`), and
 * every continuation goes through `Promise.prototype.then`, which is replaced at the first use of either.
 */
export function installAsyncContext(global: typeof globalThis): void {
  let isReplaced = false;
  const use = <T>(value: T): T => {
    if (!isReplaced) replaceThen();
    isReplaced = true;
    return value;
  };
  defineLazyGlobal(global, "AsyncLocalStorage", () => use(AsyncLocalStorage));
  defineLazyGlobal(global, "AsyncResource", () => use(AsyncResource));
}

function replaceThen(): void {
  const nativeThen = Promise.prototype.then;
  // biome-ignore lint/suspicious/noThenProperty: it replaces the one that promises have.
  Promise.prototype.then = function then(this: Promise<unknown>, onFulfilled, onRejected) {
    return nativeThen.call(this, inThisFrame(onFulfilled), inThisFrame(onRejected)) as Promise<never>;
  };
}

/** A function that runs in the frame of this moment, whenever it is called; anything else stays as it is. */
export function inThisFrame<F>(callback: F): F {
  if (typeof callback !== "function") return callback;
  const frame = currentExecution().asyncFrame;
  return ((...args: unknown[]) => runIn(frame, callback as unknown as Callback, undefined, args)) as F;
}

type Callback = (this: unknown, ...args: never[]) => unknown;

function runIn<F extends Callback>(
  frame: AsyncFrame | null,
  callback: F,
  thisArg: unknown,
  args: readonly unknown[],
): ReturnType<F> {
  const execution = currentExecution();
  const outer = execution.asyncFrame;
  execution.asyncFrame = frame;
  try {
    return Reflect.apply(callback, thisArg, args) as ReturnType<F>;
  } finally {
    execution.asyncFrame = outer;
  }
}

/** `AsyncLocalStorage` of Node's `async_hooks`. */
class AsyncLocalStorage<T> {
  readonly name: string;
  readonly #defaultValue: T | undefined;

  constructor({ name = "", defaultValue }: { name?: string; defaultValue?: T } = {}) {
    this.name = String(name);
    this.#defaultValue = defaultValue;
  }

  static bind<F extends Callback>(callback: F): F {
    return bind(callback, currentExecution().asyncFrame);
  }

  static snapshot(): <F extends Callback>(callback: F, ...args: unknown[]) => ReturnType<F> {
    const frame = currentExecution().asyncFrame;
    return (callback, ...args) => runIn(frame, callback, undefined, args);
  }

  run<F extends Callback>(store: T, callback: F, ...args: unknown[]): ReturnType<F> {
    return runIn(this.#with(store), callback, undefined, args);
  }

  exit<F extends Callback>(callback: F, ...args: unknown[]): ReturnType<F> {
    return runIn(this.#with(undefined), callback, undefined, args);
  }

  getStore(): T | undefined {
    const frame = currentExecution().asyncFrame;
    return frame?.has(this) === true ? (frame.get(this) as T | undefined) : this.#defaultValue;
  }

  enterWith(store: T): void {
    currentExecution().asyncFrame = this.#with(store);
  }

  disable(): void {
    const frame = new Map(currentExecution().asyncFrame);
    frame.delete(this);
    currentExecution().asyncFrame = frame;
  }

  #with(store: T | undefined): AsyncFrame {
    return new Map(currentExecution().asyncFrame).set(this, store);
  }
}

/** `AsyncResource` of Node's `async_hooks`. */
class AsyncResource {
  readonly #frame: AsyncFrame | null;
  readonly #id: number;

  constructor(type: unknown) {
    if (typeof type !== "string") throw new TypeError('The "type" argument must be of type string');
    const execution = currentExecution();
    this.#frame = execution.asyncFrame;
    this.#id = execution.nextCall++;
  }

  static bind<F extends Callback>(callback: F, _type?: string, thisArg?: unknown): F {
    return bind(callback, currentExecution().asyncFrame, thisArg);
  }

  runInAsyncScope<F extends Callback>(callback: F, thisArg?: unknown, ...args: unknown[]): ReturnType<F> {
    return runIn(this.#frame, callback, thisArg, args);
  }

  bind<F extends Callback>(callback: F, thisArg?: unknown): F {
    return bind(callback, this.#frame, thisArg);
  }

  emitDestroy(): this {
    return this;
  }

  asyncId(): number {
    return this.#id;
  }

  triggerAsyncId(): number {
    return 0;
  }
}

/** @param thisArg undefined: the one that the function is called with. */
function bind<F extends Callback>(callback: F, frame: AsyncFrame | null, thisArg?: unknown): F {
  if (typeof callback !== "function") throw new TypeError('The "fn" argument must be of type function');
  const bound = function (this: unknown, ...args: unknown[]): unknown {
    return runIn(frame, callback, thisArg ?? this, args);
  };
  Object.defineProperty(bound, "length", { value: callback.length, configurable: true });
  return bound as unknown as F;
}
