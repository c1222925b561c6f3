import type { CommitOutcome, CommitRequest } from "../commit-request.ts";

/** How a process that runs functions reaches the one committer. */
export interface CommitterConnection {
  /** Resolves once the outcome is certain; `committed` means durable. Never rejects. */
  commit(request: CommitRequest): Promise<CommitOutcome>;
}
