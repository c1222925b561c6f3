/** Hears when the runner's thread is busy with a job, so that somebody else can tell for how long. */
export interface Slices {
  /** What follows runs to its end without a pause, for this job of the host. */
  begin(job: number): void;
  end(): void;
}

/** Where nobody watches. */
export const unwatched: Slices = { begin: () => {}, end: () => {} };
