import assert from "node:assert/strict";
import { Agent, request } from "node:http";
import { describe, it } from "node:test";
import { FunctionCaller } from "./support/functions-api.ts";
import {
  busyDescendantOf,
  CANNOT_SEE_PROCESSES,
  descendantsOf,
  survivorsAfter,
} from "./support/process-tree.ts";
import { fixture, startApp } from "./support/start-app.ts";

/** Of processor time that tells a loop from mere work: a fifth of a second where a tick has 10 ms. */
const LOOPING_TICKS = 20;
const POSTS = 1000;
const ROUNDS = 3;

describe("a server that is killed", () => {
  it("while app code loops takes every process with it", { skip: CANNOT_SEE_PROCESSES }, async () => {
    await using app = await startApp({ copyOf: fixture("faults-process") });
    const isBroken = assert.rejects(fetch(`${app.site}/loop`));
    const looping = await busyDescendantOf(app.pid, LOOPING_TICKS);
    const processes = descendantsOf(app.pid);
    assert.ok(processes.some(({ pid }) => pid === looping.pid));
    assert.equal(await app.kill("SIGKILL"), "SIGKILL");
    await isBroken;
    assert.deepEqual(await survivorsAfter(2000, processes), []);
  });

  it("in the middle of 1,000 posts has every message that it acknowledged when it starts again", async () => {
    await using app = await startApp({ copyOf: fixture("faults-process") });
    const acknowledged = new Set<string>();
    const posted = new Set<string>();
    // Earlier and later among the posts: what is on its way differs.
    for (let round = 1; round <= ROUNDS; round++) {
      const killAt = acknowledged.size + round * 150;
      const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
      let isKilled: Promise<string> | null = null;
      const outcomes = Array.from({ length: POSTS }, async (_, i) => {
        const body = `round ${round}, message ${i}`;
        posted.add(body);
        if ((await post(`${app.site}/send`, body, agent)) !== 200) return false;
        acknowledged.add(body);
        if (acknowledged.size === killAt) isKilled = app.kill("SIGKILL");
        return true;
      });
      const succeeded = (await Promise.all(outcomes)).filter((isDone) => isDone).length;
      assert.equal(await isKilled, "SIGKILL");
      assert.ok(succeeded < POSTS, "the server was killed when it had done everything");
      agent.destroy();
      await app.start();
      const stored = (await new FunctionCaller(app).query("messages:list")) as { readonly body: string }[];
      const bodies = stored.map(({ body }) => body);
      assert.equal(new Set(bodies).size, bodies.length, "a message is stored twice");
      assert.deepEqual(
        [...acknowledged].filter((body) => !bodies.includes(body)),
        [],
      );
      assert.deepEqual(
        bodies.filter((body) => !posted.has(body)),
        [],
      );
    }
  });
});

/** Posts a text. @returns the status; null when the connection broke. */
function post(url: string, body: string, agent: Agent): Promise<number | null> {
  return new Promise((resolve) => {
    const outgoing = request(url, { method: "POST", agent }, (response) => {
      response.on("error", () => resolve(null));
      response.on("end", () => resolve(response.statusCode as number));
      response.resume();
    });
    outgoing.on("error", () => resolve(null));
    outgoing.end(body);
  });
}
