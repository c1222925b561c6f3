import { type Code, type FunctionInfo, type ModuleText, stacksOf, toRealmCode } from "./code.ts";
import type { AnalysedText } from "./messages.ts";

const QUERY: FunctionInfo = { type: "Query", isPublic: true, isNode: false, args: null, returns: null };
const NO_SEED = new Uint8Array(32);

/** Code with one query more, whose modules stand before those of the app. */
export function withTestQuery(active: Code | null, path: string, modules: readonly AnalysedText[]): Code {
  const texts = modules.map((module): ModuleText => ({ ...module, use: "own" }));
  const own = new Set(texts.map((module) => module.path));
  const added = toRealmCode(texts, NO_SEED, 0);
  return {
    pushId: "test query",
    modules: [...(active?.modules ?? []).filter((module) => !own.has(module.path)), ...added.modules],
    importSeed: active?.importSeed ?? added.importSeed,
    importTimeMs: active?.importTimeMs ?? 0,
    functions: new Map([...(active?.functions ?? []), [path, QUERY]]),
    hasHttpRoutes: false,
    stacks: stacksOf(texts),
    node: null,
  };
}
