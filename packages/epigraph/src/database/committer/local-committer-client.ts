import type { CommitOutcome, CommitRequest } from "../commit-request.ts";
import type { Committer } from "./committer.ts";
import type { CommitterConnection } from "./committer-connection.ts";
import type { CommitterNotices } from "./committer-notice.ts";

/** A connection inside the committer's own thread: the end of each socket, and all there is where one thread hosts everything. */
export class LocalCommitterClient implements CommitterConnection {
  readonly #committer: Committer;
  readonly #name: string;
  readonly #notices: CommitterNotices;
  #waiting = 0;
  #isClosed = false;

  /** @param name unique among connections: notices tell them apart by it. */
  constructor(committer: Committer, name: string, notices: CommitterNotices) {
    this.#committer = committer;
    this.#name = name;
    this.#notices = notices;
  }

  commit(request: CommitRequest): Promise<CommitOutcome> {
    return new Promise((resolve) => this.submit(request, resolve));
  }

  submit(request: CommitRequest, done: (outcome: CommitOutcome) => void): void {
    this.#waiting++;
    this.#committer.submit(request, (outcome) => {
      this.#waiting--;
      if (outcome.type === "committed" && request.notify !== null) {
        this.#notices.committed({ connection: this.#name, ...request.notify, ts: outcome.ts });
      }
      done(outcome);
      if (this.#isClosed && this.#waiting === 0) this.#notices.closed(this.#name);
    });
  }

  /** Nothing may be submitted afterwards; the notice follows when all that was is decided. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#waiting > 0) return;
    this.#notices.closed(this.#name);
    this.#notices.flush();
  }
}
