/** How long functions may run, in milliseconds. */
export interface TimeLimits {
  /** Of JavaScript in a query or mutation, nested calls included; whole seconds. */
  readonly transactionMs: number;
  /** Of an action or HTTP action, from its first line to its last; whole seconds. */
  readonly actionMs: number;
}

export const DEFAULT_TIME_LIMITS: TimeLimits = { transactionMs: 1_000, actionMs: 1_800_000 };
