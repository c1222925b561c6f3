import { parseArgs } from "node:util";
import { runSchemaRace, type SchemaRaceReport } from "../../src/database/testing/schema-race.ts";

const HELP = `npm run proof:schema-race -- [options]
Changes the schema at random while writers write at random, and checks all the while that indexes and documents are
what catalogue and schema say, now and in the past. Its short form is src/database/schema/schema.race.test.ts.

  --rounds <n>   races, each with a seed of its own (default: 200)
  --steps <n>    changes of the schema in each (default: 40)
  --seed <n>     of the first race; the next ones count on (default: by the clock)
  --help`;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    steps: { type: "string", default: "40" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(HELP);
else await race(Number(values.rounds), Number(values.steps), Number(values.seed));

async function race(rounds: number, steps: number, firstSeed: number): Promise<void> {
  const total = {
    activated: 0,
    refused: 0,
    backfilled: 0,
    pagesAgain: 0,
    writes: 0,
    conflicts: 0,
    checks: 0,
  };
  for (let round = 0; round < rounds; round++) {
    const seed = firstSeed + round;
    let report: SchemaRaceReport;
    try {
      report = await runSchemaRace({ seed, steps });
    } catch (error) {
      console.error(`✘ round ${round + 1}, to be repeated with --rounds 1 --steps ${steps} --seed ${seed}`);
      throw error;
    }
    for (const name of ["activated", "backfilled", "pagesAgain", "writes", "conflicts", "checks"] as const) {
      total[name] += report[name];
    }
    total.refused += Object.values(report.refused).reduce((sum, count) => sum + count, 0);
    if ((round + 1) % 10 === 0) console.log(`${round + 1} of ${rounds} races`);
  }
  console.log(
    `✔ ${rounds} races from seed ${firstSeed}: ${total.activated} schemas became active and ${total.refused} were refused ` +
      `beside ${total.writes} writes (${total.conflicts} conflicts); backfills made ${total.backfilled} entries and did ` +
      `${total.pagesAgain} pages again; ${total.checks} checks found nothing wrong.`,
  );
}
