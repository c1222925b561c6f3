import { EpigraphError } from "../../errors/epigraph-error.ts";
import { AUTH_CONFIG_PATH } from "../../services/auth/auth-config-evaluator.ts";
import type { InstalledPackages, PushedCode, ReceivedModule } from "../analysis.ts";
import type { BundledModule } from "../bundle.ts";
import { prepareModules } from "../prepare-modules.ts";
import { bundleOwnSdk } from "../sdk-modules.ts";
import { checkSupportedModules } from "../unsupported.ts";
import type { PushRequest, SentModule } from "./push-request.ts";

const EMPTY_MAP = JSON.stringify({ version: 3, sources: [], names: [], mappings: "" });
const MAP_COMMENT = /\n\/\/# sourceMappingURL=.*\s*$/;
/** Where source maps think that modules are: a folder beside that of the functions. */
const OUT = "out";

/**
 * Turns what the official CLI has bundled into what is pushed.
 * @param packages where Node finds packages; null when no module is of the Node runtime.
 * @throws AppError for what can't be run, with its place in the app.
 */
export async function toPushedCode(
  request: PushRequest,
  received: readonly ReceivedModule[],
  packages: InstalledPackages | null,
): Promise<PushedCode> {
  const authConfig = received.find(({ path }) => path === AUTH_CONFIG_PATH) ?? null;
  const modules = received.filter((module) => module !== authConfig).map(toBundled);
  checkSupportedModules(modules, request.components, OUT);
  const code = await prepareModules({
    modules,
    schema: request.schema === null ? null : toBundled(inIsolate(request.schema)),
    definition: request.definition === null ? null : toBundled(inIsolate(request.definition)),
    authConfig: authConfig === null ? null : toBundled(inIsolate(authConfig)),
    sdk: await bundleOwnSdk(),
    packages,
  });
  return { ...code, received, udfServerVersion: request.udfServerVersion };
}

/** The SDK is in the bundles; what is added is there for the host's own modules. */
function toBundled({ path, source, sourceMap, environment }: SentModule): BundledModule {
  return {
    path,
    source: source.replace(MAP_COMMENT, "\n"),
    sourceMap: checkMap(path, sourceMap ?? EMPTY_MAP),
    environment,
  };
}

function inIsolate(module: SentModule): SentModule {
  if (module.environment === "isolate") return module;
  throw new EpigraphError("InvalidModules", `${module.path} can't use the Node.js runtime`);
}

function checkMap(path: string, sourceMap: string): string {
  try {
    const map = JSON.parse(sourceMap) as { readonly mappings?: unknown } | null;
    if (typeof map?.mappings === "string") return sourceMap;
  } catch {
    // Told below.
  }
  throw new EpigraphError("InvalidModules", `The source map of ${path} is not a source map`);
}
