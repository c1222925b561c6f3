import { createHash } from "node:crypto";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import type { Message } from "esbuild";
import type { PushedCode, PushedModule } from "./analysis.ts";
import { appError, type SourceLocation } from "./app-error.ts";
import { findAsyncContext, WITHOUT_ASYNC } from "./async-context.ts";
import type { BundledCode, LoneModule } from "./bundle.ts";
import { transform } from "./bundler.ts";
import { hideRequireShim } from "./require-shim.ts";
import { findSharing, type Sharing } from "./shareable/find-shareable.ts";

const TOP_LEVEL_AWAIT = "Top-level awaits in source files are unsupported";

/**
 * Turns a bundle into what is pushed: every module of the default runtime in wrapper form.
 * @throws AppError `InvalidModules` for a module with top-level await.
 */
export async function prepareModules(bundle: BundledCode): Promise<PushedCode> {
  const isolated = bundle.modules.filter(({ environment }) => environment === "isolate");
  const withContext = findAsyncContext(isolated);
  const alone = (path: string, module: LoneModule | null): Promise<ModuleText> | null =>
    module === null ? null : toWrapperForm({ ...module, path }, false);
  const [modules, schema, definition, authConfig] = await Promise.all([
    Promise.all(isolated.map((module) => toWrapperForm(module, withContext.has(module.path)))),
    alone("schema.js", bundle.schema),
    alone(DEFINITION_PATH, bundle.definition),
    alone("auth.config.js", bundle.authConfig),
  ]);
  const sharing = findSharing(modules);
  return {
    modules: [
      ...modules.map((module) => makeModule(module, sharing)),
      ...bundle.modules
        .filter(({ environment }) => environment === "node")
        .map((module) => makeModule(module, NOT_SHARED, "node")),
    ],
    // Evaluated alone, at the push.
    schema: schema === null ? null : makeModule(schema, NOT_SHARED),
    definition: definition === null ? null : makeModule(definition, NOT_SHARED),
    authConfig: authConfig === null ? null : makeModule(authConfig, NOT_SHARED),
    // Built as CommonJS in the first place; it holds no state.
    sdk: makeModule({ path: SDK_PATH, ...bundle.sdk }, SHARED_SDK),
    packages: bundle.packages,
    received: null,
    udfServerVersion: UDF_SERVER_VERSION,
  };
}

const SDK_PATH = "_sdk.js";
export const DEFINITION_PATH = "convex.config.js";
/** The version of the platform whose rules code is run by that was bundled here. */
const UDF_SERVER_VERSION = "1.48.0";
const SHARED_SDK: Sharing = { shareable: new Map([[SDK_PATH, []]]), patching: new Set() };
const NOT_SHARED: Sharing = { shareable: new Map(), patching: new Set() };

interface ModuleText {
  readonly path: string;
  readonly source: string;
  readonly sourceMap: string;
}

/**
 * What the wrapper brings into scope is not there for app code: what it means by these names it finds on the global
 * object, that is, nothing. esbuild replaces only names that no declaration binds, so the `module` and `exports` of
 * bundled CommonJS files, which are parameters there, stay as they are; its own uses come after the replacement.
 */
const HIDDEN: Readonly<Record<string, string>> = Object.fromEntries(
  ["exports", "require", "module", "arguments"].map((name) => [name, `globalThis.${name}`]),
);

const IMPORT_META = "__importMeta.meta";
const NO_IMPORT_META =
  'var __importMeta = { get meta() { throw new TypeError("import.meta unsupported"); } };';

/**
 * The body of the function that evaluates a module.
 * @param hasContext whether its async functions carry what `AsyncLocalStorage` holds.
 */
async function toWrapperForm(
  { path, source, sourceMap }: ModuleText,
  hasContext: boolean,
): Promise<ModuleText> {
  // esbuild reads the map at the end of its input and maps through it.
  const inlineMap = `//# sourceMappingURL=data:application/json;base64,${Buffer.from(sourceMap).toString("base64")}`;
  const mentionsImportMeta = source.includes("import.meta");
  try {
    const { code, map } = await transform(`${hideRequireShim(source)}\n${inlineMap}\n`, {
      format: "cjs",
      loader: "js",
      target: "esnext",
      // `import()` of a chunk becomes a promise of `require`: the function it runs in has no module loader.
      supported: { "dynamic-import": false, ...(hasContext ? WITHOUT_ASYNC : {}) },
      // Without it the cases of code that reassigns arguments or misses a declaration differ from ES modules.
      banner: mentionsImportMeta ? `"use strict";\n${NO_IMPORT_META}` : '"use strict";',
      define: mentionsImportMeta ? { ...HIDDEN, "import.meta": IMPORT_META } : HIDDEN,
      sourcemap: "external",
      sourcesContent: false,
      sourcefile: path,
      logLevel: "silent",
    });
    return { path, source: code, sourceMap: map };
  } catch (error) {
    throw explain(error, sourceMap);
  }
}

function makeModule(
  { path, source: text, sourceMap }: ModuleText,
  { shareable, patching }: Sharing,
  environment: PushedModule["environment"] = "isolate",
): PushedModule {
  const toFreeze = shareable.get(path);
  // Behind the module's own code, so that the source map stays right.
  const source = toFreeze?.length ? `${text}\nmodule.locals = [${toFreeze.join(", ")}];\n` : text;
  const hash = createHash("sha256");
  for (const part of [environment, source, sourceMap]) hash.update(`${part.length}:`).update(part);
  return {
    path,
    source,
    sourceMap,
    hash: hash.digest("hex"),
    environment,
    isShareable: toFreeze !== undefined,
    isPatching: patching.has(path),
  };
}

function explain(error: unknown, sourceMap: string): unknown {
  const messages = (error as { readonly errors?: readonly Message[] }).errors;
  const awaited = messages?.find(({ text }) => text.startsWith("Top-level await"));
  if (awaited === undefined) return error;
  return appError("InvalidModules", TOP_LEVEL_AWAIT, originalLocation(awaited, sourceMap));
}

function originalLocation({ location }: Message, sourceMap: string): SourceLocation | null {
  if (location === null) return null;
  const { source, line, column } = originalPositionFor(new TraceMap(sourceMap), location);
  return source === null ? null : { file: toAppPath(source), line, column };
}

/** A path in a source map (`../../convex/sub/a.ts`), relative to the app's folder. */
export function toAppPath(source: string): string {
  return source.replace(/^(?:\.\.\/)+/, "");
}
