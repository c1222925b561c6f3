// biome-ignore-all lint/suspicious/noExplicitAny: components with exports of any type meet here
// biome-ignore-all lint/complexity/noBannedTypes: `{}` is "no variable", where a record would admit every name
import type {
  AnyFunctionReference,
  FunctionReference,
  FunctionReference_future,
  FunctionType,
} from "./functions-api.ts";
import type { DefaultFunctionArgs } from "./registration-types.ts";
import type { Expand } from "./type-utils.ts";
import type { Infer, Validator, VLiteral, VOptional, VString, VUnion } from "./validators.ts";

/** A reference as text, which can be stored and handed to components. */
export type FunctionHandle<
  Type extends FunctionType,
  Args extends DefaultFunctionArgs = any,
  ReturnType = any,
> = string & FunctionReference<Type, "internal", Args, ReturnType>;

export type FunctionHandle_future<
  Type extends FunctionType,
  Args extends DefaultFunctionArgs = any,
  ReturnType = any,
> = string & FunctionReference_future<Type, "internal", Args, ReturnType>;

export interface ComponentExports {
  [key: string]: FunctionReference<any, any, any, any> | ComponentExports;
}

export type StringLikeValidator =
  | VString<string, "required">
  | VLiteral<string, "required">
  | VUnion<string, Validator<any, "required", any>[], "required">;

/** Environment variables that an app or a component declares. */
export type EnvDefinition = Record<string, StringLikeValidator | VOptional<StringLikeValidator>>;

type OptionalEnvKeys<E extends EnvDefinition> = {
  [K in keyof E]: E[K] extends Validator<any, "optional", any> ? K : never;
}[keyof E];
type RequiredEnvKeys<E extends EnvDefinition> = Exclude<keyof E, OptionalEnvKeys<E>>;

/** The type of `env` for declared variables. */
export type EnvFromDefinition<E extends EnvDefinition> = Expand<
  { [K in RequiredEnvKeys<E>]: Infer<E[K]> } & { [K in OptionalEnvKeys<E>]?: Infer<E[K]> | undefined }
>;

/** Hands a variable of the parent down to a component. */
export type EnvRef<K extends string = string> = { __envVarRef: K };
export type EnvRefFromDefinition<E extends EnvDefinition> = { [K in keyof E & string]: EnvRef<K> };
export type EnvFromAppDefinition<A> =
  A extends AppDefinition<infer E> ? EnvFromDefinition<E> : Record<string, never>;

type EnvOf<T extends ComponentDefinition<any, any>> = T["__env"];
type UseOptionsEnv<E extends EnvDefinition> = Expand<
  { [K in RequiredEnvKeys<E>]: Infer<E[K]> | EnvRef } & {
    [K in OptionalEnvKeys<E>]?: Infer<E[K]> | EnvRef | undefined;
  }
>;
type UseOptions<Definition extends ComponentDefinition<any, any>> =
  RequiredEnvKeys<EnvOf<Definition>> extends never
    ? { name?: string; httpPrefix?: string; env?: UseOptionsEnv<EnvOf<Definition>> }
    : { name?: string; httpPrefix?: string; env: UseOptionsEnv<EnvOf<Definition>> };
type UseArgs<Definition extends ComponentDefinition<any, any>> =
  RequiredEnvKeys<EnvOf<Definition>> extends never
    ? [options?: UseOptions<Definition>]
    : [options: UseOptions<Definition>];

/** A component that has been mounted. */
export interface InstalledComponent<Definition extends ComponentDefinition<any, any>> {
  get exports(): Definition["__exports"];
}

/** The default export of a component's `convex.config.ts`. */
export type ComponentDefinition<Exports extends ComponentExports = any, Env extends EnvDefinition = {}> = {
  use<Definition extends ComponentDefinition<any, any>>(
    definition: Definition,
    ...args: UseArgs<Definition>
  ): InstalledComponent<Definition>;
  __exports: Exports;
  env: EnvRefFromDefinition<Env>;
  __env: Env;
};

/** The default export of the app's `convex.config.ts`. */
export type AppDefinition<Env extends EnvDefinition = EnvDefinition> = {
  /** Mounts a component under its default name, or another. */
  use<Definition extends ComponentDefinition<any, any>>(
    definition: Definition,
    ...args: UseArgs<Definition>
  ): InstalledComponent<Definition>;
  env: EnvRefFromDefinition<Env>;
  __env: Env;
};

type AnyInterfaceType = { [key: string]: AnyInterfaceType } & AnyFunctionReference;
export type AnyChildComponents = Record<string, Record<string, AnyInterfaceType>>;
export type AnyComponents = AnyChildComponents;
