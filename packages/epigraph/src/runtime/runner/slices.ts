/** Hears when the runner's thread is busy with a job, so that somebody else can tell for how long. */
export interface Slices {
  /**
   * What follows runs to its end without a pause, for this job of the host.
   * @param limitMs the time that app code has in it: it lasts not much longer, unless that limit fails to end it.
   */
  begin(job: number, limitMs: number): void;
  end(): void;
  /** It lasts, and goes on well: its time begins anew. */
  renew(): void;
}

/** Where nobody watches. */
export const unwatched: Slices = { begin: () => {}, end: () => {}, renew: () => {} };
