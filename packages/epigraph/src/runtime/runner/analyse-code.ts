import type { HostBridge, ThrownError } from "../kernel/bridge.ts";
import { Realm, RealmInterrupted } from "../realm/realm.ts";
import { type CallError, plainError, uncaught } from "./call-error.ts";
import type { Code } from "./code.ts";
import { describe, digestBytes, interrupted, readEnvironment } from "./transaction-realm.ts";

const ANALYSIS_LIMIT_MS = 4_000;
const MEMORY_LIMIT_MB = 128;

/** What a module's exports are, as the push stores it. */
export interface ModuleAnalysis {
  readonly functions: readonly {
    readonly name: string;
    readonly udfType: "Query" | "Mutation" | "Action";
    readonly visibility: "public" | "internal" | null;
    readonly args: string | null;
    readonly returns: string | null;
  }[];
  readonly httpRoutes: readonly { readonly path: string; readonly method: string }[] | null;
  readonly schemaJson: string | null;
}

/** Evaluates modules once, in a realm of their own without database or effects. */
export function analyseCode(
  code: Code,
  paths: readonly string[],
  environment: (name: string) => string | undefined,
): Map<string, ModuleAnalysis | CallError> {
  const console: string[] = [];
  let outcome: string | null = null;
  const refused = (text: string): string => `E${JSON.stringify({ message: text })}`;
  const nothing = (): never => {
    throw new Error("unsupported at import time");
  };
  const host: HostBridge = {
    syscall: (_id, name) =>
      refused(
        /^1\.0\/(get|insert|query|shallow|replace|remove|count)/.test(name)
          ? "Can't use database at import time"
          : `Syscall ${name} unsupported at import time`,
      ),
    startOperation: nothing,
    environment: (name) => readEnvironment(environment, name),
    log: (_id, level, messages) =>
      void console.push(`[${level}] ${(JSON.parse(messages) as string[]).join(" ")}`),
    done: (_id, result) => {
      outcome = result;
    },
    randomBytes: nothing,
    digest: digestBytes,
    setTimer: nothing,
    clearTimer: () => {},
    readBody: nothing,
    cancelBody: () => {},
    respond: nothing,
    responseChunk: nothing,
  };
  const realm = new Realm(host, { memoryMb: MEMORY_LIMIT_MB });
  const results = new Map<string, ModuleAnalysis | CallError>();
  let id = 1;
  try {
    for (const module of code.modules) realm.define(module);
    for (const path of paths) {
      outcome = null;
      console.length = 0;
      results.set(path, analyse(path));
    }
  } catch (error) {
    // A module that does not even compile.
    results.set(paths[results.size] ?? "", plainError(String(error)));
  } finally {
    realm.dispose();
  }
  return results;

  function analyse(path: string): ModuleAnalysis | CallError {
    try {
      realm.enter("analyse", [id++, path, code.importSeed, code.importTimeMs], ANALYSIS_LIMIT_MS);
    } catch (error) {
      return error instanceof RealmInterrupted
        ? interrupted(error, ANALYSIS_LIMIT_MS / 1000)
        : uncaught(describe(error), code);
    }
    const text = outcome as string | null;
    if (text === null) return plainError("The module did not finish evaluating");
    if (text.startsWith("V")) return JSON.parse(text.slice(1)) as ModuleAnalysis;
    const error = uncaught(JSON.parse(text.slice(1)) as ThrownError, code);
    return console.length === 0
      ? error
      : { ...error, frames: `${error.frames}\n${console.slice(-100).join("\n")}\n` };
  }
}
