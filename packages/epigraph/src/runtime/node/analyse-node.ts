import type { ThrownError } from "../kernel/bridge.ts";
import { plainError, uncaught } from "../runner/call-error.ts";
import type { Effects } from "../runner/effects.ts";
import type { AnalysisOutcome } from "../runner/messages.ts";
import { StackMapper } from "../runner/stack-mapper.ts";
import { ANALYSIS, type FromNode } from "./messages.ts";
import type { NodeCode } from "./node-code.ts";
import type { NodeLimits } from "./node-limits.ts";
import { NodeProcess } from "./node-process.ts";

const MAX_LINES_SHOWN = 100;
/** Frames come mapped from the process. */
const MAPPED = new StackMapper(new Map());

export interface NodeAnalysis {
  readonly code: NodeCode;
  readonly environment: Readonly<Record<string, string>>;
  /** Modules to report on. */
  readonly paths: readonly string[];
}

/** Evaluates modules in a Node process of their own, which ends with that, and reports what they export. */
export function analyseNode(
  { code, environment, paths }: NodeAnalysis,
  limits: NodeLimits,
  effects: Effects,
): Promise<AnalysisOutcome> {
  const { promise, resolve } = Promise.withResolvers<AnalysisOutcome>();
  const lines: string[] = [];
  const fail = (message: string): void =>
    resolve({ type: "error", path: paths[0] as string, error: plainError(message) });
  const receive = (message: FromNode): void => {
    if (message.type === "line") lines.push(`[${message.level}] ${message.text}`);
    else if (message.type === "analysis") resolve(toOutcome(message, lines));
    else if (message.type === "done" && message.request === ANALYSIS) {
      resolve(
        toOutcome({ type: "analysis", failed: paths[0] as string, text: message.text.slice(1) }, lines),
      );
    }
  };
  const process = new NodeProcess({ memoryMb: limits.memoryMb, onMessage: receive, onExit: fail });
  const clearTimer = effects.setTimer(
    () => fail(`Function execution timed out (maximum duration: ${limits.analysisMs / 1000}s)`),
    limits.analysisMs,
  );
  const { folder, modules } = code;
  process.send({ type: "load", folder, environment, text: JSON.stringify(modules) });
  process.send({ type: "analyse", text: JSON.stringify(paths) });
  return promise.finally(() => {
    clearTimer();
    process.kill();
  });
}

function toOutcome(
  { failed, text }: FromNode & { type: "analysis" },
  lines: readonly string[],
): AnalysisOutcome {
  if (failed === null) {
    return { type: "success", modules: JSON.parse(text) as Readonly<Record<string, string>> };
  }
  const error = uncaught(JSON.parse(text) as ThrownError, MAPPED);
  const shown = lines.slice(-MAX_LINES_SHOWN);
  const frames = shown.length === 0 ? error.frames : `${error.frames}\n${shown.join("\n")}\n`;
  return { type: "error", path: failed, error: { ...error, frames } };
}
