/** What the thread with the measured committer starts with. */
export interface MeasuredCommitterData {
  /** Of the database. */
  readonly path: string;
  readonly address: { readonly path: string; readonly token: string };
  readonly syncDelayMs: number;
}

/** What a measured committer did since it was asked last. */
export interface CommitterCounts {
  /** Commits in each group. */
  readonly groups: readonly number[];
  readonly checkpointMs: readonly number[];
}

export type MeasuredCommitterRequest = "counts" | "close";
