import type { CronDocument, CronState } from "../../database/crons/cron-documents.ts";
import { endCronRun } from "../../database/crons/cron-run.ts";
import type { Database } from "../../database/database.ts";
import type { OnceEnd, OnceLine } from "../../database/once/once.ts";
import type { FunctionCall, FunctionOutcome } from "../../functions/calls.ts";
import type { ExecutionEvent } from "../../functions/execution-event.ts";
import { errorText, plainError } from "../../runtime/runner/call-error.ts";
import { DueLoop, type DuePage } from "../due/due-loop.ts";
import { type Backoff, backoffMs, type Insistence, insist, type ServiceEffects } from "../timers.ts";
import { beginCron, type CronCall, isDue, kindOf, readCrons } from "./begin-cron.ts";
import { loadCron } from "./cron-rows.ts";
import { settleCron } from "./settle-cron.ts";

export interface CronRunnerOptions extends ServiceEffects {
  readonly database: Database;
  /** Runs a function, waiting for a place as long as it takes. */
  readonly invoke: (call: FunctionCall) => Promise<FunctionOutcome>;
  /** Whether crons run by themselves; those that are asked for run in any case. */
  readonly isOn: boolean;
  /** Monotonic milliseconds. */
  readonly elapsedMs: () => number;
  /** Told of what the log of functions is to show. */
  readonly emit: (event: ExecutionEvent) => void;
  /** For the operator: what failed, and is tried again. */
  readonly report: (text: string) => void;
}

const SOURCE = "crons";
const PARALLEL = 8;
const TRANSIENT = "Transient error while executing action";
const FAULT_BACKOFF: Backoff = { firstMs: 500, maxMs: 15_000 };

interface DueCron {
  readonly id: string;
}

/** Runs crons when their time comes, each one at most once at a time; `docs/SCHEDULING.md` has their states. */
export class CronRunner {
  readonly #options: CronRunnerOptions;
  readonly #loop: DueLoop<DueCron>;
  #isClosed = false;

  constructor(options: CronRunnerOptions) {
    this.#options = options;
    this.#loop = new DueLoop({
      ...options,
      parallel: PARALLEL,
      read: (nowMs) => this.#read(nowMs),
      run: (cron) => this.#run(cron),
      report: (error) => options.report(`A cron could not be run, and is tried again: ${error.message}`),
    });
  }

  /** Begins. What an earlier process has left undone is finished first. */
  async start(): Promise<void> {
    const { database } = this.#options;
    const inState = (state: CronState): readonly string[] =>
      database.read((transaction) => Array.from(readCrons(transaction, state), ({ _id }) => _id));
    await this.#insist(async () => {
      for (const id of inState("running")) {
        await this.#end(id, { type: "error", error: TRANSIENT, lines: [], durationMs: 0 });
      }
      for (const id of inState("ended")) await this.#settle(id);
    });
    this.#loop.start();
  }

  /** Crons may have changed. */
  wake(): void {
    this.#loop.wake();
  }

  /** Begins nothing more. @returns resolves when what runs is over. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#loop.close();
  }

  /** There are as many as the app declares: few. */
  #read(nowMs: number): DuePage<DueCron> {
    return this.#options.database.read((transaction) => {
      const due: DueCron[] = [];
      let nextMs: number | null = null;
      if (transaction.catalogue.isPaused) return { due, nextMs };
      for (const state of this.#options.isOn ? (["asked", "waiting"] as const) : (["asked"] as const)) {
        for (const { _id, timeMs } of readCrons(transaction, state)) {
          if (timeMs > nowMs) {
            nextMs = Math.min(nextMs ?? timeMs, timeMs);
            break;
          }
          due.push({ id: _id });
        }
      }
      return { due, nextMs };
    });
  }

  async #run({ id }: DueCron): Promise<void> {
    try {
      const call = await this.#options.database.write(SOURCE, (transaction) => beginCron(transaction, id));
      if (call?.kind === "mutation") await this.#runMutation(id, call);
      else if (call?.kind === "action") await this.#runAction(id, call);
      await this.#insist(() => this.#settle(id));
    } catch (error) {
      if (this.#isClosed) return;
      this.#options.report(`A cron could not be run, and is tried again: ${(error as Error).message}`);
      await this.#postpone(id);
    }
  }

  /** Its end comes with its own commit, unless its process was ended: what is left to do then is done here. */
  async #runMutation(id: string, call: CronCall): Promise<void> {
    const outcome = await this.#invoke(id, call);
    if (outcome.status === "success") return;
    const { error } = outcome;
    const isOver = this.#options.database.read((transaction) => {
      const cron = loadCron(transaction, id)?.fields;
      return cron === undefined || cron.revision !== call.revision || !isDue(cron.state);
    });
    if (isOver) return;
    if (error.isTransient === true) throw new Error(error.message);
    await this.#end(id, { type: "error", error: errorText(error).trimEnd(), lines: [], durationMs: 0 });
  }

  async #runAction(id: string, call: CronCall): Promise<void> {
    const { elapsedMs } = this.#options;
    const startMs = elapsedMs();
    const end = await this.#actionEnd(id, call);
    const durationMs = elapsedMs() - startMs;
    await this.#insist(() => this.#end(id, { ...end, durationMs }));
  }

  /** A run that has ended must not be forgotten: there would be no other one. */
  #insist(work: () => Promise<void>): Promise<void> {
    const insistence: Insistence = {
      backoff: FAULT_BACKOFF,
      isClosed: () => this.#isClosed,
      onFailure: ({ message }) =>
        this.#options.report(`The end of a cron's run could not be stored, and is tried again: ${message}`),
    };
    return insist(this.#options, insistence, work);
  }

  async #actionEnd(id: string, call: CronCall): Promise<OnceEnd<OnceLine>> {
    const none = { lines: [], durationMs: 0 };
    let outcome: FunctionOutcome;
    try {
      outcome = await this.#invoke(id, call);
    } catch {
      return { ...none, type: "error", error: TRANSIENT };
    }
    const lines = outcome.logLines.map(toLine);
    if (outcome.status === "success") return { ...none, type: "success", json: outcome.value, lines };
    const { error } = outcome;
    return {
      ...none,
      type: "error",
      error: error.isTransient === true ? TRANSIENT : errorText(error).trimEnd(),
      lines,
    };
  }

  #invoke(id: string, { kind, component, path, args, revision }: CronCall): Promise<FunctionOutcome> {
    const { invoke, random } = this.#options;
    return invoke({
      kind,
      path,
      componentPath: component,
      argsJson: args,
      // Nobody in particular, who may call internal functions.
      caller: { type: "admin", actingAs: null, rights: "all", name: "crons" },
      origin: "Cron",
      request: { requestId: Buffer.from(random(8)).toString("hex"), ip: null, userAgent: null },
      at: null,
      once: kind === "mutation" ? { type: "cron", id, revision } : null,
    });
  }

  #end(id: string, end: OnceEnd<OnceLine>): Promise<void> {
    return this.#options.database.write(SOURCE, (transaction) => {
      const cron = loadCron(transaction, id);
      if (cron === null || cron.fields.state === "ended") return;
      if (cron.fields.state !== "running") cron.change({ isExtra: cron.fields.state === "asked" });
      endCronRun(transaction, cron, end);
    });
  }

  async #settle(id: string): Promise<void> {
    const skipped = await this.#options.database.write(SOURCE, (transaction) => {
      const cron = loadCron(transaction, id);
      if (cron?.fields.state !== "ended") return null;
      const count = settleCron(transaction, cron);
      return count === 0 ? null : { count, cron: cron.fields, kind: kindOf(transaction, cron.fields) };
    });
    if (skipped !== null) this.#tellSkipped(skipped);
  }

  #tellSkipped({
    count,
    cron,
    kind,
  }: {
    readonly count: number;
    readonly cron: CronDocument;
    readonly kind: "mutation" | "action" | null;
  }): void {
    const text = `Skipping ${count} run(s) of job \`${cron.name}\` because multiple scheduled runs are in the past`;
    this.#options.emit({
      type: "end",
      identifier: cron.path,
      kind,
      requestId: Buffer.from(this.#options.random(8)).toString("hex"),
      identityType: "instance_admin",
      origin: "Cron",
      isCached: false,
      durationMs: 0,
      status: null,
      error: plainError(text),
      fault: null,
      usage: null,
      lines: [],
      isKnown: true,
    });
  }

  #postpone(id: string): Promise<void> {
    return this.#options.database.write(SOURCE, (transaction) => {
      const cron = loadCron(transaction, id);
      if (cron === null || !isDue(cron.fields.state)) return;
      const { attempts } = cron.fields;
      const timeMs = transaction.nowMs + backoffMs(this.#options, FAULT_BACKOFF, attempts);
      cron.change({ timeMs, attempts: attempts + 1 });
    });
  }
}

/** `[LOG] 'hi'` */
function toLine(text: string): OnceLine {
  const [, level = "LOG", rest = text] = /^\[([A-Z]+)\] ([\s\S]*)$/.exec(text) ?? [];
  return { level, text: rest };
}
