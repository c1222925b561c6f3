import type { Plugin } from "esbuild";
import type { Database } from "../database/database.ts";
import { EpigraphError } from "../errors/epigraph-error.ts";
import type { FunctionCall, FunctionOutcome } from "../functions/calls.ts";
import type { AnalysedText } from "../runtime/runner/messages.ts";
import type { Analysis, PushedCode } from "./analysis.ts";
import { AppError } from "./app-error.ts";
import { build } from "./bundler.ts";
import { prepareModules } from "./prepare-modules.ts";
import type { Analyse } from "./push-plan.ts";
import { bundleOwnSdk } from "./sdk-modules.ts";

export interface TestQueriesOptions {
  readonly database: Database;
  readonly analyse: Analyse;
  /** Runs a function of modules that stand beside those of the active code. */
  readonly run: (call: FunctionCall, modules: readonly AnalysedText[]) => Promise<FunctionOutcome>;
}

const PATH = "testQuery.js";
const WRAPPERS = "convex:/_system/repl/wrappers.js";
/** Nobody's result depends on them. */
const PHASE = { importSeed: "00".repeat(32), importTimeMs: 0 } as const;

/** Queries that come as source text and run once: what developers try out against their data. */
export class TestQueries {
  readonly #options: TestQueriesOptions;

  constructor(options: TestQueriesOptions) {
    this.#options = options;
  }

  /**
   * Runs a query.
   * @param source an ES module whose default export is the query.
   * @param call what is known of it but its path.
   * @throws EpigraphError `InvalidModules` or `InvalidTestQuery`
   */
  async run(source: string, call: Omit<FunctionCall, "path" | "kind">): Promise<FunctionOutcome> {
    const code = await prepare(source);
    const { database, analyse, run } = this.#options;
    const environment = database.read(({ catalogue }) => Object.fromEntries(catalogue.environment));
    let analysis: Analysis;
    try {
      analysis = await analyse(code, environment, PHASE);
    } catch (error) {
      if (error instanceof AppError) throw invalid(error);
      throw error;
    }
    checkExports(analysis);
    const modules = [...code.modules, code.sdk];
    return run({ ...call, kind: "query", path: `${PATH}:default` }, modules);
  }
}

async function prepare(source: string): Promise<PushedCode> {
  try {
    const { outputFiles } = await build({
      stdin: { contents: source, sourcefile: "testQuery.ts", loader: "ts" },
      bundle: true,
      write: false,
      format: "esm",
      target: "esnext",
      outfile: PATH,
      sourcemap: "external",
      plugins: [onlyWrappers],
      logLevel: "silent",
    });
    const text = (suffix: string): string =>
      outputFiles.find(({ path }) => path.endsWith(suffix))?.text as string;
    const module = {
      path: PATH,
      source: text(".js"),
      sourceMap: text(".map"),
      environment: "isolate",
    } as const;
    return await prepareModules({
      modules: [module],
      schema: null,
      authConfig: null,
      definition: null,
      sdk: await bundleOwnSdk(),
      packages: null,
    });
  } catch (error) {
    throw invalid(error as Error);
  }
}

/** There is the one module to import; the official package means the same. */
const onlyWrappers: Plugin = {
  name: "test-query",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /.*/ }, ({ path, importer }) => {
      if (path === WRAPPERS) return { path, namespace: "wrappers" };
      if (path === "convex/server" || path === "convex/values") return { path, external: true };
      return importer === "" ? null : { errors: [{ text: `"${path}" can't be imported here` }] };
    });
    onLoad({ filter: /.*/, namespace: "wrappers" }, () => ({
      contents:
        'export { queryGeneric as query, internalQueryGeneric as internalQuery } from "convex/server";',
    }));
  },
};

function checkExports({ modules }: Analysis): void {
  const functions = modules[PATH]?.functions ?? [];
  if (functions.some(({ name }) => name !== "default")) {
    throw new EpigraphError("InvalidTestQuery", "Only `export default` is supported.");
  }
  if (functions[0]?.udfType !== "Query") {
    throw new EpigraphError("InvalidTestQuery", "Default export is not a Convex function.");
  }
}

function invalid(error: Error): EpigraphError {
  return new EpigraphError("InvalidModules", `Could not analyze the given module:\n${error.message}`, {
    cause: error,
  });
}
