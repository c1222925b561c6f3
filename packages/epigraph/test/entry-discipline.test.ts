// Executions that are interleaved in one realm are kept apart by one pointer, which every entry into the realm must set.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";
import { InThreadApp } from "./support/in-thread-app.ts";
import { realmScriptWith } from "./support/realm-script-with.ts";
import { fixture } from "./support/start-app.ts";

const CALLERS: readonly string[] = Array.from({ length: 50 }, (_, i) => `caller-${i}`);
const STEPS = 4;
/** An execution that another one has confused may wait for ever. */
const PATIENCE_MS = 20_000;

const FILES = Object.fromEntries(
  ["convex/http.ts", "convex/lab.ts"].map((path) => [
    path,
    readFileSync(join(fixture("interleaved"), path), "utf8"),
  ]),
);

it("nothing crosses between 50 HTTP actions of 50 callers, interleaved in one realm", async () => {
  assert.deepEqual(await findCrossings(), []);
});

it("answers and timers that enter under the name of another execution would be found out", async () => {
  const entry = "if (execution !== undefined) come(execution);";
  const another = entry.replace("(execution);", "(executions.values().next().value!);");
  const crossings = await findCrossings(await realmScriptWith("executions.ts", entry, another));
  const ofAnother = crossings.filter((crossing) => new Set(crossing.match(/caller-\d+/g)).size > 1);
  assert(ofAnother.length > 0, crossings.join("\n"));
});

/** Runs the callers and names each whose answer or log lines are not its own. */
async function findCrossings(realmScript?: string): Promise<string[]> {
  await using app = await InThreadApp.start(FILES, realmScript === undefined ? {} : { realmScript });
  const answers = CALLERS.map((caller) => callAs(app, caller));
  const patience = new AbortController();
  const tooLong = new Promise<null>((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS, null);
    patience.signal.addEventListener("abort", () => clearTimeout(timer));
  });
  const crossings: string[] = [];
  for (const [i, caller] of CALLERS.entries()) {
    const answer = await Promise.race([answers[i], tooLong]);
    // The body, then at each step the action's own view, a query's and a mutation's.
    const expected = JSON.stringify(Array(1 + 3 * STEPS).fill({ mine: caller, subject: caller }));
    if (answer !== expected) crossings.push(`${caller} got ${answer}`);
    const lines = linesOf(app, `POST /${caller}`);
    const own = Array.from({ length: STEPS }, (_, step) => `'${caller}' ${step}`);
    if (lines.join() !== own.join()) crossings.push(`${caller} logged ${lines.join()}`);
  }
  patience.abort();
  return crossings;
}

async function callAs(app: InThreadApp, caller: string): Promise<string> {
  const outcome = await app.http("POST", `/${caller}`, {
    headers: [["x-mine", caller]],
    body: new TextEncoder().encode(caller),
    caller: {
      type: "user",
      identity: { tokenIdentifier: `test|${caller}`, issuer: "test", subject: caller },
      token: "",
    },
  });
  if (outcome.type !== "response") return JSON.stringify(outcome);
  return typeof outcome.body === "string" ? outcome.body : new Response(outcome.body).text();
}

function linesOf(app: InThreadApp, identifier: string): string[] {
  return app.events
    .filter((event) => event.identifier === identifier)
    .flatMap((event) => ("lines" in event ? event.lines.map(({ text }) => text) : []));
}
