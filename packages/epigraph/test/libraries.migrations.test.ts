// Migrations of convex-helpers, unchanged: in batches that schedule each other.
import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { asAdmin, FunctionCaller } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const app = await startApp({ copyOf: fixture("library-migrations"), packages: ["convex-helpers"] });
after(() => app.stop());
const admin = new FunctionCaller(app, asAdmin(app));

describe("migrations of convex-helpers", () => {
  const COUNT = 25;

  it("change a table in one batch, and tell so", async () => {
    await admin.mutation("migrations:fill", { count: COUNT });
    const fn = "migrations:setLength";
    const tried = await admin.errorOf("mutation", fn, { fn, cursor: null, dryRun: true });
    assert.match(tried, /Dry run - rolling back transaction\./);
    const before = (await admin.query("migrations:texts")) as [string, number | null][];
    assert.deepEqual(before[0], ["note 0", null]);
    await admin.mutation(fn, { fn, cursor: null });
    const after = (await admin.query("migrations:texts")) as [string, number | null][];
    assert.ok(after.every(([text, length]) => length === text.length));
    // One batch was all: there was nothing to schedule, whose state could be told.
    assert.deepEqual(await admin.query("migrations:status"), [[fn, true, null]]);
  });

  it("go on batch by batch, one after the other, by the scheduler", async () => {
    const fn = "migrations:shout";
    await admin.mutation(fn, { fn, cursor: null, batchSize: 10 });
    await until(async () => {
      const all = (await admin.query("migrations:status")) as [string, boolean, string | null][];
      return all.some(([name, isDone]) => name === fn && isDone);
    });
    const texts = (await admin.query("migrations:texts")) as [string, number][];
    assert.deepEqual(
      texts.map(([text]) => text),
      Array.from({ length: COUNT }, (_, i) => `NOTE ${i}`),
    );
    // Both are done: there is nothing to do.
    await admin.mutation("migrations:both");
  });
});

const LONGEST_MS = 20_000;
const PAUSE_MS = 50;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let waitedMs = 0; waitedMs < LONGEST_MS; waitedMs += PAUSE_MS) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error("It did not happen");
}
