import { setTimeout as sleep } from "node:timers/promises";
import type { LoadGenerator, LoadOutcome } from "../load/load-generator.ts";
import { requestsOf, SEEDED_MESSAGES, type WorkloadName } from "../load/workloads.ts";
import type { BenchResult, Measurement, RowCheck } from "../report/result.ts";
import { checkAnswers, countMessages, seed } from "../servers/client.ts";
import type { ServerName } from "../servers/server-names.ts";
import { type RunningServer, type StartOptions, startServer } from "../servers/start-server.ts";

export interface RatesOptions extends StartOptions {
  readonly servers: readonly ServerName[];
  readonly workloads: readonly WorkloadName[];
  readonly connections: readonly number[];
  readonly rounds: number;
  /** Of each measurement. */
  readonly seconds: number;
  readonly load: LoadGenerator;
  readonly log: (line: string) => void;
}

const WARM_UP_CONNECTIONS = 64;
/** Between two measurements: the server before has answered its last requests, and nobody pays for its rest. */
const PAUSE_MS = 100;

/**
 * Measures all servers in turn, over and over: what slows the machine down for a while meets them all alike, and
 * each round gives ratios of its own.
 */
export async function measureRates(options: RatesOptions): Promise<NonNullable<BenchResult["rates"]>> {
  const servers: RunningServer[] = [];
  try {
    for (const name of options.servers) servers.push(await startServer(name, options));
    const ledger = new InsertLedger();
    for (const server of servers) {
      await seed(server);
      await checkAnswers(server);
      ledger.addSeed(server.name);
    }
    options.log("warming up");
    await warmUp(servers, options, ledger);
    const measurements: Measurement[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      options.log(`round ${round} of ${options.rounds}`);
      measurements.push(...(await measureRound(round, servers, options, ledger)));
    }
    const rows: RowCheck[] = [];
    for (const server of servers) rows.push(ledger.check(server.name, await countMessages(server)));
    return { measurements, rows };
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function warmUp(
  servers: readonly RunningServer[],
  options: RatesOptions,
  ledger: InsertLedger,
): Promise<void> {
  for (const server of servers) {
    for (const workload of options.workloads) {
      await measureOne(server, { workload, connections: WARM_UP_CONNECTIONS }, options, ledger);
    }
  }
}

async function measureRound(
  round: number,
  servers: readonly RunningServer[],
  options: RatesOptions,
  ledger: InsertLedger,
): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = [];
  for (const workload of options.workloads) {
    for (const connections of options.connections) {
      for (const server of servers) {
        const outcome = await measureOne(server, { workload, connections }, options, ledger);
        measurements.push({ round, workload, connections, server: server.name, ...outcome });
        await sleep(PAUSE_MS);
      }
    }
  }
  return measurements;
}

async function measureOne(
  server: RunningServer,
  { workload, connections }: Pick<Measurement, "workload" | "connections">,
  { load, seconds }: RatesOptions,
  ledger: InsertLedger,
): Promise<LoadOutcome> {
  const { lost: signal } = server;
  const url = workload === "cached" ? server.functionsUrl : server.url;
  const outcome = await load.run({ url, requests: requestsOf(workload), connections, seconds, signal });
  ledger.add(server.name, workload, connections, outcome);
  return outcome;
}

/** Keeps account of what each server has acknowledged. */
class InsertLedger {
  readonly #entries = new Map<ServerName, { acknowledged: number; uncertain: number }>();

  addSeed(server: ServerName): void {
    this.#entry(server).acknowledged += SEEDED_MESSAGES;
  }

  add(server: ServerName, workload: WorkloadName, connections: number, outcome: LoadOutcome): void {
    if (workload !== "insert") return;
    const entry = this.#entry(server);
    entry.acknowledged += outcome.answered;
    entry.uncertain += connections + outcome.failed;
  }

  check(server: ServerName, found: number): RowCheck {
    return { server, ...this.#entry(server), found };
  }

  #entry(server: ServerName): { acknowledged: number; uncertain: number } {
    const entry = this.#entries.get(server) ?? { acknowledged: 0, uncertain: 0 };
    this.#entries.set(server, entry);
    return entry;
  }
}
