import type { PlatformHooks } from "../platform/index.ts";
import type { SyscallFailure } from "./bridge.ts";
import { currentExecution } from "./execution.ts";
import { host } from "./host.ts";
import { failureToError, startOperation } from "./operations.ts";
import { keepReadAhead, readAheadAnswer, takeRowsTaken } from "./read-ahead.ts";
import { SafeMap } from "./safe-collections.ts";
import { getBlob, storeBlob } from "./storage.ts";

type JsSyscall = (argument: Readonly<Record<string, unknown>>) => unknown;

const NO_SEED: readonly [] = [];

/** Names that a developer knows, for warnings. */
const OPERATION_NAMES: Readonly<Record<string, string>> = {
  "1.0/actions/query": "runQuery",
  "1.0/actions/mutation": "runMutation",
  "1.0/actions/action": "runAction",
};

/** The global `Convex`: what the SDK and the host share. */
export function makeConvexGlobal(hooks: PlatformHooks): object {
  const jsSyscalls = new SafeMap<string, JsSyscall>()
    .set("storage/storeBlob", (argument) => storeBlob(argument, hooks))
    .set("storage/getBlob", (argument) => getBlob(argument, hooks))
    .set("requestFromConvexJson", () => currentExecution().request?.request)
    .set("convexJsonFromResponse", ({ response }) => {
      if (!hooks.isResponse(response)) throw new Error("HTTP actions must return a Response");
      currentExecution().response = response;
      return {};
    });
  return {
    syscall(name: string, args: string): string {
      return callHost(String(name), String(args));
    },
    asyncSyscall(name: string, args: string): Promise<string> {
      const execution = currentExecution();
      if (!execution.isTransaction && !execution.isImporting) {
        const known = OPERATION_NAMES[name] ?? String(name).replace(/^1\.0\/(?:actions\/)?/, "");
        return startOperation(known, ({ id }, call) =>
          host.startOperation(id, call, String(name), String(args)),
        );
      }
      // Local reads are synchronous: the answer is there already, in call order, hence deterministic.
      try {
        return Promise.resolve(callHost(String(name), String(args)));
      } catch (error) {
        return Promise.reject(error);
      }
    },
    jsSyscall(name: string, argument: Readonly<Record<string, unknown>>): unknown {
      const run = jsSyscalls.get(String(name));
      if (run === undefined) throw new Error(`Unknown JS syscall: ${name}`);
      return run(argument);
    },
  };
}

function callHost(name: string, args: string): string {
  const execution = currentExecution();
  if (execution.isImporting) throw new Error(importRefusal(name));
  const ahead = readAheadAnswer(execution, name, args);
  if (ahead !== undefined) return ahead;
  const childSeed = name === "1.0/runUdf" ? execution.random.nextSeed() : NO_SEED;
  const answer = wholeAnswer(host.syscall(execution.id, name, args, takeRowsTaken(execution), ...childSeed));
  if (answer.charCodeAt(0) === 86 /* V */) return keepReadAhead(execution, name, args, answer.slice(1));
  throw failureToError(JSON.parse(answer.slice(1)) as SyscallFailure);
}

function wholeAnswer(answer: string): string {
  if (answer.charCodeAt(0) !== 43 /* + */) return answer;
  let whole = answer.slice(1);
  for (let piece = host.restOfAnswer(); piece !== ""; piece = host.restOfAnswer()) whole += piece;
  return whole;
}

const DATABASE =
  /^1\.0\/(?:get|queryStream|queryStreamNext|queryPage|count|insert|shallowMerge|replace|remove)$/;
const NESTED_CALL = /^1\.0\/(?:runUdf|actions\/(?:query|mutation|action))$/;

function importRefusal(name: string): string {
  if (DATABASE.test(name)) return "Can't use database at import time";
  if (NESTED_CALL.test(name)) return "Cannot call another function at import time";
  return `Syscall ${name} unsupported at import time`;
}
