import { parseArgs } from "node:util";
import { type Footprint, totalMiB } from "./footprint.ts";
import { soak } from "./soak.ts";
import { startSoaked } from "./start-soaked.ts";

const HELP = `npm run proof:soak -- [options]
Runs functions of all kinds, errors and runaways among them, over real sockets, and looks whether the server's memory
stays flat and whether it lets go of everything. Its short form is packages/epigraph/proofs/soak/soak.test.ts.

  --minutes <n>  of load (default: 60)
  --seed <n>     of what is done when (default: by the clock)
  --help`;

/**
 * Heaps are collected when it suits the engine, each process in its own time, and three of them hold some 500 MiB under this
 * load: two moments differ by a tenth. A leak of one KiB an operation is 100 MiB after ten minutes.
 */
const MAX_GROWTH_MIB = 64;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(HELP);
else await run(Number(values.minutes), Number(values.seed));

async function run(minutes: number, seed: number): Promise<void> {
  await using server = await startSoaked();
  const { findings, counts, samples, before, after } = await soak(server, {
    seconds: minutes * 60,
    warmUpSeconds: Math.min(120, minutes * 12),
    seed,
    runawayPauseMs: 10_000,
    maxGrowthMiB: MAX_GROWTH_MIB,
    onSample: (sample) => {
      const each = [...sample.memory.values()].map((size) => Math.round(size));
      console.log(
        `${Math.round(sample.seconds)} s: ${Math.round(totalMiB(sample))} MiB (${each.join(", ")})`,
      );
    },
  });
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const sizes = samples.map(totalMiB);
  console.log(`${total} operations in ${minutes} minutes (seed ${seed}): ${JSON.stringify(counts)}`);
  console.log(`memory under load ${Math.round(Math.min(...sizes))} to ${Math.round(Math.max(...sizes))} MiB`);
  console.log(`at rest before: ${describe(before)}\nat rest after: ${describe(after)}`);
  for (const finding of findings) console.error(`✘ ${finding}`);
  if (findings.length > 0) process.exitCode = 1;
  else console.log("✔ Flat memory, nothing left open, no unexpected answer.");
}

function describe({ memory, ...handles }: Footprint): string {
  return `${Math.round(totalMiB({ memory }))} MiB, ${JSON.stringify(handles)}`;
}
