import { SEEDED_MESSAGES } from "../load/workloads.ts";
import { databaseTables } from "./database-tables.ts";
import { formatCount, formatMegabytes, formatMs } from "./format.ts";
import type { Published } from "./published.ts";
import type { PartResults, RunFacts } from "./result.ts";
import { serviceTables } from "./service-tables.ts";
import { spreadOf } from "./spread.ts";
import { formatMarkdown, type Table } from "./table.ts";
import { barTable, memoryTable, otherTable, rateTables } from "./tables.ts";

/** The text of docs/BENCHMARKS.md. `folder` is the path of the results in the repository. */
export function renderPage({ parts, runs }: Published, folder: string): string {
  const bars = barTable(parts);
  const others = [
    memoryTable(parts),
    otherTable(parts),
    ...databaseTables(parts),
    ...serviceTables(parts),
  ].filter((table) => table !== null);
  return `# Benchmarks

Written by \`npm run bench -- --publish\`; all rounds of each part are in [${folder}](../${folder}). Numbers of one machine
say little about another: what carries over are the ratios, so run it on yours.

## Bars

${bars === null ? "" : formatMarkdown(bars)}
A ratio is the median of those of the rounds, with the smallest and the largest in parentheses.

${rateTables(parts).map(section).join("\n")}
${others.map(section).join("\n")}
## How it was measured

${describeRuns(runs)}
- All servers have the same routes, answer with the same JSON, and hold the same ${formatCount(SEEDED_MESSAGES)} messages when the
  measurements begin, 10 of each author; what is inserted belongs to other authors. Each server has one table with one index and keeps
  its data on the same disk.
- Durable means the same everywhere: an insert is answered when it has been synced to disk. The SQLite of the Node.js
  peers runs in WAL mode with \`synchronous=FULL\`, one transaction a request; the Durable Object's storage is on disk
  and its platform holds responses back until their writes are synced.
- Epigraph is started with \`epigraph dev\`, without the recording of requests as \`epigraph serve\` runs, and its app has a schema and validators on arguments, as an app has. The
  peers check that \`author\` and \`body\` are strings, and have the fastest form that we found for each. Nothing logs.
- The load generator runs in a process of its own on the same machine, so servers that use more than one core share
  them with it.
- After a warm-up the servers are measured in turn, over and over: ${describeRounds(parts)}. A round gives one ratio to
  each peer; throughput and latencies are medians of the rounds.
- Afterwards the rows of each table are counted: every acknowledged insert must be there, and no more than those that
  were under way when a measurement ended. A run in which that does not hold, or in which a request failed, is not
  published.
- Memory is the proportional set size of the whole process tree on Linux, of a server that runs alone: idle, and after
  ${formatCount(SEEDED_MESSAGES)} inserts followed by all three workloads mixed, 3 s after the last answer. The servers run on a copy of the
  Node.js executable, so that its pages are not counted as shared with the benchmark.
- The start is timed from outside, from the start of the process to its ready line.
- For growth there is a data folder of each size, each with one table of records (220 bytes as JSON) and an index
  in random order beside those that every table has. All sizes are measured in turn, in each round, after one round
  of warming up; keys are uniform. What is not over HTTP is measured in one process as a runner does it: transactions on
  SQLite snapshots through the same syscalls, ten point reads or one range in a query, counted in processor time of its
  thread. Inserts are ready in groups of 64 and are timed until all of a group are durable, checkpoints included.
- The pages that a read touches are what a connection that caches nothing reads from the file.
- Commits are made in this process and sent to a committer in a thread of its own by its socket, as runners do. At a
  steady rate a latency begins when the transaction was due: half of them insert a document, half change one at random.
- An import is timed by the client that sends the file, from its first byte to the answer, while another client sends a
  durable insert ten milliseconds or so after the answer to the one before; its latencies before and meanwhile are compared.
- Recording is measured on two servers that differ in nothing else, in turn within each round, the other one first in
  the next: processor time of the whole tree by the number of requests that it answered.
- Large transactions are timed by a client, from the request to the end of the answer.
- Clients of live queries speak the sync protocol and do next to nothing with what they are shown, on the same machine.

## How to run it

\`\`\`sh
npm ci
npm run bench                                              # everything, about half an hour and 6 GB of disk
npm run bench -- --rates --rounds 2 --seconds 1 --peers hono --connections 64
npm run bench -- --memory                                  # one part; --help lists them
npm run bench -- --growth --sizes 1000,100000 --rounds 3   # a part of a part
npm run bench:realtime                                     # the same as -- --realtime
npm run bench -- --publish                                 # everything, then writes this page
npm run bench -- --publish --memory --drain                # these parts anew, the others as they were published
\`\`\`

It takes [wrk](https://github.com/wg/wrk) if it is installed (Debian package \`wrk\`) and autocannon otherwise. The peers
are installed into \`bench/peers\` at the first run.
`;
}

function section(table: Table): string {
  return `## ${table.title}\n\n${formatMarkdown(table)}`;
}

function describeRounds({ rates }: PartResults): string {
  const measurements = rates?.measurements ?? [];
  if (measurements.length === 0) return "not measured yet";
  const rounds = Math.max(...measurements.map(({ round }) => round));
  const { median } = spreadOf(measurements.map(({ seconds }) => seconds));
  return `${rounds} rounds of ${median.toFixed(0)} s for each measurement`;
}

/** One item for each run, with the parts that come of it. */
function describeRuns(runs: Published["runs"]): string {
  const byDate = Map.groupBy(runs, ([, { date }]) => date);
  return [...byDate.values()]
    .map((entries) => {
      const parts = entries.map(([part]) => part).join(", ");
      return `- ${runs.size === entries.length ? "" : `${parts}: `}${describeRun(entries[0]![1])}`;
    })
    .join("\n");
}

function describeRun({ date, machine }: RunFacts): string {
  const { cpu, cores, memoryBytes, system, loadBefore, syncMs, versions } = machine;
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${date.slice(0, 10)}, ${cpu}, ${cores} cores, ${formatMegabytes(memoryBytes / 1000)} GB, ${system}.`,
    `A durable write of 4 KiB takes ${formatMs(syncMs)} ms; the load average before was ${loadBefore.toFixed(2)}.`,
    `${list.join(", ")}.`,
  ].join("\n  ");
}
