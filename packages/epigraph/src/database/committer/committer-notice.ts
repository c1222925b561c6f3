import type { TableId } from "../../store/store.ts";
import type { Ticks } from "../../store/ticks.ts";

/** A commit whose request asked for the main process to be told. */
export interface NotifiedCommit {
  /** Name of the connection that it came by. */
  readonly connection: string;
  readonly job: number;
  readonly answer: string;
  readonly ts: Ticks;
}

/**
 * What the committer tells the main process besides the outcomes that go to those who asked.
 * - `group`: a group is durable; its commits whose outcome main hands on itself, ascending by timestamp, and the watched
 *   tables that it has written to. Groups with neither are not told.
 * - `closed`: a connection has ended and everything received by it is decided. What it had not committed by now
 *   never will be.
 */
export type CommitterNotice =
  | {
      readonly type: "group";
      readonly ts: Ticks;
      readonly commits: readonly NotifiedCommit[];
      readonly touched: readonly TableId[];
    }
  | { readonly type: "closed"; readonly connection: string };

/** Gathers what one group has to tell, so that main is woken once. */
export class CommitterNotices {
  readonly #publish: (notice: CommitterNotice) => void;
  #commits: NotifiedCommit[] = [];
  #closed: string[] = [];

  constructor(publish: (notice: CommitterNotice) => void) {
    this.#publish = publish;
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
    if (commits.length > 0 || touched.length > 0) {
      this.#commits = [];
      this.#publish({ type: "group", ts, commits, touched });
    }
    this.flush();
  }

  /** Call after a connection without waiting commits has closed. */
  flush(): void {
    for (const connection of this.#closed.splice(0)) this.#publish({ type: "closed", connection });
  }
}
