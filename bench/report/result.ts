import type { WorkloadName } from "../load/workloads.ts";
import type { MachineFacts } from "../measure/machine.ts";
import type { ServerName } from "../servers/server-names.ts";
import type {
  CommitsResult,
  CounterResult,
  DrainResult,
  ImportResult,
  LargeResult,
  WritersResult,
} from "./database-result.ts";
import type { GrowthResult } from "./growth-result.ts";
import type { InspectorResult } from "./inspector-result.ts";
import type { RealtimeResult, StreamsResult, UploadResult } from "./service-result.ts";

/** One run of the load generator against one server. */
export interface Measurement {
  readonly round: number;
  readonly workload: WorkloadName;
  readonly connections: number;
  readonly server: ServerName;
  readonly answered: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What a table holds after all rounds, beside what the clients were told. */
export interface RowCheck {
  readonly server: ServerName;
  /** Inserts that were answered with success, with those of the seed. */
  readonly acknowledged: number;
  /** Inserts whose answer nobody waited for or got: they may be there or not. */
  readonly uncertain: number;
  readonly found: number;
}

/** Proportional set size of a server's process tree after so many requests. */
export interface MemoryReading {
  readonly server: ServerName;
  readonly requests: number;
  readonly failed: number;
  readonly bytes: number;
}

/** From starting `epigraph dev` on examples/messages to its ready line. */
export interface StartTimes {
  /** With a fresh data folder. */
  readonly firstMs: number;
  /** With the data folder of the first. */
  readonly warmMs: readonly number[];
  /** The first call of an app whose bundle has a megabyte, each after a start of its own. */
  readonly coldCallMs: readonly number[];
}

export interface SoakResult {
  readonly seconds: number;
  readonly writers: number;
  readonly readers: number;
  readonly writes: number;
  readonly reads: number;
  readonly failed: number;
  readonly largestWalBytes: number;
}

/** When and where something was measured. */
export interface RunFacts {
  /** ISO 8601, when the run began. */
  readonly date: string;
  readonly machine: MachineFacts;
}

/** What the parts of the benchmark found; null: not asked for. */
export interface PartResults {
  readonly start: StartTimes | null;
  readonly memory: readonly MemoryReading[] | null;
  readonly rates: {
    readonly measurements: readonly Measurement[];
    readonly rows: readonly RowCheck[];
  } | null;
  readonly soak: SoakResult | null;
  readonly growth: GrowthResult | null;
  readonly writers: WritersResult | null;
  readonly counter: CounterResult | null;
  readonly commits: CommitsResult | null;
  readonly large: LargeResult | null;
  readonly drain: DrainResult | null;
  readonly import: ImportResult | null;
  readonly upload: UploadResult | null;
  readonly streams: StreamsResult | null;
  readonly inspector: InspectorResult | null;
  readonly realtime: RealtimeResult | null;
}

/** All that a run of the benchmark found. */
export interface BenchResult extends RunFacts, PartResults {}

export function requestsPerSecond({ answered, seconds }: Measurement): number {
  return answered / seconds;
}

/** What makes the numbers worthless, in sentences; empty when there is nothing of the kind. */
export function findProblems(result: PartResults): readonly string[] {
  const { memory, rates, soak, counter, drain, import: imported, inspector } = result;
  const failures = (server: string, failed: number): string =>
    `${server} failed to answer ${failed} requests with success.`;
  return [
    ...(memory ?? [])
      .filter(({ failed }) => failed > 0)
      .map((reading) => failures(reading.server, reading.failed)),
    ...(rates?.measurements ?? [])
      .filter(({ failed }) => failed > 0)
      .map(({ server, failed, round, workload, connections }) =>
        failures(`In round ${round} of ${workload} at ${connections} connections ${server}`, failed),
      ),
    ...(rates?.rows ?? [])
      .filter(isWrong)
      .map(
        ({ server, found, acknowledged, uncertain }) =>
          `${server} holds ${found} messages: ${acknowledged} were acknowledged and at most ${uncertain} more may be there.`,
      ),
    ...(soak !== null && soak.failed > 0 ? [failures("In the soak epigraph", soak.failed)] : []),
    ...(counter !== null && isWrong(counter)
      ? [
          `The counter stands at ${counter.found}: ${counter.acknowledged} increments were acknowledged and at most ${counter.uncertain} more may count.`,
        ]
      : []),
    ...(drain !== null && drain.ran !== drain.jobs
      ? [`Of ${drain.jobs} scheduled functions ${drain.ran} have left something.`]
      : []),
    ...(imported !== null && imported.imported !== imported.documents
      ? [`Of ${imported.documents} documents ${imported.imported} were imported.`]
      : []),
    ...(inspector?.rounds ?? [])
      .filter(({ off, on }) => off.failed + on.failed > 0)
      .map(({ round, workload, off, on }) =>
        failures(
          `In round ${round} of ${workload} with and without recording epigraph`,
          off.failed + on.failed,
        ),
      ),
  ];
}

function isWrong({ found, acknowledged, uncertain }: Omit<RowCheck, "server">): boolean {
  return found < acknowledged || found > acknowledged + uncertain;
}
