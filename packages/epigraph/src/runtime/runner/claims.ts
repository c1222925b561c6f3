/**
 * Who takes a job that was sent: the runner when it gets to it, or main again, who then gives it to another runner.
 * Exactly one of them succeeds.
 */
export interface Claims {
  /** True when the job is the runner's now. */
  claim(job: number): boolean;
}

/** Where nothing is taken back. */
export const unclaimed: Claims = { claim: () => true };
