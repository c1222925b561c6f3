import { createHash } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { loadCatalogue } from "../../src/database/catalogue/load-catalogue.ts";
import { SqliteStore } from "../../src/store/sqlite/sqlite-store.ts";
import { runEpigraph } from "../../test/support/command.ts";
import { FunctionCaller } from "../../test/support/functions-api.ts";
import { descendantsOf, survivorsAfter } from "../../test/support/process-tree.ts";
import type { RunningApp } from "../../test/support/running-app.ts";
import { startApp } from "../../test/support/start-app.ts";
import { Ledger, type Written } from "./ledger.ts";
import { startLoad } from "./load.ts";

const APP = join(import.meta.dirname, "app");
const ACCOUNTS = 12;
const INITIAL = 1000;
const STOCK = 3000;
/** When in a load, in a push or after the start of the process the kill comes, at the latest. */
const LATEST_MS = { load: 500, push: 700, start: 900 } as const;
/** After a backfill was seen: it takes about so long. */
const BACKFILL_MS = 30;
const LOOK_EVERY_MS = 2;

export type Moment = keyof typeof LATEST_MS;

/** A deployment that is killed again and again on one data folder, and what its clients know of it. */
export class KillProof implements AsyncDisposable {
  readonly restartsMs: number[] = [];
  /** Kills that came while an index was being filled. */
  cutBackfills = 0;
  readonly #app: RunningApp;
  readonly #ledger = new Ledger(ACCOUNTS, INITIAL);
  readonly #random: () => number;
  readonly #settled = new Map<string, string>();
  #round = 0;
  #indexed: "number" | "text" = "number";

  private constructor(app: RunningApp, random: () => number) {
    this.#app = app;
    this.#random = random;
  }

  static async start(random: () => number): Promise<KillProof> {
    const app = await startApp({ copyOf: APP });
    const sizes = { accounts: ACCOUNTS, balance: INITIAL, stock: STOCK };
    await new FunctionCaller(app).mutation("bank:setUp", sizes);
    return new KillProof(app, random);
  }

  /** The data folder; nothing uses it between a kill and the next start. */
  get dataFolder(): string {
    return join(this.#app.folder, ".epigraph");
  }

  /** Writes that were acknowledged and found again. */
  get acknowledged(): number {
    return this.#ledger.acknowledged;
  }

  /**
   * Kills the whole tree of processes at a random moment, checks the folder, starts again and compares.
   * @param afterKill what happens to the files before anybody looks at them; the kill waits until there is something of
   * each kind in them then.
   * @returns a sentence for each thing that is wrong.
   */
  async round(
    moment: Moment,
    afterKill: ((dataFolder: string) => void) | null = null,
  ): Promise<readonly string[]> {
    const prefix = `r${++this.#round}-`;
    const load = startLoad(this.#app.api, prefix, this.#ledger, this.#random);
    if (moment === "push") this.#changeIndexes();
    const seen = this.#wait(moment, afterKill !== null).then(() => this.#kill());
    // What a reader saw wrong counts more than that the load ended early.
    await Promise.all([load.ended, seen]);
    if (moment === "start") await this.#killStarting();
    if (this.#hasHalfIndex()) this.cutBackfills++;
    afterKill?.(this.dataFolder);
    const problems = [...(await this.verify())];
    const startMs = performance.now();
    await this.#app.start();
    this.restartsMs.push(performance.now() - startMs);
    const written = await this.#written(prefix);
    const balances = await new FunctionCaller(this.#app).query("bank:balances");
    problems.push(...this.#ledger.settle(written, balances as number[]));
    this.#settled.set(prefix, digest(written));
    return problems.map((problem) => `Round ${this.#round} (${moment}): ${problem}`);
  }

  /** Looks at what all rounds wrote: a kill must not cost what earlier ones left. */
  async lookBack(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const [prefix, expected] of this.#settled) {
      if (digest(await this.#written(prefix)) !== expected)
        problems.push(`What ${prefix} wrote has changed.`);
    }
    return problems;
  }

  /** What `epigraph verify` has against the folder; warnings count. */
  async verify(): Promise<readonly string[]> {
    const { exitCode, stdout, stderr } = await runEpigraph(["verify", "--dir", this.#app.folder]);
    const isWell = exitCode === 0 && /no problem found\.\n$/.test(stdout);
    return isWell ? [] : [`epigraph verify (exit code ${exitCode}): ${stdout}${stderr}`];
  }

  async #written(prefix: string): Promise<Written> {
    return (await new FunctionCaller(this.#app).query("bank:written", { prefix })) as Written;
  }

  /** Half of the kills beside a push wait for an index that is being filled: the time before that is much longer. */
  async #wait(moment: Moment, forEachKind: boolean): Promise<void> {
    while (forEachKind && !this.#ledger.hasEachKind) await sleep(LOOK_EVERY_MS);
    const isAimed = moment === "push" && this.#random() < 0.5;
    for (let waitedMs = 0; isAimed && waitedMs < LATEST_MS.push * 5; waitedMs += LOOK_EVERY_MS) {
      if (this.#hasHalfIndex()) break;
      await sleep(LOOK_EVERY_MS);
    }
    await sleep(this.#random() * (isAimed ? BACKFILL_MS : LATEST_MS[moment]));
  }

  #hasHalfIndex(): boolean {
    const snapshots = new SqliteStore(this.dataFolder).openSnapshots();
    const snapshot = snapshots.open();
    try {
      const { namespaces } = loadCatalogue(snapshot);
      const tables = [...namespaces.values()].flatMap((namespace) => [...namespace.tables]);
      return tables.some(({ indexes }) => indexes.some(({ state }) => state === "backfilling"));
    } finally {
      snapshot.close();
      snapshots.close();
    }
  }

  /** Saves a schema with another index, which `dev` pushes: entries are made for one, and removed for the other. */
  #changeIndexes(): void {
    this.#indexed = this.#indexed === "number" ? "text" : "number";
    const field = JSON.stringify(this.#indexed);
    const path = "convex/schema.ts";
    const schema = this.#app.read(path);
    const table = schema.replace(
      /stock: (.*?\))(?:\.index\(.*\))?,$/m,
      `stock: $1.index("by_${this.#indexed}", [${field}]),`,
    );
    this.#app.write(path, table);
  }

  /** Kills a process that has only just begun to start. */
  async #killStarting(): Promise<void> {
    const starting = this.#app.start().then(
      () => {},
      () => {},
    );
    await sleep(this.#random() * LATEST_MS.start);
    await this.#kill();
    await starting;
  }

  /** Every process at once: none has time to tell another. */
  async #kill(): Promise<void> {
    const others = descendantsOf(this.#app.pid);
    const ended = this.#app.kill("SIGKILL");
    for (const { pid } of others) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone by itself, as its parent was.
      }
    }
    await ended;
    const survivors = await survivorsAfter(5_000, others);
    if (survivors.length > 0) throw new Error(`${survivors.length} processes survived the kill.`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.stop();
  }
}

/** Kills hit a load, a load beside a push, or the start after a load. */
export function momentOf(round: number): Moment {
  return (["load", "push", "load", "push", "start"] as const)[round % 5]!;
}

function digest(written: Written): string {
  return createHash("sha256").update(JSON.stringify(written)).digest("hex");
}
