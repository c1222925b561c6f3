import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "../../src/values/testing/seeded-random.ts";
import { type Footprint, footprintOf } from "./footprint.ts";
import { judgeHandles, judgeMemory, type Sample } from "./judge.ts";
import { OPERATIONS, RUNAWAYS, type SoakTarget, type Surroundings } from "./operations.ts";

export interface SoakOptions {
  readonly seconds: number;
  /** Before the first sample. */
  readonly warmUpSeconds: number;
  readonly seed: number;
  /** Between the end of one runaway and the beginning of the next. */
  readonly runawayPauseMs: number;
  /** As `judgeMemory` takes it. */
  readonly maxGrowthMiB: number;
  readonly onSample?: (sample: Sample, counts: Readonly<Record<string, number>>) => void;
}

export interface SoakedServer extends SoakTarget {
  readonly pid: number;
  /** What it has for `TMPDIR`, and nobody else. */
  readonly temporaryFolder: string;
  /** What it has printed. */
  output(): string;
}

export interface SoakReport {
  /** What was wrong; empty: nothing. */
  readonly findings: readonly string[];
  /** Operations that ended as they should, by name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly samples: readonly Sample[];
  /** At rest, before the load (but warm) and after it. */
  readonly before: Footprint;
  readonly after: Footprint;
}

const WORKERS = 12;
const SAMPLES = 40;
/** Extra runners, started where others were stuck, go after half a minute without work; sockets close before. */
const REST_MS = 50_000;
const LOOK_AGAIN_MS = 1_000;
/** A few tell what is wrong as well as thousands. */
const MAX_FINDINGS = 20;

/** Does everything at once for a while, and looks at what the server holds of the machine meanwhile and afterwards. */
export async function soak(
  target: SoakedServer,
  { seconds, warmUpSeconds, seed, runawayPauseMs, maxGrowthMiB, onSample }: SoakOptions,
): Promise<SoakReport> {
  const load = new Load(target, seed, runawayPauseMs);
  await load.run(warmUpSeconds * 1000);
  const before = await atRest(target, null);
  const samples: Sample[] = [];
  const startMs = performance.now();
  const everyMs = (seconds * 1000) / SAMPLES;
  const timer = setInterval(() => {
    const { memory } = footprintOf(target.pid, target.temporaryFolder);
    const sample = { seconds: (performance.now() - startMs) / 1000, memory };
    samples.push(sample);
    onSample?.(sample, load.counts);
  }, everyMs);
  try {
    await load.run(seconds * 1000);
  } finally {
    clearInterval(timer);
  }
  const after = await atRest(target, before);
  const memory = judgeMemory(samples, maxGrowthMiB);
  return {
    findings: [
      ...load.findings,
      ...(memory === null ? [] : [memory]),
      ...judgeHandles(before, after),
      ...faultsIn(target.output()),
    ],
    counts: load.counts,
    samples,
    before,
    after,
  };
}

class Load {
  readonly counts: Record<string, number> = {};
  readonly findings: string[] = [];
  readonly #target: SoakTarget;
  readonly #random: () => number;
  readonly #runawayPauseMs: number;

  constructor(target: SoakTarget, seed: number, runawayPauseMs: number) {
    this.#target = target;
    this.#random = seededRandom(seed);
    this.#runawayPauseMs = runawayPauseMs;
  }

  async run(ms: number): Promise<void> {
    const endMs = performance.now() + ms;
    const agent = new Agent({ keepAlive: true });
    const around: Surroundings = { target: this.#target, agent, random: this.#random };
    await Promise.all([
      ...Array.from({ length: WORKERS }, () => this.#repeat(OPERATIONS, around, endMs, 0)),
      this.#repeat(RUNAWAYS, around, endMs, this.#runawayPauseMs),
    ]);
    agent.destroy();
  }

  async #repeat(
    operations: typeof OPERATIONS,
    around: Surroundings,
    endMs: number,
    pauseMs: number,
  ): Promise<void> {
    const entries = Object.entries(operations);
    while (performance.now() < endMs && this.findings.length < MAX_FINDINGS) {
      const [name, run] = entries[Math.floor(this.#random() * entries.length)] as (typeof entries)[number];
      try {
        await run(around);
        this.counts[name] = (this.counts[name] ?? 0) + 1;
      } catch (error) {
        this.findings.push(`${name}: ${(error as Error).message}`);
      }
      if (pauseMs > 0) await sleep(Math.min(pauseMs, Math.max(0, endMs - performance.now())));
    }
  }
}

/** What the server holds once nothing runs: when it is no more than before, or else after a while. */
async function atRest({ pid, temporaryFolder }: SoakedServer, before: Footprint | null): Promise<Footprint> {
  const deadline = performance.now() + REST_MS;
  let last = footprintOf(pid, temporaryFolder);
  for (;;) {
    await sleep(LOOK_AGAIN_MS);
    const now = footprintOf(pid, temporaryFolder);
    const isSettled =
      before === null ? judgeHandles(now, last).length === 0 : judgeHandles(before, now).length === 0;
    if (isSettled || performance.now() > deadline) return now;
    last = now;
  }
}

/** What the server itself reports. */
function faultsIn(output: string): string[] {
  const lines = output
    .split("\n")
    .filter((line) => /InternalServerError|ended unexpectedly|Fault|at async/.test(line));
  return lines.slice(0, MAX_FINDINGS).map((line) => `the server says: ${line}`);
}
