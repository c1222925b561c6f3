import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type RandomValues, randomValuesFrom } from "../../src/values/testing/random-value.ts";
import { seededRandom } from "../../src/values/testing/seeded-random.ts";
import { DeployedApp } from "../../test/support/deployed-app.ts";
import { compareWithFresh } from "./fresh-results.ts";
import { ModelClient, type View } from "./model-client.ts";

export interface RoundOptions {
  readonly seed: number;
  readonly clients: number;
  readonly steps: number;
}

/** Views that wait to be compared; more make the clients wait. */
const MAX_WAITING = 100;
const COMPARED_AT_ONCE = 8;
const APP = join(import.meta.dirname, "app");

/**
 * Random clients against one deployment: whatever any of them shows after any Transition must be what its queries give
 * when they are run afresh at that timestamp, and each mutation that was told to have succeeded has taken effect once.
 */
export class SyncProof implements AsyncDisposable {
  /** Transitions and results that were compared. */
  transitions = 0;
  results = 0;
  mutations = 0;
  pushes = 0;
  readonly #app: DeployedApp;
  readonly #problems: string[] = [];
  readonly #waiting: View[] = [];
  #comparing = 0;
  #version = 0;

  private constructor(app: DeployedApp) {
    this.#app = app;
  }

  static async start(): Promise<SyncProof> {
    return new SyncProof(await DeployedApp.start({ copyOf: APP }));
  }

  /** @returns what went wrong, a line each. */
  async round({ seed, clients: count, steps }: RoundOptions): Promise<readonly string[]> {
    const random = randomValuesFrom(seededRandom(seed));
    const clients = Array.from(
      { length: count },
      () => new ModelClient(this.#app, random, (view) => this.#take(view)),
    );
    await Promise.all(clients.map((client) => client.connect()));
    for (let step = 0; step < steps && this.#problems.length === 0; step++) {
      await this.#step(random, clients);
      while (this.#waiting.length > MAX_WAITING) await turn();
    }
    await Promise.all(clients.map((client) => client.settle()));
    await this.#compared();
    await this.#checkWrites(clients);
    await Promise.all(clients.map((client) => client.close()));
    return this.#problems.splice(0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app[Symbol.asyncDispose]();
  }

  async #step(random: RandomValues, clients: readonly ModelClient[]): Promise<void> {
    const choice = random.below(100);
    if (choice < 2) {
      // What was shown before must be compared while the code that made it is still there.
      await this.#compared();
      this.pushes++;
      await this.#app.push(this.#change(random.below(3)));
    } else if (choice < 5) {
      await this.#app.setVariable("MODEL_X", random.below(3) === 0 ? null : String(random.below(100)));
    } else {
      await random.pick(clients).step();
      if (random.below(3) === 0) await turn();
    }
  }

  /** Files of the app that a push changes: what all queries import, one query alone, or an index. */
  #change(kind: number): Readonly<Record<string, string>> {
    const version = ++this.#version;
    if (kind === 0) return { "convex/version.ts": `export const VERSION = ${version};\n` };
    if (kind === 1)
      return { "convex/other.ts": this.#source("other").replace("OTHER = 0", `OTHER = ${version}`) };
    const fields = [null, '["token"]', '["n", "token"]'][version % 3];
    const index = fields === null ? "" : `.index("by_token", ${fields})`;
    return { "convex/schema.ts": this.#source("schema").replace(/(\.index\("by_n".*\))/, `$1${index}`) };
  }

  /** Of a module as it was in the beginning. */
  #source(module: string): string {
    return readFileSync(join(APP, "convex", `${module}.ts`), "utf8");
  }

  #take(view: View): void {
    this.#waiting.push(view);
    while (this.#comparing < COMPARED_AT_ONCE && this.#waiting.length > 0) void this.#compareNext();
  }

  async #compareNext(): Promise<void> {
    this.#comparing++;
    for (let view = this.#waiting.shift(); view !== undefined; view = this.#waiting.shift()) {
      await this.#compare(view).catch((error: Error) => this.#problems.push(String(error)));
    }
    this.#comparing--;
  }

  async #compare({ ts, subject, shown, missing }: View): Promise<void> {
    this.transitions++;
    if (missing.length > 0)
      this.#problems.push(`queries ${missing.join()} were added and are not shown at ${ts}`);
    for (const { query, result } of shown) {
      this.results++;
      const problem = await compareWithFresh(this.#app, ts, subject, query, result);
      if (problem !== null) this.#problems.push(problem);
    }
  }

  async #compared(): Promise<void> {
    while (this.#waiting.length > 0 || this.#comparing > 0) await turn();
  }

  async #checkWrites(clients: readonly ModelClient[]): Promise<void> {
    const tokens = (await this.#app.run("query", "writes:tokens")) as string[];
    const counts = new Map<string, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    for (const [token, times] of counts) {
      if (times > 1) this.#problems.push(`the mutation ${token} took effect ${times} times`);
    }
    for (const { succeeded, failed } of clients) {
      this.mutations += succeeded.size + failed.size;
      for (const token of succeeded) {
        if (!counts.has(token)) this.#problems.push(`the mutation ${token} succeeded and had no effect`);
      }
      for (const token of failed) {
        if (counts.has(token)) this.#problems.push(`the mutation ${token} failed and had an effect`);
      }
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
