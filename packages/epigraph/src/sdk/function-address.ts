// biome-ignore-all lint/suspicious/noExplicitAny: accepts whatever an app holds for a function

/** Where the `module:function` name of a function reference is found. Shared with other copies of this module. */
export const FUNCTION_NAME: unique symbol = Symbol.for("functionName") as never;
/** Where the path of a reference into a component is found. Shared with other copies of this module. */
export const REFERENCE_PATH: unique symbol = Symbol.for("toReferencePath") as never;

/** How the host is told which function is meant: exactly one of the three. */
export type FunctionAddress =
  | { functionHandle: string; name?: never; reference?: never }
  | { name: any; functionHandle?: never; reference?: never }
  | { reference: string; functionHandle?: never; name?: never };

/**
 * The address of `api.module.fn`, of a component's function, of a handle, or of a name as text.
 * @throws Error if it is none of them.
 */
export function getFunctionAddress(functionReference: any): FunctionAddress {
  if (typeof functionReference === "string") {
    return functionReference.startsWith("function://")
      ? { functionHandle: functionReference }
      : { name: functionReference };
  }
  const name = functionReference[FUNCTION_NAME];
  if (name) return { name };
  const reference = functionReference[REFERENCE_PATH];
  if (reference) return { reference };
  throw new Error(`${functionReference} is not a functionReference`);
}
