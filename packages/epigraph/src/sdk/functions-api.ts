// biome-ignore-all lint/suspicious/noExplicitAny: references to functions of any type meet here
import { FUNCTION_NAME, getFunctionAddress } from "./function-address.ts";
import type {
  DefaultFunctionArgs,
  EmptyObject,
  FunctionVisibility,
  RegisteredAction,
  RegisteredMutation,
  RegisteredQuery,
} from "./registration-types.ts";
import type { Expand, UnionToIntersection } from "./type-utils.ts";

export type FunctionType = "query" | "mutation" | "action";

/** A function to be called by the host: `api.messages.list`. The members exist for the compiler only. */
export type FunctionReference<
  Type extends FunctionType,
  Visibility extends FunctionVisibility = "public",
  Args extends DefaultFunctionArgs = any,
  ReturnType = any,
  ComponentPath = string | undefined,
> = {
  _type: Type;
  _visibility: Visibility;
  _args: Args;
  _returnType: ReturnType;
  _componentPath: ComponentPath;
  _fn?(args: Args, keys: ReferenceArgKeys<Args>): ReturnType;
};

type IsAny<T> = 0 extends 1 & T ? true : false;
type ArgKeys<Args> = IsAny<Args> extends true ? any : keyof Args;
type ReferenceArgKeys<Args> =
  IsAny<Args> extends true ? any : ((keys: (key: ArgKeys<Args>) => void) => void) | UncheckedArgKeys;
type UncheckedArgKeys = (keys: never, unchecked?: unknown) => void;
type FutureArgKeys<Args> =
  IsAny<Args> extends true ? any : (keys: (key: ArgKeys<Args>) => void, guard?: never) => void;

/** A reference that is checked more strictly: optional arguments count when references are assigned. */
export type FunctionReference_future<
  Type extends FunctionType,
  Visibility extends FunctionVisibility = "public",
  Args extends DefaultFunctionArgs = any,
  ReturnType = any,
  ComponentPath = string | undefined,
> = {
  _type: Type;
  _visibility: Visibility;
  _componentPath: ComponentPath;
  _fn?: ((args: Args, keys: FutureArgKeys<Args>) => ReturnType) | undefined;
};

export type AnyFunctionReference = FunctionReference<any, any>;
export type AnyReference = FunctionReference<any, any> | FunctionReference_future<any, any>;

/**
 * The name that clients and the scheduler use: `dir/module:fn`.
 * @throws Error for handles and references into components, which have none.
 */
export function getFunctionName(functionReference: AnyReference): string {
  const { name, functionHandle, reference } = getFunctionAddress(functionReference);
  if (name !== undefined) return name;
  throw new Error(
    functionHandle !== undefined
      ? `Expected function reference like "api.file.func" or "internal.file.func", but received function handle ${functionHandle}`
      : `Expected function reference in the current component like "api.file.func" or "internal.file.func", but received reference ${reference}`,
  );
}

/** A reference by name, for code that has no generated `api`: `makeFunctionReference<"query">("messages:list")`. */
export function makeFunctionReference<
  type extends FunctionType,
  args extends DefaultFunctionArgs = any,
  ret = any,
>(name: string): FunctionReference<type, "public", args, ret> {
  return { [FUNCTION_NAME]: name } as unknown as FunctionReference<type, "public", args, ret>;
}

type AnyModuleDirOrFunc = { [key: string]: AnyModuleDirOrFunc } & AnyFunctionReference;
export type AnyApi = Record<string, Record<string, AnyModuleDirOrFunc>>;

function apiNode(parts: readonly string[]): object {
  return new Proxy(
    {},
    {
      get(_target, property) {
        if (typeof property === "string") return apiNode([...parts, property]);
        if (property === FUNCTION_NAME) return nameOfParts(parts);
        return property === Symbol.toStringTag ? "FunctionReference" : undefined;
      },
    },
  );
}

function nameOfParts(parts: readonly string[]): string {
  if (parts.length < 2) {
    throw new Error(
      `API path is expected to be of the form \`api.moduleName.functionName\`. Found: \`${["api", ...parts].join(".")}\``,
    );
  }
  const module = parts.slice(0, -1).join("/");
  const name = parts.at(-1);
  return name === "default" ? module : `${module}:${name}`;
}

/** References to whatever is asked for; the generated `api` and `internal` are this with types. */
export const anyApi: AnyApi = /* @__PURE__ */ apiNode([]) as AnyApi;

/** For types: the same object seen as the part of the API that fits `Predicate`. */
export function filterApi<API, Predicate>(api: API): FilterApi<API, Predicate> {
  return api as any;
}

/** The reference to an exported function. */
export type FunctionReferenceFromExport<Export> =
  Export extends RegisteredQuery<infer Visibility, infer Args, infer ReturnValue>
    ? FunctionReference<"query", Visibility, Args, ConvertReturnType<ReturnValue>>
    : Export extends RegisteredMutation<infer Visibility, infer Args, infer ReturnValue>
      ? FunctionReference<"mutation", Visibility, Args, ConvertReturnType<ReturnValue>>
      : Export extends RegisteredAction<infer Visibility, infer Args, infer ReturnValue>
        ? FunctionReference<"action", Visibility, Args, ConvertReturnType<ReturnValue>>
        : never;

type FunctionReferencesInModule<Module extends Record<string, any>> = {
  -readonly [ExportName in keyof Module as Module[ExportName]["isConvexFunction"] extends true
    ? ExportName
    : never]: FunctionReferenceFromExport<Module[ExportName]>;
};

type ApiForModule<
  ModulePath extends string,
  Module extends object,
> = ModulePath extends `${infer Directory}/${infer Rest}`
  ? { [_ in Directory]: ApiForModule<Rest, Module> }
  : { [_ in ModulePath]: FunctionReferencesInModule<Module> };

type ExpandModulesAndDirs<ObjectType> = ObjectType extends AnyFunctionReference
  ? ObjectType
  : { [Key in keyof ObjectType]: ExpandModulesAndDirs<ObjectType[Key]> };

type ApiFromModulesAllowEmptyNodes<AllModules extends Record<string, object>> = ExpandModulesAndDirs<
  UnionToIntersection<
    {
      [ModulePath in keyof AllModules]: ApiForModule<ModulePath & string, AllModules[ModulePath]>;
    }[keyof AllModules]
  >
>;

/** The `api` of modules given by their paths. */
export type ApiFromModules<AllModules extends Record<string, object>> = FilterApi<
  ApiFromModulesAllowEmptyNodes<AllModules>,
  FunctionReference<any, any, any, any>
>;

type FilterKeysInApi<Key, API, Predicate> = API extends Predicate
  ? Key
  : API extends FunctionReference<any, any, any, any>
    ? never
    : FilterApi<API, Predicate> extends Record<string, never>
      ? never
      : Key;

/** The part of an API whose references fit `Predicate`. */
export type FilterApi<API, Predicate> = Expand<{
  [mod in keyof API as FilterKeysInApi<mod, API[mod], Predicate>]: API[mod] extends Predicate
    ? API[mod]
    : FilterApi<API[mod], Predicate>;
}>;

export type PartialApi<API> = {
  [mod in keyof API]?: API[mod] extends FunctionReference<any, any, any, any>
    ? API[mod]
    : PartialApi<API[mod]>;
};

type ExtractSignature<FuncRef> = FuncRef extends { _args: infer Args; _returnType: infer R }
  ? { args: Args; returnType: R }
  : FuncRef extends { _fn?: ((args: infer Args, keys: never) => infer R) | undefined }
    ? { args: Args; returnType: R }
    : { args: any; returnType: any };

export type FunctionArgs<FuncRef extends AnyReference> = ExtractSignature<FuncRef>["args"];
export type FunctionReturnType<FuncRef extends AnyReference> = ExtractSignature<FuncRef>["returnType"];

/** The arguments after a reference: optional for functions that take none. */
export type OptionalRestArgs<FuncRef extends AnyReference> =
  FunctionArgs<FuncRef> extends EmptyObject ? [args?: EmptyObject] : [args: FunctionArgs<FuncRef>];

/** As `OptionalRestArgs`, followed by options. */
export type ArgsAndOptions<FuncRef extends AnyReference, Options> =
  FunctionArgs<FuncRef> extends EmptyObject
    ? [args?: EmptyObject, options?: Options]
    : [args: FunctionArgs<FuncRef>, options?: Options];

type UndefinedToNull<T> = T extends void ? null : T;
type NullToUndefinedOrNull<T> = T extends null ? T | undefined | void : T;

/** What callers get of a handler that returns `T`. */
export type ConvertReturnType<T> = UndefinedToNull<Awaited<T>>;
/** What a handler may return when its `returns` validator is of type `T`. */
export type ValidatorTypeToReturnType<T> = Promise<NullToUndefinedOrNull<T>> | NullToUndefinedOrNull<T>;
