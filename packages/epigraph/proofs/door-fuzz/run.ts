import { parseArgs } from "node:util";
import { fixture, startApp } from "../../test/support/start-app.ts";
import { fuzzDoor } from "./door-fuzz.ts";

const HELP = `npm run proof:door-fuzz -- [options]
Sends broken requests to a running server, over raw sockets and to every endpoint that takes JSON, and checks that it
goes on as if nothing had been. Its short form is packages/epigraph/proofs/door-fuzz/door-fuzz.test.ts.

  --requests <n>   how many (default: 100000)
  --seed <n>       of the first one; the next ones count on (default: by the clock)
  --help`;

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "100000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(HELP);
else await fuzz(Number(values.requests), Number(values.seed));

async function fuzz(requests: number, seed: number): Promise<void> {
  await using app = await startApp({ copyOf: fixture("faults-requests") });
  const startMs = performance.now();
  const { statuses, findings } = await fuzzDoor(app, {
    requests,
    seed,
    onProgress: (done) => {
      if (done > 0 && done % 5000 === 0) console.log(`${done} of ${requests} requests`);
    },
  });
  const seconds = Math.round((performance.now() - startMs) / 1000);
  const counts = Object.entries(statuses).map(([status, count]) => `${status}: ${count}`);
  console.log(
    `${requests} requests from seed ${seed} in ${seconds} s; answers by status: ${counts.join(", ")}`,
  );
  for (const finding of findings) console.error(`✘ ${finding}`);
  if (findings.length > 0) process.exitCode = 1;
  else console.log("✔ No crash, no hang, no fault without a record, no socket left behind.");
}
