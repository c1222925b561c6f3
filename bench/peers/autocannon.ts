// Sends load in a process of its own: the job comes as JSON on the input, the outcome goes out the same way.
import { text } from "node:stream/consumers";
import autocannon from "autocannon";

const job = JSON.parse(await text(process.stdin)) as {
  readonly url: string;
  readonly requests: readonly {
    readonly method: "GET" | "POST";
    readonly path: string;
    readonly body: string | null;
  }[];
  readonly connections: number;
  readonly seconds: number;
  /** Ends after this many requests, however long they take; null: after the seconds. */
  readonly amount: number | null;
};

const requests = job.requests.map(({ method, path, body }) =>
  body === null ? { method, path } : { method, path, body, headers: { "content-type": "application/json" } },
);
let clients = 0;

const result = await autocannon({
  url: job.url,
  connections: job.connections,
  ...(job.amount === null ? { duration: job.seconds } : { amount: job.amount }),
  requests,
  // Each connection starts elsewhere in the list, so that they don't all ask for the same row at once.
  setupClient: (client) => {
    const start = Math.floor((clients * requests.length) / job.connections);
    clients += 1;
    client.setRequests([...requests.slice(start), ...requests.slice(0, start)]);
  },
});

console.log(
  JSON.stringify({
    answered: result["2xx"],
    failed: result.non2xx + result.errors,
    seconds: result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  }),
);
