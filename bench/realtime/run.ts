// Measures live queries: npm run bench:realtime -- [--fanout] [--first] [--idle] [--spread] [--untouched] [--streams]
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { makeWorkplace } from "../workplace.ts";
import {
  measureFanOut,
  measureFirstResult,
  measureIdle,
  measureSpread,
  measureUntouched,
  type Spread,
} from "./parts.ts";
import { RealtimeServer } from "./realtime-server.ts";
import { measureStreams } from "./streams.ts";

const PARTS = ["fanout", "first", "idle", "spread", "untouched", "streams"] as const;
const { values } = parseArgs({
  options: Object.fromEntries(PARTS.map((part) => [part, { type: "boolean" }] as const)),
});
const isChosen = (part: (typeof PARTS)[number]): boolean =>
  PARTS.every((each) => values[each] !== true) || values[part] === true;

using workplace = makeWorkplace();
let servers = 0;

await measure("fanout", async (server) => {
  for (const subscribers of [10, 100, 1000, 10_000]) {
    const { each, all } = await measureFanOut(server, subscribers, subscribers > 1000 ? 10 : 30);
    console.log(`${subscribers} subscribers: each ${show(each)}; all of them ${show(all)}`);
  }
});
await measure("first", async (server) => {
  const { connected, fromNothing } = await measureFirstResult(server, 300);
  console.log(`first result: ${show(connected)}; with the connection ${show(fromNothing)}`);
});
await measure("idle", async (server) => {
  const before = server.memory();
  const after = await measureIdle(server, 10_000);
  console.log(`10000 sockets: ${megabytes(before)} before, ${megabytes(after)} with them`);
});
await measure("spread", async (server) => {
  const options = { clients: 1000, commitsPerSecond: 50, seconds: 10 };
  const { load, shown } = await measureSpread(server, options);
  console.log(
    `1000 clients with 10 queries each, 100 of them touched a second: ${load === null ? "?" : load.toFixed(2)} processors; shown after ${show(shown)}`,
  );
});
await measure("untouched", async (server) => {
  for (const subscriptions of [0, 1000, 10_000, 100_000]) {
    console.log(
      `${subscriptions} untouched subscriptions: a commit in ${show(await measureUntouched(server, subscriptions))}`,
    );
  }
});

await measure("streams", async (server) => {
  const { before, most, load } = await measureStreams(server, 1000);
  console.log(
    `1000 open streams with an event a second each: ${megabytes(before)} before, ${megabytes(most)} at the most with them; ${load === null ? "?" : load.toFixed(2)} processors`,
  );
});

/** Runs a part on a fresh server where it is asked for. */
async function measure(
  part: (typeof PARTS)[number],
  work: (server: RealtimeServer) => Promise<void>,
): Promise<void> {
  if (!isChosen(part)) return;
  const folder = join(workplace.folder, `realtime-${++servers}`);
  mkdirSync(folder, { recursive: true });
  await using server = await RealtimeServer.start({ node: workplace.node, folder });
  await work(server);
}

function show({ p50, p99, max }: Spread): string {
  return `${p50.toFixed(1)} ms (p99 ${p99.toFixed(1)}, longest ${max.toFixed(1)})`;
}

function megabytes(bytes: number | null): string {
  return bytes === null ? "?" : `${(bytes / 1e6).toFixed(0)} MB`;
}
