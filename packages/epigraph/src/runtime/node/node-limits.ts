/** What Node processes may use. */
export interface NodeLimits {
  /** Of one action, from its start to its end, in milliseconds. */
  readonly timeMs: number;
  /** After that time, for a process to say so itself, in milliseconds. */
  readonly graceMs: number;
  /** For the modules of a push to be evaluated, in milliseconds. Packages are read from the disk meanwhile. */
  readonly analysisMs: number;
  /** Of one process, in MiB: of the engine's heap, and, with room for Node itself, of all that it has. */
  readonly memoryMb: number;
  /** Processes of one runner that run actions at the same time. */
  readonly processes: number;
  /** How long one more action waits for one of them, in milliseconds. */
  readonly waitMs: number;
  /** How long a process rests before it is ended, in milliseconds; the last one stays. */
  readonly restMs: number;
}

export const DEFAULT_NODE_LIMITS: NodeLimits = {
  timeMs: 600_000,
  graceMs: 1_000,
  analysisMs: 10_000,
  memoryMb: 512,
  processes: 64,
  waitMs: 10_000,
  restMs: 60_000,
};
