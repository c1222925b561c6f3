import {
  type IndexId,
  type StoreCommit,
  StoreError,
  type StoreWriter,
  type TableId,
} from "../../store/store.ts";
import { type Ticks, ticksFromMilliseconds } from "../../store/ticks.ts";
import { isWatchedTable } from "../catalogue/system-tables.ts";
import type { CommitOutcome, CommitRequest } from "../commit-request.ts";
import { CommitLog } from "./commit-log.ts";
import type { CommitterConnection } from "./committer-connection.ts";
import { Housekeeping } from "./housekeeping.ts";
import { resolveWrites } from "./resolve-writes.ts";
import { type Conflict, Turns, type Waiting } from "./turns.ts";

export interface CommitterOptions {
  /** Wall clock in milliseconds. */
  readonly nowMs: () => number;
  /** How far back reads reach. */
  readonly historyMs?: number;
  /** Called for each commit once it is durable, in their order, before its outcome is told. */
  readonly onStored?: (ts: Ticks, request: CommitRequest) => void;
  /**
   * Called after each group, when every member has been told its outcome; with the newest durable timestamp and the
   * watched tables that the group has written to.
   */
  readonly onGroup?: (ts: Ticks, touched: readonly TableId[]) => void;
  /** The store broke: nothing can be committed any more, and what it holds is known only after a restart. */
  readonly onStopped?: (error: StoreError) => void;
}

interface Accepted extends Waiting {
  readonly ts: Ticks;
}

interface Refused extends Waiting {
  readonly outcome: Conflict;
}

/** What snapshots of the past are promised to find. */
const HISTORY_MS = 30_000;
const NO_TABLES: readonly TableId[] = [];

/**
 * The only writer. Takes everything that waits as one group: checks each member against the log and against the
 * members accepted before it, stores all accepted ones with one sync, then answers.
 */
export class Committer implements CommitterConnection {
  readonly #writer: StoreWriter;
  readonly #options: CommitterOptions;
  readonly #log: CommitLog;
  readonly #housekeeping: Housekeeping;
  readonly #turns = new Turns(() => this.#schedule());
  #waiting: Waiting[] = [];
  #turn: NodeJS.Immediate | null = null;
  #stopped: CommitOutcome | null = null;
  #groups = 0;
  readonly #touched = new Set<TableId>();

  /** @param writer owned from now on: closed with the committer. */
  constructor(writer: StoreWriter, options: CommitterOptions) {
    this.#writer = writer;
    this.#options = options;
    this.#log = new CommitLog(writer.lastTs);
    this.#housekeeping = new Housekeeping(writer, this.#log, {
      nowMs: options.nowMs,
      historyMs: options.historyMs ?? HISTORY_MS,
      onBroken: (error) => this.#stop(error),
    });
  }

  /** The newest durable commit. */
  get lastTs(): Ticks {
    return this.#writer.lastTs;
  }

  /** Groups stored so far: one sync each. */
  get groups(): number {
    return this.#groups;
  }

  commit(request: CommitRequest): Promise<CommitOutcome> {
    return new Promise((resolve) => this.submit(request, resolve));
  }

  /** Queues a transaction; `done` is called once, later, with an outcome that is certain. */
  submit(request: CommitRequest, done: (outcome: CommitOutcome) => void): void {
    this.#waiting.push({ request, done });
    this.#schedule();
  }

  /** No deliberate delay: what arrives in this turn of the event loop shares the sync. */
  #schedule(): void {
    this.#turn ??= setImmediate(() => this.flush());
  }

  /**
   * Deletes what an index that is gone from the catalogue has left in the store, in small steps between groups.
   * @throws Error when the committer stops before that is done.
   */
  dropIndexEntries(index: IndexId): Promise<void> {
    return this.#housekeeping.dropIndexEntries(index);
  }

  /**
   * Brings a draft into the store, in small steps between groups. It is durable with the next commit.
   * @throws StoreError, the signal's reason, or Error when the committer stops before: what has come in by then stays.
   */
  load(path: string, signal: AbortSignal): Promise<void> {
    return this.#housekeeping.load(path, signal);
  }

  /** Decides and stores everything that waits, now. */
  flush(): void {
    if (this.#turn !== null) clearImmediate(this.#turn);
    this.#turn = null;
    if (this.#waiting.length === 0 && this.#turns.isIdle) return;
    const group = this.#turns.admit(this.#waiting);
    this.#waiting = [];
    if (group.length > 0) this.#decide(group);
    if (!this.#turns.isIdle) this.#take(this.#turns.advance(group));
    this.#options.onGroup?.(this.#writer.lastTs, this.#takeTouched());
    if (group.length > 0 && this.#stopped === null) this.#housekeeping.step();
  }

  /** Answers what waits, then refuses everything. */
  close(): void {
    this.#take(this.#turns.close());
    this.flush();
    this.#housekeeping.close();
    this.#stopped ??= {
      type: "failed",
      code: "ShuttingDown",
      message: "The deployment is shutting down. Try again once it runs.",
    };
    this.#writer.close();
  }

  /** What was held back comes before all that came since. */
  #take(released: readonly Waiting[]): void {
    if (released.length === 0) return;
    this.#waiting = [...released, ...this.#waiting];
    this.#schedule();
  }

  #decide(group: readonly Waiting[]): void {
    if (this.#stopped !== null) {
      for (const { done } of group) done(this.#stopped);
      return;
    }
    const firstTs = this.#nextTs();
    const accepted: Accepted[] = [];
    const refused: Refused[] = [];
    let { catalogueTs } = this.#writer;
    for (const { request, done } of group) {
      const outcome = this.#check(request, catalogueTs);
      if (outcome !== null) {
        refused.push({ request, done, outcome });
        continue;
      }
      const ts = firstTs + accepted.length;
      const resolved = resolveWrites(request, ts);
      accepted.push({ request: resolved, done, ts });
      this.#log.add(ts, resolved);
      if (request.changesCatalogue) catalogueTs = ts;
    }
    const failure = this.#store(accepted);
    if (failure !== null) {
      this.#log.rewind(firstTs);
      this.#decideAgain(group, failure);
      return;
    }
    const { onStored } = this.#options;
    for (const { ts, request, done } of accepted) {
      for (const { tableId } of request.writes) if (isWatchedTable(tableId)) this.#touched.add(tableId);
      onStored?.(ts, request);
      done({ type: "committed", ts });
    }
    // Only now, for the commit that beat them must be there when they run again.
    for (const member of refused) this.#turns.refuse(member, member.outcome);
  }

  #takeTouched(): readonly TableId[] {
    if (this.#touched.size === 0) return NO_TABLES;
    const touched = [...this.#touched];
    this.#touched.clear();
    return touched;
  }

  /** The outcome of a member that can't be accepted, or null. */
  #check({ snapshotTs, catalogueTs, reads }: CommitRequest, newestCatalogueTs: Ticks): Conflict | null {
    // A snapshot from before its catalogue saw an older one than it names.
    if (catalogueTs !== newestCatalogueTs || catalogueTs > snapshotTs) {
      return conflict(newestCatalogueTs, "catalogue");
    }
    if (snapshotTs < this.#log.from) return conflict(this.#log.from, "history");
    const found = this.#log.findConflict(snapshotTs, reads);
    if (found === null) return null;
    const contention = `${found.index}:${Buffer.from(found.key, "latin1").toString("base64")}`;
    return {
      ...conflict(found.ts, contention),
      table: found.table,
      documentId: found.documentId,
      source: found.source,
    };
  }

  #store(accepted: readonly Accepted[]): StoreError | null {
    if (accepted.length === 0) return null;
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
      throw error;
    }
  }

  /** Every acceptance of the group is void: finds the culprit, and decides anew on those refused because of it. */
  #decideAgain(group: readonly Waiting[], { code, message }: StoreError): void {
    if (code !== "StoreFull" && code !== "WriteRefused") {
      this.#stop(new StoreError("StoreBroken", message));
      this.#decide(group);
    } else if (group.length === 1) {
      group[0]!.done({ type: "failed", code, message });
    } else {
      for (const member of group) this.#decide([member]);
    }
  }

  #stop(error: StoreError): void {
    if (this.#stopped !== null) return;
    this.#stopped = { type: "failed", code: "StoreBroken", message: error.message };
    this.#housekeeping.close();
    this.#options.onStopped?.(error);
  }

  /** Time follows the wall clock, but never stands or goes back. */
  #nextTs(): Ticks {
    return Math.max(ticksFromMilliseconds(this.#options.nowMs()), this.#writer.lastTs + 1);
  }
}

function conflict(after: Ticks, contention: string): Conflict {
  return { type: "conflict", after, table: null, documentId: null, source: null, contention, turn: null };
}
