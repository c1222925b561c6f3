// Measures Epigraph beside its peers: see README.md in this folder.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { autocannon } from "./load/autocannon.ts";
import { findWrk } from "./load/wrk.ts";
import { describeMachine } from "./measure/machine.ts";
import { type BenchOptions, HELP, OptionsError, readOptions } from "./options.ts";
import { measureCommits } from "./parts/commits.ts";
import { measureCounter } from "./parts/counter.ts";
import { measureDrain } from "./parts/drain.ts";
import { measureGrowth } from "./parts/growth.ts";
import { measureImport } from "./parts/import.ts";
import { measureInspector } from "./parts/inspector.ts";
import { measureLarge } from "./parts/large.ts";
import { measureMemory } from "./parts/memory.ts";
import type { Part } from "./parts/part-names.ts";
import { measureRates } from "./parts/rates.ts";
import { measureRealtime } from "./parts/realtime.ts";
import { measureSoak } from "./parts/soak.ts";
import { measureStart } from "./parts/start-time.ts";
import { measureStreams } from "./parts/streams.ts";
import { measureUpload } from "./parts/upload.ts";
import { measureWriters } from "./parts/writers.ts";
import { renderPage } from "./report/page.ts";
import { publish, readPublished } from "./report/published.ts";
import { type BenchResult, findProblems, type MemoryReading } from "./report/result.ts";
import { formatText } from "./report/table.ts";
import { allTables } from "./report/tables.ts";
import { installPeers } from "./servers/install-peers.ts";
import type { ServerName } from "./servers/server-names.ts";
import { makeWorkplace } from "./workplace.ts";

const BENCH = import.meta.dirname;
const ROOT = join(BENCH, "..");
/** Autocannon, which many parts fall back on, is one of their packages. */
const PARTS_WITH_PEERS: readonly Part[] = ["memory", "rates", "soak", "growth", "counter", "inspector"];
const PLATFORM = `${process.platform}-${process.arch}`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions | null;
  try {
    options = readOptions(args);
  } catch (error) {
    if (!(error instanceof OptionsError)) throw error;
    console.error(`${error.message}\n\n${HELP}`);
    return 1;
  }
  if (options === null) {
    console.log(HELP);
    return 0;
  }
  const result = await measure(options);
  console.log(`\n${allTables(result).map(formatText).join("\n")}`);
  const problems = findProblems(result);
  // A run with problems is kept for whoever looks for their cause.
  console.log(`All rounds: ${writeResult(result)}`);
  if (problems.length > 0) {
    console.error(`These numbers are worth nothing:\n${problems.join("\n")}`);
    return 1;
  }
  if (options.publish) {
    const folder = `bench/results/${PLATFORM}`;
    publish(join(ROOT, folder), result);
    writeFileSync(join(ROOT, "docs/BENCHMARKS.md"), renderPage(readPublished(join(ROOT, folder)), folder));
  }
  return 0;
}

async function measure(options: BenchOptions): Promise<BenchResult> {
  const startMs = performance.now();
  const log = (line: string): void => {
    console.error(`${((performance.now() - startMs) / 1000).toFixed(0).padStart(4)} s  ${line}`);
  };
  const date = new Date().toISOString();
  if (PARTS_WITH_PEERS.some((part) => options.parts.includes(part))) installPeers(log);
  using workplace = makeWorkplace();
  const { folder, node } = workplace;
  const load = (await findWrk(folder)) ?? autocannon();
  const machine = describeMachine(folder, load.name);
  const servers: readonly ServerName[] = ["epigraph", ...options.peers];
  const has = (part: BenchOptions["parts"][number]): boolean => {
    if (options.parts.includes(part)) log(part);
    return options.parts.includes(part);
  };
  const at = (part: string): { readonly node: string; readonly folder: string } => ({
    node,
    folder: join(folder, part),
  });
  const start = has("start") ? await measureStart(at("start")) : null;
  let memory: MemoryReading[] | null = null;
  if (has("memory")) {
    memory = [];
    for (const server of servers) memory.push(...(await measureMemory(server, at("memory"))));
  }
  const rates = has("rates") ? await measureRates({ ...options, ...at("rates"), servers, load, log }) : null;
  const soak = has("soak") ? await measureSoak({ ...at("soak"), load }) : null;
  const growth = has("growth") ? await measureGrowth({ ...options, ...at("growth"), load, log }) : null;
  const writers = has("writers") ? await measureWriters({ ...options, ...at("writers") }) : null;
  const counter = has("counter") ? await measureCounter({ ...options, ...at("counter"), load }) : null;
  const commits = has("commits") ? await measureCommits({ ...options, ...at("commits") }) : null;
  const large = has("large") ? await measureLarge({ ...options, ...at("large") }) : null;
  const drain = has("drain") ? await measureDrain(at("drain")) : null;
  const imported = has("import") ? await measureImport({ ...options, ...at("import") }) : null;
  const upload = has("upload") ? await measureUpload(at("upload")) : null;
  const streams = has("streams") ? await measureStreams(at("streams")) : null;
  const inspector = has("inspector")
    ? await measureInspector({ ...options, ...at("inspector"), load })
    : null;
  const realtime = has("realtime") ? await measureRealtime({ ...at("realtime"), log }) : null;
  return {
    ...{ date, machine, start, memory, rates, soak },
    ...{ growth, writers, counter, commits, large },
    ...{ drain, import: imported, upload, streams, inspector, realtime },
  };
}

/** Returns the path of the file in the repository. */
function writeResult(result: BenchResult): string {
  const time = result.date.slice(0, 19).replaceAll(":", "");
  const file = `bench/results/local-${time}-${PLATFORM}.json`;
  mkdirSync(join(BENCH, "results"), { recursive: true });
  writeFileSync(join(ROOT, file), `${JSON.stringify(result, null, 2)}\n`);
  return file;
}
