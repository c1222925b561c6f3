// biome-ignore-all lint/suspicious/noExplicitAny: the public types are in components-types.ts; definitions are opaque here
// biome-ignore-all lint/complexity/noBannedTypes: `{}` is "no variable", where a record would admit every name
import { ABI_VERSION } from "./abi-version.ts";
import type {
  AnyChildComponents,
  AppDefinition,
  ComponentDefinition,
  ComponentExports,
  EnvDefinition,
  FunctionHandle,
} from "./components-types.ts";
import { getFunctionAddress, REFERENCE_PATH } from "./function-address.ts";
import type { FunctionReference, FunctionReference_future, FunctionType } from "./functions-api.ts";
import type { DefaultFunctionArgs } from "./registration-types.ts";
import { callHostAsync } from "./syscall.ts";
import { type GenericValidator, isValidator } from "./validators.ts";

const CHILD = "_reference/childComponent/";

/** A handle for a function, as text that keeps its meaning in other components and when stored. */
export async function createFunctionHandle<
  Type extends FunctionType,
  Args extends DefaultFunctionArgs,
  ReturnType,
>(
  functionReference:
    | FunctionReference<Type, "public" | "internal", Args, ReturnType>
    | FunctionReference_future<Type, "public" | "internal", Args, ReturnType>,
): Promise<FunctionHandle<Type, Args, ReturnType>> {
  return callHostAsync("1.0/createFunctionHandle", {
    ...getFunctionAddress(functionReference),
    version: ABI_VERSION,
  });
}

/** References to the functions of mounted components; the generated `components` is this with types. */
export function componentsGeneric(): AnyChildComponents {
  return referenceNode([], (parts) => {
    if (parts.length > 0) return CHILD + parts.join("/");
    throw new Error(
      "API path is expected to be of the form `components.childComponent.functionName`. Found: `components`",
    );
  }) as AnyChildComponents;
}

function referenceNode(parts: readonly string[], path: (parts: readonly string[]) => string): object {
  return new Proxy(
    {},
    {
      get(_target, property) {
        if (typeof property === "string") return referenceNode([...parts, property], path);
        return property === REFERENCE_PATH ? path(parts) : undefined;
      },
    },
  );
}

interface ChildComponent {
  readonly name: string;
  readonly path: string;
  readonly args: [];
  readonly env: Array<[string, { type: "value"; value: string } | { type: "envVar"; name: string }]>;
}

/** What the server's loader provides for the import of a component's definition. */
interface ImportedDefinition {
  readonly componentDefinitionPath?: unknown;
  readonly defaultName?: string;
}

interface UseOptions {
  readonly name?: string;
  readonly httpPrefix?: string;
  readonly env?: Record<string, unknown>;
}

class Definition {
  private readonly children: ChildComponent[] = [];
  private readonly httpMounts: Record<string, string> = {};
  private readonly variables: Record<string, GenericValidator> | undefined;
  private readonly describe: (envVars: object) => object;
  readonly env: object;

  constructor(
    variables: Record<string, GenericValidator> | undefined,
    owner: { label: string; builder: string },
    describe: (envVars: object) => object,
  ) {
    for (const [name, validator] of Object.entries(variables ?? {})) {
      if (isValidator(validator)) continue;
      throw new Error(`Environment variable "${name}" must be defined with a validator (e.g. v.string()).`);
    }
    this.variables = variables;
    this.describe = describe;
    this.env = envReferences(variables ?? {}, owner);
  }

  use(definition: ImportedDefinition, options: UseOptions = {}): object {
    const { componentDefinitionPath: path, defaultName } = definition;
    if (typeof path !== "string") {
      throw new Error(
        "Component definition does not have the required componentDefinitionPath property. This code only works in Convex runtime.",
      );
    }
    const name: unknown = options.name ?? defaultName ?? path.split("/").pop();
    if (typeof name !== "string") {
      throw new Error(`Component name must be a string. Received: ${typeof name}`);
    }
    if (name.length === 0) throw new Error("Component name cannot be empty.");
    const { httpPrefix } = options;
    if (httpPrefix !== undefined) {
      checkHttpPrefix(httpPrefix);
      this.httpMounts[withFinalSlash(httpPrefix)] = CHILD + name;
    }
    this.children.push({ name, path, args: [], env: envArguments(options.env ?? {}) });
    return {
      [REFERENCE_PATH]: CHILD + name,
      exports: referenceNode([], (parts) => [CHILD + name, ...parts].join("/")),
    };
  }

  export(): object {
    return {
      ...this.describe(this.variables === undefined ? {} : { envVars: envVars(this.variables) }),
      childComponents: this.children,
      httpMounts: this.httpMounts,
      exports: { type: "branch", branch: [] },
    };
  }
}

/** Defines a component; its functions are what its modules export. */
export function defineComponent<Exports extends ComponentExports = any, const Env extends EnvDefinition = {}>(
  name: string,
  options?: { env?: Env },
): ComponentDefinition<Exports, Env> {
  const variables = Object.keys(options?.env ?? {}).length === 0 ? undefined : options?.env;
  const owner = { label: `component "${name}"`, builder: "defineComponent" };
  return new Definition(variables as Record<string, GenericValidator> | undefined, owner, (envVars) => ({
    name,
    definitionType: { type: "childComponent", name, args: [] },
    ...envVars,
  })) as any;
}

/**
 * Defines the app, for one that mounts components or declares environment variables.
 *
 * ```ts
 * const app = defineApp({ env: { OPENAI_KEY: v.string() } });
 * app.use(rateLimiter);
 * export default app;
 * ```
 */
export function defineApp<Env extends EnvDefinition = EnvDefinition>(options?: {
  /** Path under which the app's own HTTP routes are served. */
  httpPrefix?: string;
  env?: Env;
}): AppDefinition<Env> {
  const httpPrefix = options?.httpPrefix;
  if (httpPrefix !== undefined) checkHttpPrefix(httpPrefix);
  const owner = { label: "this app", builder: "defineApp" };
  return new Definition(options?.env as Record<string, GenericValidator> | undefined, owner, (envVars) => ({
    definitionType: { type: "app" },
    ...(httpPrefix === undefined ? {} : { httpPrefix: withFinalSlash(httpPrefix) }),
    ...envVars,
  })) as any;
}

function envReferences(declared: object, { label, builder }: { label: string; builder: string }): object {
  return new Proxy(
    {},
    {
      get(_target, name) {
        if (typeof name !== "string") return undefined;
        if (Object.hasOwn(declared, name)) return { __envVarRef: name };
        throw new Error(
          `Env var "${name}" is not declared on ${label}. Add it to the \`env\` option of ${builder}.`,
        );
      },
    },
  );
}

function envVars(variables: Record<string, GenericValidator>): unknown[] {
  return Object.entries(variables).map(([name, validator]) => [
    name,
    {
      type: "value",
      value: JSON.stringify(validator.json),
      ...(validator.isOptional === "optional" ? { optional: true } : {}),
    },
  ]);
}

function envArguments(env: Record<string, unknown>): ChildComponent["env"] {
  const given = Object.entries(env).filter(([, value]) => value !== undefined);
  return given.map(([name, value]) => {
    if (typeof value === "string") return [name, { type: "value", value }];
    const reference = (value as { __envVarRef?: unknown } | null)?.__envVarRef;
    if (typeof reference === "string") return [name, { type: "envVar", name: reference }];
    throw new Error(`Env var "${name}" must be a string or an env var reference. Received: ${typeof value}`);
  });
}

function checkHttpPrefix(prefix: string): void {
  if (!prefix.startsWith("/")) throw new Error(`httpPrefix must start with "/". Received: "${prefix}"`);
}

function withFinalSlash(prefix: string): string {
  return prefix.endsWith("/") ? prefix : `${prefix}/`;
}
