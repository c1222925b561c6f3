import assert from "node:assert/strict";
import { after, it } from "node:test";
import { asAdmin, postApi } from "./support/functions-api.ts";
import { fixture, startApp } from "./support/start-app.ts";

const STEPS = 4;
const CALLERS: readonly string[] = Array.from({ length: 50 }, (_, i) => `caller-${i}`);

const app = await startApp({ copyOf: fixture("interleaved") });
after(() => app.stop());

function actingAs(caller: string): { readonly authorization: string } {
  return asAdmin(app, { issuer: "test", subject: caller });
}

it("50 HTTP actions at once see their own requests, identities and results, and log under their own names", async () => {
  const answers = await Promise.all(
    CALLERS.map(async (caller) => {
      const response = await fetch(`${app.site}/${caller}`, {
        method: "POST",
        headers: { "X-Mine": caller, ...actingAs(caller) },
        body: caller,
      });
      return response.json();
    }),
  );
  for (const [i, caller] of CALLERS.entries()) {
    // The body, then at each step the action's own view, a query's and a mutation's.
    const own = { mine: caller, subject: caller };
    assert.deepEqual(answers[i], Array(1 + 3 * STEPS).fill(own));
  }
  for (const caller of CALLERS) await app.waitForOutput(new RegExp(`LOG '${caller}' ${STEPS - 1} `));
  const lines = [...app.output().matchAll(/\[POST \/(\S+)\] LOG '(\S+)' \d \([\d.]+ ms\)\n/g)];
  assert.equal(lines.length, CALLERS.length * STEPS);
  for (const [line, route, mine] of lines) assert.equal(mine, route, line);
});

it("50 actions at once get back their own log lines, in order", async () => {
  const answers = await Promise.all(
    CALLERS.map((mine) =>
      postApi(app, "/api/action", { path: "lab:wander", args: { mine } }, actingAs(mine)),
    ),
  );
  for (const [i, mine] of CALLERS.entries()) {
    assert.deepEqual(answers[i]?.json, {
      status: "success",
      value: Array(2 * STEPS).fill({ mine, subject: mine }),
      logLines: Array.from({ length: STEPS }, (_, step) => `[LOG] '${mine}' ${step}`),
    });
  }
});
