/**
 * What a push carries into the runtime, and what the runtime reports back: the contract
 * between the bundler (this layer) and the analysis (which has to run app code).
 */

/** A file of the app, ready to be evaluated. */
export interface PushedModule {
  /** Bundled path with `.js`, for example `messages.js` or `_deps/ABCD.js`. */
  readonly path: string;
  /**
   * Of the Node runtime: an ES module. Otherwise wrapper form: the body of `(function (exports, require, module) { … })`. `require` is called with specifiers
   * relative to `path`, or with `convex/server`, `convex/values`. What app code itself means by these three names is
   * looked up on the global object.
   */
  readonly source: string;
  /** Source map (JSON text) from `source` to the app's own files. */
  readonly sourceMap: string | null;
  /** SHA-256 of source, source map and environment, in hex: equal modules are stored once. */
  readonly hash: string;
  readonly environment: "isolate" | "node";
  /**
   * Whether a realm may evaluate the module once for all executions. It has to freeze the exports then, and what the
   * module puts into `module.locals`.
   */
  readonly isShareable: boolean;
  /** Whether the module, or one that it imports, may change objects that belong to the language or the platform. */
  readonly isPatching: boolean;
}

/** Everything one push brings. */
export interface PushedCode {
  readonly modules: readonly PushedModule[];
  /**
   * The SDK all modules share, in the same wrapper form, path `_sdk.js`. It exports
   * `server` and `values`: what `require("convex/server")` and `require("convex/values")` give.
   */
  readonly sdk: PushedModule;
  /** The schema module on its own (path `schema.js`), or null when the app has none. */
  readonly schema: PushedModule | null;
  /** What the app says about itself (path `convex.config.js`), or null. Evaluated at the push alone. */
  readonly definition: PushedModule | null;
  /** The module that names the identity providers on its own (path `auth.config.js`), or null when the app has none. */
  readonly authConfig: PushedModule | null;
  /** Null when no module is of the Node runtime. */
  readonly packages: InstalledPackages | null;
  /** As they came, where the official CLI has bundled them; null where it was done here. */
  readonly received: readonly ReceivedModule[] | null;
  /** Version of the `convex` package that the code was written for. */
  readonly udfServerVersion: string;
}

/** A module as the official CLI bundled it, kept so that the next push need not send it again. */
export interface ReceivedModule {
  readonly path: string;
  readonly source: string;
  readonly sourceMap: string | null;
  readonly environment: "isolate" | "node";
  /** Of source and source map, in hex: the hash that the CLI compares. */
  readonly sha256: string;
}

/** Code that several modules share: nothing in it is a function of the app. */
export function isChunk(path: string): boolean {
  return path.startsWith("_deps/");
}

/** The SDK, the schema and the auth config among them: a push is complete by itself. */
export function allModules({ modules, sdk, schema, authConfig }: PushedCode): readonly PushedModule[] {
  return [...modules, sdk, schema, authConfig].filter((module) => module !== null);
}

/** Where the Node runtime finds packages that are no part of its modules. */
export interface InstalledPackages {
  /** Absolute path of a folder: packages are found as from a file that lies in a folder of it. */
  readonly folder: string;
  /** Exact versions of those that modules import, by name. */
  readonly versions: Readonly<Record<string, string>>;
}

/** A function found in a module. */
export interface AnalysedFunction {
  /** Export name. */
  readonly name: string;
  readonly udfType: "Query" | "Mutation" | "Action";
  /** Null when the function object carries no visibility mark. */
  readonly visibility: "public" | "internal" | null;
  /** Validator JSON text of the arguments, or null when the function gives none. */
  readonly args: string | null;
  /** Validator JSON text of the result, or null when the function gives none. */
  readonly returns: string | null;
  /** 1-based line in the app's source, where it could be told. */
  readonly line: number | null;
}

/** A route of the HTTP router, in the form the router reports it. */
export interface AnalysedRoute {
  readonly path: string;
  readonly method: string;
}

/** What one module exports. */
export interface AnalysedModule {
  readonly functions: readonly AnalysedFunction[];
  /** Routes, when this is the `http.js` module; null otherwise. */
  readonly httpRoutes: readonly AnalysedRoute[] | null;
}

/** The analysis of a whole push. */
export interface Analysis {
  /** By bundled module path. */
  readonly modules: Readonly<Record<string, AnalysedModule>>;
  /** Exports that are HTTP actions, `http.js:name`: no functions, but something all the same. */
  readonly httpActions: readonly string[];
  /** What the schema's `export()` gave, or null when there is no schema. */
  readonly schemaJson: string | null;
  /** What the crons' `export()` gave, or null when there are none. */
  readonly cronsJson: string | null;
  /** What the app definition's `export()` gave, or null when there is none. */
  readonly definitionJson: string | null;
}
