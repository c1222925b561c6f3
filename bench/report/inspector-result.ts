import type { WorkloadName } from "../load/workloads.ts";

/** One measurement of the server that records its requests, or of the one that doesn't. */
export interface InspectorSample {
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  /** Of the whole process tree; null where the system doesn't tell. */
  readonly processorMs: number | null;
}

export interface InspectorRound {
  readonly round: number;
  readonly workload: WorkloadName;
  readonly off: InspectorSample;
  readonly on: InspectorSample;
}

/** What recording every request costs: the same work for a server that does and one that doesn't, in turn. */
export interface InspectorResult {
  readonly connections: number;
  readonly rounds: readonly InspectorRound[];
}
