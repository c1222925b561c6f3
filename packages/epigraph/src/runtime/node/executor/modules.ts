import { createRequire, registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compileFunction } from "node:vm";
import type { NodeModule } from "../messages.ts";

type Namespace = Readonly<Record<string, unknown>>;

const SDK_PATH = "_sdk.js";
/** What the SDK exports, by the specifier that app code has. */
const SDK_PARTS = { "convex/server": "server", "convex/values": "values" } as const;
type SdkPart = (typeof SDK_PARTS)[keyof typeof SDK_PARTS];

/**
 * The modules of an app. They are evaluated from memory, as if they lay in a folder of the app: there Node finds its
 * packages.
 */
export class AppModules {
  /** URL of the folder that the modules seem to be in, with a slash at its end. */
  readonly base: string;
  readonly #modules: ReadonlyMap<string, NodeModule>;

  constructor(folder: string, modules: readonly NodeModule[]) {
    this.base = pathToFileURL(join(folder, "out", "/")).href;
    this.#modules = new Map(modules.map((module) => [module.path, module]));
  }

  /** Has `import` find the modules, the SDK among them. */
  async install(): Promise<void> {
    const sdk = this.#evaluateSdk();
    registerHooks({
      resolve: (specifier, context, next) => {
        const url = this.#resolve(specifier, context.parentURL ?? "");
        return url === null ? next(specifier, context) : { url, format: "module", shortCircuit: true };
      },
      load: (url, context, next) => {
        const source = this.#sourceOf(url, sdk);
        return source === null ? next(url, context) : { format: "module", source, shortCircuit: true };
      },
    });
    // Bundled CommonJS files look for these. They have no file of their own.
    const file = new URL("module.js", this.base);
    Object.assign(globalThis, {
      require: createRequire(file),
      exports: {},
      module: { exports: {} },
      __filename: fileURLToPath(file),
      __dirname: dirname(fileURLToPath(file)),
    });
    const handover = globalThis as unknown as Record<symbol, unknown>;
    handover[SDK] = sdk;
    for (const part of Object.values(SDK_PARTS)) await import(this.#sdkUrl(part));
    delete handover[SDK];
  }

  /** Evaluates a module, once. @throws Error when there is none, or whatever it throws. */
  async import(path: string): Promise<Namespace> {
    if (!this.#modules.has(path)) throw new Error(`Couldn't find module source for ${path}`);
    return (await import(new URL(path, this.base).href)) as Namespace;
  }

  #resolve(specifier: string, parent: string): string | null {
    if (specifier.startsWith(this.base)) return specifier;
    if (!parent.startsWith(this.base)) return null;
    const part = SDK_PARTS[specifier as keyof typeof SDK_PARTS] as SdkPart | undefined;
    if (part !== undefined) return this.#sdkUrl(part);
    if (!/^\.\.?\//.test(specifier)) return null;
    const { href } = new URL(specifier, parent);
    return this.#modules.has(href.slice(this.base.length)) ? href : null;
  }

  #sourceOf(url: string, sdk: Readonly<Record<SdkPart, Namespace>>): string | null {
    if (!url.startsWith(this.base)) return null;
    for (const part of Object.values(SDK_PARTS)) {
      if (url !== this.#sdkUrl(part)) continue;
      const names = Object.keys(sdk[part]).filter((name) => name !== "default");
      return `export const { ${names.join(", ")} } = globalThis[Symbol.for(${JSON.stringify(SDK.description)})].${part};`;
    }
    return this.#modules.get(url.slice(this.base.length))?.source ?? null;
  }

  #sdkUrl(part: SdkPart): string {
    return `${this.base}_sdk.${part}.js`;
  }

  #evaluateSdk(): Readonly<Record<SdkPart, Namespace>> {
    const source = this.#modules.get(SDK_PATH)?.source;
    if (source === undefined) throw new Error("The code has no SDK");
    const module: { exports: unknown } = { exports: {} };
    const run = compileFunction(source, ["exports", "require", "module"], {
      filename: `${this.base}${SDK_PATH}`,
    }) as (exports: unknown, require: unknown, module: unknown) => void;
    run(module.exports, undefined, module);
    return module.exports as Readonly<Record<SdkPart, Namespace>>;
  }
}

/** Where the SDK waits for the modules that hand it on. */
const SDK = Symbol.for("epigraph.sdk");
