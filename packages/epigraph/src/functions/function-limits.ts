import { DEFAULT_NODE_LIMITS } from "../runtime/node/node-limits.ts";
import { DEFAULT_TIME_LIMITS, type TimeLimits } from "../runtime/runner/time-limits.ts";
import { type AdmissionLimits, DEFAULT_ADMISSION_LIMITS } from "./admission.ts";

/** What an operator may set of how functions run. */
export interface FunctionLimits extends TimeLimits {
  /** How many run at once; HTTP actions and Node actions are actions. */
  readonly concurrent: AdmissionLimits["concurrent"];
  /** How many Node actions run at once in each process that runs functions. */
  readonly nodeActions: number;
  /** Of a Node action, in milliseconds; whole seconds. */
  readonly nodeActionMs: number;
}

export const DEFAULT_FUNCTION_LIMITS: FunctionLimits = {
  ...DEFAULT_TIME_LIMITS,
  concurrent: DEFAULT_ADMISSION_LIMITS.concurrent,
  nodeActions: DEFAULT_NODE_LIMITS.processes,
  nodeActionMs: DEFAULT_NODE_LIMITS.timeMs,
};
