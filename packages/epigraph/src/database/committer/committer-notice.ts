import type { IndexId, TableId } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";
import type { CommitRequest } from "../commit-request.ts";
import { keyText } from "./key-text.ts";

/** A commit whose request asked for the main process to be told. */
export interface NotifiedCommit {
  /** Name of the connection that it came by. */
  readonly connection: string;
  readonly job: number;
  readonly answer: string;
  readonly ts: Ticks;
}

/** What a commit touched, for whoever keeps results that were read from the database. */
export interface FeedCommit {
  readonly ts: Ticks;
  /** Old and new keys in every index of the tables written to, as `keyText` has them: index, key, index, key, … */
  readonly touched: readonly (IndexId | string)[];
}

/**
 * What the committer tells the main process besides the outcomes that go to those who asked.
 * - `group`: a group is durable, up to `ts`; its commits whose outcome main hands on itself, the watched tables that it
 *   has written to, and while main watches, what every commit touched; commits ascending by timestamp. Groups without any
 *   are not told.
 * - `watching`: from now on every group is told, and `ts` is the newest commit before them.
 * - `closed`: a connection has ended and everything received by it is decided. What it had not committed by now
 *   never will be.
 */
export type CommitterNotice =
  | {
      readonly type: "group";
      readonly ts: Ticks;
      readonly commits: readonly NotifiedCommit[];
      readonly touched: readonly TableId[];
      readonly feed: readonly FeedCommit[];
    }
  | { readonly type: "watching"; readonly ts: Ticks }
  | { readonly type: "closed"; readonly connection: string };

/** Gathers what one group has to tell, so that main is woken once. */
export class CommitterNotices {
  readonly #publish: (notice: CommitterNotice) => void;
  #commits: NotifiedCommit[] = [];
  #feed: FeedCommit[] = [];
  #closed: string[] = [];
  #isWatched = false;

  constructor(publish: (notice: CommitterNotice) => void) {
    this.#publish = publish;
  }

  /** @param newest the newest commit that has been told or needs no telling. */
  watch(newest: Ticks): void {
    this.#isWatched = true;
    this.#publish({ type: "watching", ts: newest });
  }

  unwatch(): void {
    this.#isWatched = false;
  }

  /** A commit is durable. To be called for each one, in their order. */
  stored(ts: Ticks, { writes }: Pick<CommitRequest, "writes">): void {
    if (!this.#isWatched) return;
    const touched: (IndexId | string)[] = [];
    for (const write of writes) for (const { index, key } of write.touched) touched.push(index, keyText(key));
    this.#feed.push({ ts, touched });
  }

  committed(commit: NotifiedCommit): void {
    this.#commits.push(commit);
  }

  closed(connection: string): void {
    this.#closed.push(connection);
  }

  /** Call after each group. @param ts of its newest commit. */
  group(ts: Ticks, touched: readonly TableId[]): void {
    const commits = this.#commits;
    const feed = this.#feed;
    if (commits.length > 0 || touched.length > 0 || feed.length > 0) {
      this.#commits = [];
      this.#feed = [];
      this.#publish({ type: "group", ts, commits, touched, feed });
    }
    this.flush();
  }

  /** Call after a connection without waiting commits has closed. */
  flush(): void {
    for (const connection of this.#closed.splice(0)) this.#publish({ type: "closed", connection });
  }
}
