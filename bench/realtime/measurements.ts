import { setTimeout as sleep } from "node:timers/promises";
import type { Latency } from "../report/service-result.ts";
import { percentileOf } from "../report/spread.ts";
import type { RealtimeServer } from "./realtime-server.ts";

function latencyOf(ms: readonly number[]): Latency {
  return { p50: percentileOf(ms, 50), p99: percentileOf(ms, 99), max: percentileOf(ms, 100) };
}

const BODY = "x".repeat(100);
const SHARED_CHANNEL = 0;

/**
 * One query that all clients have, one mutation after the other.
 * @returns from the sending of a mutation until each client was shown it, and until all were.
 */
export async function measureFanOut(
  server: RealtimeServer,
  subscribers: number,
  mutations: number,
): Promise<{ readonly each: Latency; readonly all: Latency }> {
  const clients = await server.connect(subscribers);
  await inBatches(clients, (client) => client.subscribe([SHARED_CHANNEL]));
  const each: number[] = [];
  const all: number[] = [];
  for (let i = 0; i < mutations; i++) {
    const shown = Promise.withResolvers<void>();
    let missing = clients.length;
    const startMs = performance.now();
    for (const client of clients) {
      client.onChange = (atMs) => {
        each.push(atMs - startMs);
        if (--missing === 0) shown.resolve();
      };
    }
    await server.post(SHARED_CHANNEL, BODY + i);
    await shown.promise;
    all.push(performance.now() - startMs);
    await sleep(50);
  }
  server.disconnect();
  await sleep(1000);
  return { each: latencyOf(each), all: latencyOf(all) };
}

/** From a client that connects to its first result, of a query that others have asked before. */
export async function measureFirstResult(
  server: RealtimeServer,
  count: number,
): Promise<{ readonly connected: Latency; readonly fromNothing: Latency }> {
  const connected: number[] = [];
  const fromNothing: number[] = [];
  for (let i = 0; i < count; i++) {
    const startMs = performance.now();
    const [client] = await server.connect(1);
    const openMs = performance.now();
    await client!.subscribe([SHARED_CHANNEL]);
    connected.push(performance.now() - openMs);
    fromNothing.push(performance.now() - startMs);
  }
  server.disconnect();
  return { connected: latencyOf(connected), fromNothing: latencyOf(fromNothing) };
}

/** Memory of a server with so many clients that do nothing but stay. */
export async function measureIdle(server: RealtimeServer, sockets: number): Promise<number | null> {
  const clients = await server.connect(sockets);
  await inBatches(clients, (client) => client.subscribe([SHARED_CHANNEL]));
  // After a rest garbage is collected, as it is in a server that has nothing to do.
  await sleep(45_000);
  const bytes = server.memory();
  server.disconnect();
  await sleep(2000);
  return bytes;
}

/**
 * Clients with queries of their own each, and commits at a steady rate that touch few of them.
 * @returns the processors that the server took.
 */
export async function measureSpread(
  server: RealtimeServer,
  options: {
    readonly clients: number;
    readonly queriesPerClient: number;
    readonly commitsPerSecond: number;
    readonly seconds: number;
  },
): Promise<{ readonly processors: number | null; readonly shown: Latency }> {
  const clients = await server.connect(options.clients);
  const perClient = options.queriesPerClient;
  const latencies: number[] = [];
  const sentMs = new Map<number, number>();
  await inBatches(clients, (client, i) =>
    client.subscribe(Array.from({ length: perClient }, (_, k) => 1 + i * perClient + k)),
  );
  clients.forEach((client, i) => {
    client.onChange = (atMs) => {
      const startMs = sentMs.get(i);
      if (startMs !== undefined) latencies.push(atMs - startMs);
    };
  });
  // One percent of all subscriptions a second: two each commit.
  const before = server.processorSeconds();
  const startMs = performance.now();
  const total = options.commitsPerSecond * options.seconds;
  let writer = 0;
  for (let i = 0; i < total; i++) {
    for (let k = 0; k < 2; k++) {
      const at = (i * 7919 + k * 104_729) % options.clients;
      sentMs.set(at, performance.now());
      clients[writer++ % clients.length]!.send(writer, 1 + at * perClient + (i % perClient), BODY + i);
    }
    const dueMs = startMs + ((i + 1) * 1000) / options.commitsPerSecond;
    await sleep(Math.max(0, dueMs - performance.now()));
  }
  const seconds = (performance.now() - startMs) / 1000;
  const after = server.processorSeconds();
  server.disconnect();
  await sleep(1000);
  return {
    processors: before === null || after === null ? null : (after - before) / seconds,
    shown: latencyOf(latencies),
  };
}

/**
 * Commits that touch no subscription, while there are so many.
 * @returns milliseconds of one, one after the other.
 */
export async function measureUntouched(server: RealtimeServer, subscriptions: number): Promise<Latency> {
  const perClient = 100;
  const clients = await server.connect(Math.ceil(subscriptions / perClient));
  await inBatches(clients, (client, i) =>
    client.subscribe(Array.from({ length: perClient }, (_, k) => 1_000_000 + i * perClient + k)),
  );
  const times: number[] = [];
  for (let i = 0; i < 500; i++) {
    const startMs = performance.now();
    await server.post(500_000, BODY);
    times.push(performance.now() - startMs);
  }
  server.disconnect();
  await sleep(1000);
  return latencyOf(times.slice(100));
}

async function inBatches<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < items.length; i += 200) {
    await Promise.all(items.slice(i, i + 200).map((item, k) => work(item, i + k)));
  }
}
