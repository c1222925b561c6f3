/**
 * What is known of a value that the top level of a module makes, without running it. No value of these kinds depends on
 * when or for whom it was made.
 */
export type Value =
  /** A primitive. */
  | { readonly kind: "constant" }
  /** A function or class of the app: frozen, it has no state. */
  | { readonly kind: "function" }
  /** What a function of the SDK made: a registered function, a validator, a reference. Or a regular expression. */
  | { readonly kind: "made" }
  /** A router: its routes are in maps, which freezing does not reach. */
  | { readonly kind: "router" }
  /** An object or array literal. */
  | {
      readonly kind: "literal";
      /** Whether all it holds are values of the kinds above, the router aside. */
      readonly isFlat: boolean;
      readonly isEmpty: boolean;
      /** Names of properties that it has for sure. */
      readonly properties: ReadonlySet<string>;
    }
  /** A `Set`, which freezing does not reach. */
  | { readonly kind: "set" }
  /** The SDK or a part of it: `server.queryGeneric`, `values.v.string`. */
  | { readonly kind: "sdk"; readonly path: string }
  /** What another module exports. */
  | { readonly kind: "module"; readonly exports: ModuleExports }
  /** `process.env`: one object for all executions, which asks the host at each read. */
  | { readonly kind: "environment" }
  /** A function that belongs to the language. */
  | { readonly kind: "intrinsic" }
  /** A function that esbuild put there. */
  | { readonly kind: "helper"; readonly name: HelperName };

export type HelperName = "export" | "copyProps" | "toCommonJS" | "toESM" | "reExport" | "name";

export type ModuleExports = ReadonlyMap<string, Value>;

export const CONSTANT: Value = { kind: "constant" };
export const INTRINSIC: Value = { kind: "intrinsic" };

/** Whether whoever has a value could change what it holds, as far as freezing does not prevent it quietly. */
export function isFragile({ kind }: Value): boolean {
  return kind === "literal" || kind === "set" || kind === "router";
}

/** The value itself if it is fragile; of a module the fragile ones among its exports, and among theirs. */
export function fragileParts(value: Value, seen: Set<Value> = new Set()): readonly Value[] {
  if (value.kind !== "module") return isFragile(value) ? [value] : [];
  if (seen.has(value)) return [];
  seen.add(value);
  return [...value.exports.values()].flatMap((exported) => fragileParts(exported, seen));
}
