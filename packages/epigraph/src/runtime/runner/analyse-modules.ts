import { AUTH_CONFIG_PATH } from "../kernel/analyse-module.ts";
import type { HostBridge, ThrownError } from "../kernel/bridge.ts";
import { analyseNode } from "../node/analyse-node.ts";
import { makeNodeCode } from "../node/node-code.ts";
import type { NodeLimits } from "../node/node-limits.ts";
import { Realm } from "../realm/realm.ts";
import { type CallError, isCallError, plainError, uncaught } from "./call-error.ts";
import { modulesForNode, stacksOf, toRealmCode } from "./code.ts";
import { answerCrypto } from "./crypto/crypto-door.ts";
import type { Effects } from "./effects.ts";
import { entryError, readEnvironment } from "./host-calls.ts";
import type { AnalyseMessage, AnalysisOutcome } from "./messages.ts";
import type { StackMapper } from "./stack-mapper.ts";

export const ANALYSIS_LIMIT_MS = 4_000;
const MEMORY_MB = 64;
const MAX_LINES_SHOWN = 100;

type Analysed = { readonly json: string } | CallError;

/**
 * Evaluates modules once and reports what they export: those of the default runtime here, the others in a Node process.
 */
export async function analysePush(
  message: AnalyseMessage,
  limits: NodeLimits,
  effects: Effects,
): Promise<AnalysisOutcome> {
  const { modules, paths, packagesFolder, environment } = message;
  const nodePaths = new Set(
    modules.filter((module) => module.environment === "node").map(({ path }) => path),
  );
  const isolated = analyseModules(
    { ...message, paths: paths.filter((path) => !nodePaths.has(path)) },
    effects,
  );
  const inNode = paths.filter((path) => nodePaths.has(path));
  if (isolated.type === "error" || inNode.length === 0 || packagesFolder === null) return isolated;
  const code = makeNodeCode(packagesFolder, modulesForNode(modules), "");
  const node = await analyseNode({ code, environment, paths: inNode }, limits, effects);
  if (node.type === "error") return node;
  return { type: "success", modules: { ...isolated.modules, ...node.modules } };
}

/** Evaluates modules once, in a realm of their own without database or effects, and reports what they export. */
function analyseModules(
  { modules, paths, environment, ...rest }: AnalyseMessage,
  effects: Effects,
): AnalysisOutcome {
  // Each is looked at by itself: what one changes must not be there for the next.
  const texts = modules.map((module) => ({ ...module, use: "patching" as const }));
  const analyser = new Analyser(stacksOf(texts), environment, effects);
  const code = toRealmCode(texts, Buffer.from(rest.importSeed, "hex"), rest.importTimeMs);
  const open = (): Realm => new Realm(analyser.bridge(), { code, memoryMb: MEMORY_MB, isBusy: false });
  let realm: Realm;
  try {
    realm = open();
  } catch (error) {
    // A module that does not even compile.
    return { type: "error", path: "", error: plainError(String(error)) };
  }
  try {
    const analysed: Record<string, string> = {};
    for (const path of paths) {
      if (!realm.isClean()) {
        realm.dispose();
        realm = open();
      }
      const result = analyser.analyse(realm, path);
      if (isCallError(result)) return { type: "error", path, error: result };
      analysed[path] = result.json;
    }
    return { type: "success", modules: analysed };
  } finally {
    realm.dispose();
  }
}

class Analyser {
  readonly #stacks: StackMapper;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #elapsedMs: () => number;
  #lines: string[] = [];
  #outcome: string | null = null;
  #nextId = 1;
  /** Whether the module that is looked at names the identity providers. */
  #isAuthConfig = false;

  constructor(
    stacks: StackMapper,
    environment: Readonly<Record<string, string>>,
    { elapsedMs }: Pick<Effects, "elapsedMs">,
  ) {
    this.#stacks = stacks;
    this.#environment = environment;
    this.#elapsedMs = elapsedMs;
  }

  analyse(realm: Realm, path: string): Analysed {
    this.#lines = [];
    this.#outcome = null;
    this.#isAuthConfig = path === AUTH_CONFIG_PATH;
    try {
      realm.enter("analyse", [this.#nextId++, path], ANALYSIS_LIMIT_MS);
    } catch (error) {
      return entryError(error, ANALYSIS_LIMIT_MS, this.#stacks);
    }
    const outcome = this.#outcome as string | null;
    if (outcome === null) return plainError("The module did not finish evaluating");
    if (outcome.startsWith("V")) return { json: outcome.slice(1) };
    const error = uncaught(JSON.parse(outcome.slice(1)) as ThrownError, this.#stacks);
    const lines = this.#lines.slice(-MAX_LINES_SHOWN);
    return lines.length === 0 ? error : { ...error, frames: `${error.frames}\n${lines.join("\n")}\n` };
  }

  /** A provider with a hole in it would be worse than none. */
  #readVariable(name: string): string | undefined {
    const answer = readEnvironment((key) => this.#environment[key], name);
    return answer === undefined && this.#isAuthConfig ? `E${missingVariableText(name)}` : answer;
  }

  bridge(): HostBridge {
    return {
      // The kernel answers these itself as long as modules are evaluated, which is always here.
      syscall: unreachable,
      restOfAnswer: unreachable,
      startOperation: unreachable,
      startCrypto: unreachable,
      elapsedMs: this.#elapsedMs,
      randomBytes: unreachable,
      setTimer: unreachable,
      readBody: unreachable,
      respond: unreachable,
      fetch: unreachable,
      storeFile: unreachable,
      openFile: unreachable,
      sendChunk: unreachable,
      endBody: unreachable,
      timeRead: () => {},
      pushRead: () => {},
      clearTimer: () => {},
      cancelBody: () => {},
      mapStack: (frames) => this.#stacks.map(frames).trimEnd(),
      environment: (_id, name) => this.#readVariable(name),
      log: (_id, level, text) => void this.#lines.push(`[${level}] ${text}`),
      done: (_id, _rowsTaken, ...outcome) => {
        this.#outcome = outcome.join("");
      },
      crypto: (_id, request, ...buffers) => answerCrypto(request, buffers),
    };
  }
}

/** The failure of an auth config that reads a variable which is not set. */
export function missingVariableText(name: string): string {
  return `Environment variable ${name} is used in auth config file but its value was not set`;
}

function unreachable(): never {
  throw new Error("unsupported at import time");
}
