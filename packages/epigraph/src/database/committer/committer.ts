import { type StoreCommit, StoreError, type StoreWriter } from "../../store/store.ts";
import { type Ticks, ticksFromMilliseconds } from "../../store/ticks.ts";
import { bytesToBase64 } from "../../values/base64.ts";
import type { CommitOutcome, CommitRequest } from "../commit-request.ts";
import { CommitLog } from "./commit-log.ts";
import type { CommitterConnection } from "./committer-connection.ts";

export interface CommitterOptions {
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  /** How far back reads and conflict checks reach. */
  readonly historyMs?: number;
  /** Called once after each group that was stored, with the timestamp that readers may now ask for. */
  readonly onCommitted?: (ts: Ticks) => void;
}

interface Waiting {
  readonly request: CommitRequest;
  readonly done: (outcome: CommitOutcome) => void;
}

interface Accepted extends Waiting {
  readonly ts: Ticks;
}

const DEFAULT_HISTORY_MS = 30_000;
const PRUNE_ROWS = 500;
const PRUNE_EVERY_MS = 1_000;

/**
 * The only writer. Takes everything that waits as one group: checks each member against the log and against the
 * members accepted before it, stores all accepted ones with one sync, then answers.
 *
 *     waiting -> (conflict: answered once the group that beat it is durable)
 *             -> accepted -> stored -> answered committed
 *                         -> store full: the group is void; its members are decided again, one by one
 *                         -> store broken: everything fails, the committer stops
 */
export class Committer implements CommitterConnection {
  readonly #writer: StoreWriter;
  readonly #options: CommitterOptions;
  readonly #historyTicks: Ticks;
  readonly #log: CommitLog;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #stopped: CommitOutcome | null = null;
  #nextPruneMs = 0;
  #groups = 0;

  constructor(writer: StoreWriter, options: CommitterOptions) {
    this.#writer = writer;
    this.#options = options;
    this.#historyTicks = ticksFromMilliseconds(options.historyMs ?? DEFAULT_HISTORY_MS);
    this.#log = new CommitLog(writer.lastTs);
  }

  /** Groups stored so far: one sync each. */
  get groups(): number {
    return this.#groups;
  }

  commit(request: CommitRequest): Promise<CommitOutcome> {
    return new Promise((resolve) => this.submit(request, resolve));
  }

  /** Queues a transaction; `done` is called once, with an outcome that is certain. */
  submit(request: CommitRequest, done: (outcome: CommitOutcome) => void): void {
    this.#waiting.push({ request, done });
    if (this.#scheduled) return;
    this.#scheduled = true;
    // No deliberate delay: whatever has arrived by the next turn of the loop shares the sync.
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  /** Decides and stores everything that waits, now. */
  flush(): void {
    const group = this.#waiting;
    if (group.length === 0) return;
    this.#waiting = [];
    if (this.#stopped !== null) {
      for (const member of group) member.done(this.#stopped);
      return;
    }
    this.#decide(group);
    this.#housekeeping();
  }

  /** Answers what waits, then refuses everything. */
  close(): void {
    this.flush();
    this.#stopped = {
      type: "failed",
      code: "ShuttingDown",
      message: "The deployment is shutting down. Try again once it runs.",
    };
    this.#writer.close();
  }

  #decide(group: readonly Waiting[]): void {
    const firstTs = this.#nextTs();
    let ts = firstTs;
    let catalogueTs = this.#writer.catalogueTs;
    const accepted: Accepted[] = [];
    const refused: { member: Waiting; outcome: CommitOutcome }[] = [];
    for (const member of group) {
      const outcome = this.#check(member.request, catalogueTs);
      if (outcome !== null) {
        refused.push({ member, outcome });
        continue;
      }
      accepted.push({ ...member, ts });
      this.#log.add(ts, member.request);
      if (member.request.changesCatalogue) catalogueTs = ts;
      ts++;
    }
    if (accepted.length > 0) {
      const failure = this.#store(accepted);
      if (failure !== null) {
        this.#log.rewind(firstTs);
        this.#undo(group, failure);
        return;
      }
      this.#options.onCommitted?.(this.#writer.lastTs);
    }
    for (const { ts: committedTs, done } of accepted) done({ type: "committed", ts: committedTs });
    // Only now: a retry must see the commit that beat it.
    for (const { member, outcome } of refused) member.done(outcome);
  }

  /** The outcome of a member that can't be accepted, or null. */
  #check(request: CommitRequest, catalogueTs: Ticks): CommitOutcome | null {
    if (request.catalogueTs !== catalogueTs) return conflict(catalogueTs, null, "catalogue");
    if (request.snapshotTs < this.#log.from) return conflict(this.#log.from, null, "history");
    const found = this.#log.findConflict(request.snapshotTs, request.reads);
    return found === null ? null : conflict(found.ts, found, `${found.index}:${bytesToBase64(found.key)}`);
  }

  #store(accepted: readonly Accepted[]): StoreError | null {
    const commits: StoreCommit[] = accepted.map(({ ts, request }) => ({
      ts,
      changesCatalogue: request.changesCatalogue,
      writes: request.writes,
      backfill: request.backfill,
    }));
    try {
      this.#writer.apply(commits);
      this.#groups++;
      return null;
    } catch (error) {
      if (error instanceof StoreError) return error;
      return new StoreError(
        "StoreBroken",
        `Writing failed unexpectedly: ${String(error)}. Restart the deployment.`,
        { cause: error },
      );
    }
  }

  #undo(group: readonly Waiting[], failure: StoreError): void {
    if (failure.code === "StoreFull") {
      // Only the member that does not fit shall fail, and members refused because of a voided one get a fresh decision.
      if (group.length > 1) for (const member of group) this.#decide([member]);
      else (group[0] as Waiting).done({ type: "failed", code: "StoreFull", message: failure.message });
      return;
    }
    this.#stopped = { type: "failed", code: "StoreBroken", message: failure.message };
    for (const member of group) member.done(this.#stopped);
  }

  /** Time follows the wall clock but never stands or goes back. */
  #nextTs(): Ticks {
    return Math.max(ticksFromMilliseconds(this.#options.nowMs()), this.#writer.lastTs + 1);
  }

  #housekeeping(): void {
    this.#writer.maintain();
    const nowMs = this.#options.nowMs();
    if (nowMs < this.#nextPruneMs) return;
    this.#nextPruneMs = nowMs + PRUNE_EVERY_MS;
    const bound = this.#writer.lastTs - this.#historyTicks;
    if (bound <= 0) return;
    this.#log.forgetBefore(bound);
    this.#writer.prune(bound, PRUNE_ROWS);
  }
}

function conflict(
  after: Ticks,
  other: { readonly table: string; readonly documentId: string; readonly source: string } | null,
  contention: string,
): CommitOutcome {
  return {
    type: "conflict",
    after,
    table: other?.table ?? null,
    documentId: other?.documentId ?? null,
    source: other?.source ?? null,
    contention,
  };
}
