const REFUSAL = "Code generation from strings disallowed for this context";

/** Replaces every way to make code from a string; the engine's own switch has no effect inside an isolate of this kind. */
export function forbidCodeGeneration(global: typeof globalThis): void {
  const samples = [() => {}, async () => {}, function* () {}, async function* () {}];
  for (const sample of samples) {
    const prototype = Object.getPrototypeOf(sample) as { constructor: { name: string; prototype: object } };
    const original = prototype.constructor;
    // A declaration, for it must be callable with `new` as the original is.
    function refusing(): never {
      throw new EvalError(REFUSAL);
    }
    Object.defineProperty(refusing, "name", { value: original.name });
    Object.defineProperty(refusing, "prototype", { value: original.prototype, writable: false });
    Object.setPrototypeOf(refusing, Object.getPrototypeOf(original));
    Object.defineProperty(prototype, "constructor", {
      value: refusing,
      writable: false,
      configurable: false,
    });
    if (original.name === "Function") global.Function = refusing as unknown as FunctionConstructor;
  }
  global.eval = function evalRefused(): never {
    throw new EvalError(REFUSAL);
  } as unknown as typeof eval;
}
