import type { CommitterNotice, FeedCommit } from "../../database/committer/committer-notice.ts";
import type { RecentCommits } from "./recent-commits.ts";

export interface CommitFeedOptions {
  /** Takes in what is told. */
  readonly recent: RecentCommits;
  /** Asks the committer to tell of every commit. */
  readonly watch: () => void;
  readonly unwatch: () => void;
  /** Sets a timer and gives what takes it back. */
  readonly setTimer: (callback: () => void, delayMs: number) => () => void;
}

export interface FeedListener {
  /** A commit, in their order. */
  readonly committed: (commit: FeedCommit) => void;
  /** The commits of a group have been told. */
  readonly settled: () => void;
  /** Nothing will be told from now on: what was read may have changed. */
  readonly ended: () => void;
}

/** Clients come back, and a look-up of what was kept costs less than the watch. */
const LINGER_MS = 60_000;

/**
 * Every commit in order, as long as somebody holds the feed; nobody pays for it otherwise.
 *
 * - *off*: nothing is told.
 * - *starting*: the committer has been asked; its answer says from where on it tells.
 * - *on*: held, or nobody has held it for less than a minute.
 */
export class CommitFeed {
  readonly #options: CommitFeedOptions;
  readonly #listener: FeedListener;
  #started: PromiseWithResolvers<void> | null = null;
  #isOn = false;
  #holders = 0;
  #stopLinger: (() => void) | null = null;

  constructor(options: CommitFeedOptions, listener: FeedListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** Whether every commit is told. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** Makes it run until `release`, which is to be called once for each `hold`. Resolves when it does. */
  hold(): Promise<void> {
    this.#holders++;
    this.#stopLinger?.();
    this.#stopLinger = null;
    if (this.#started === null) {
      this.#started = Promise.withResolvers();
      this.#options.watch();
    }
    return this.#started.promise;
  }

  release(): void {
    if (--this.#holders > 0) return;
    this.#stopLinger = this.#options.setTimer(() => this.#stop(), LINGER_MS);
  }

  /** What the committer has to tell. */
  notice(notice: CommitterNotice): void {
    if (notice.type === "watching") {
      this.#isOn = true;
      this.#options.recent.begin(notice.ts);
      this.#started?.resolve();
    } else if (notice.type === "group" && this.#isOn) {
      for (const commit of notice.feed) {
        this.#options.recent.add(commit);
        this.#listener.committed(commit);
      }
      if (notice.feed.length > 0) this.#listener.settled();
    }
  }

  /** Ends it for good. */
  close(): void {
    this.#stopLinger?.();
    this.#stopLinger = null;
  }

  #stop(): void {
    this.#stopLinger = null;
    this.#isOn = false;
    this.#started = null;
    this.#options.unwatch();
    this.#listener.ended();
  }
}
