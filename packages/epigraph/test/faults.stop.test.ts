import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { TempApp } from "../src/deploy/testing/temp-app.ts";
import { sendRaw } from "../src/server/testing/test-server.ts";
import { printedUntil, spawnEpigraph } from "./support/command.ts";
import { CANNOT_SEE_PROCESSES, descendantsOf, survivorsAfter } from "./support/process-tree.ts";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, readFolder, startApp } from "./support/start-app.ts";

/** Linux has what these tests look at; elsewhere signals are others, or none. */
const options = { skip: CANNOT_SEE_PROCESSES };
const start = (): Promise<RunningApp> => startApp({ copyOf: fixture("faults-process") });

/** Ends the server. @returns how it ended and how long that took; nothing of it is left then. */
async function end(
  app: RunningApp,
  signal: NodeJS.Signals,
): Promise<{ readonly how: string; readonly ms: number }> {
  const processes = descendantsOf(app.pid);
  assert.ok(processes.length > 0, "functions run in processes of their own");
  const startMs = performance.now();
  const how = await app.kill(signal);
  const ms = Math.round(performance.now() - startMs);
  assert.deepEqual(await survivorsAfter(2000, processes), []);
  return { how, ms };
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  describe(`dev that gets ${signal}`, options, () => {
    it("ends with exit code 0 and leaves no process behind", async () => {
      await using app = await start();
      assert.equal((await end(app, signal)).how, "exit code 0");
      // The owner of a folder that nobody owns any more.
      assert.ok(!readdirSync(join(app.folder, ".epigraph")).includes("owner.json"));
    });

    it("lets a response end first", async () => {
      await using app = await start();
      const response = await fetch(`${app.site}/slow`);
      const [text, { how, ms }] = await Promise.all([response.text(), end(app, signal)]);
      assert.equal(text, "begun, done");
      assert.equal(how, "exit code 0");
      assert.ok(ms < 6000, `${ms} ms`);
    });
  });
}

describe("dev that is stopped", options, () => {
  it("by Ctrl-C in a terminal, which every process of it gets, ends just as cleanly", async () => {
    using app = new TempApp(readFolder(fixture("faults-process")));
    const args = ["dev", "--dir", app.folder, "--port", "0", "--site-port", "0"];
    const child = spawnEpigraph(args, { leadsGroup: true });
    const exit = once(child, "exit");
    const output = await printedUntil(child, "ready in");
    const [, site] = /HTTP actions at (\S+)/.exec(output) as unknown as [string, string];
    const response = await fetch(`${site}/slow`);
    const processes = descendantsOf(child.pid as number);
    process.kill(-(child.pid as number), "SIGINT");
    assert.equal(await response.text(), "begun, done");
    assert.deepEqual(await exit, [0, null]);
    assert.deepEqual(await survivorsAfter(2000, processes), []);
  });

  it("while functions loop ends with exit code 0 when their time is over, at the latest", async () => {
    await using app = await start();
    const loops = Array.from({ length: 3 }, () => fetch(`${app.site}/loop`).catch(() => null));
    await sleep(300);
    const { how, ms } = await end(app, "SIGINT");
    assert.equal(how, "exit code 0");
    assert.ok(ms < 12_000, `${ms} ms`);
    for (const response of await Promise.all(loops)) assert.ok(response === null || response.status === 500);
  });

  it("while a stream does not end breaks it after a while", async () => {
    await using app = await start();
    const response = await fetch(`${app.site}/endless`);
    const isBroken = assert.rejects(response.arrayBuffer());
    const { how, ms } = await end(app, "SIGINT");
    assert.equal(how, "exit code 0");
    assert.ok(ms < 15_000, `${ms} ms`);
    await isBroken;
  });

  it("twice does not wait", async () => {
    await using app = await start();
    const response = await fetch(`${app.site}/endless`);
    const isBroken = assert.rejects(response.arrayBuffer());
    const { pid } = app;
    setTimeout(() => process.kill(pid, "SIGINT"), 200);
    const { ms } = await end(app, "SIGINT");
    assert.ok(ms < 3000, `${ms} ms`);
    await isBroken;
  });

  it("while clients keep connections open ends at once", async () => {
    await using app = await start();
    // Connections that fetch keeps open for its next request.
    await Promise.all(Array.from({ length: 10 }, async () => (await fetch(`${app.api}/version`)).text()));
    const { how, ms } = await end(app, "SIGINT");
    assert.equal(how, "exit code 0");
    assert.ok(ms < 3000, `${ms} ms`);
  });

  it("after clients went away in the middle of their requests ends at once", async () => {
    await using app = await start();
    const head =
      "POST /api/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{";
    await sendRaw(app.api, head, { end: true });
    await sendRaw(app.site, head.replace("/api/query", "/send"), { end: true });
    const { how, ms } = await end(app, "SIGINT");
    assert.equal(how, "exit code 0");
    assert.ok(ms < 3000, `${ms} ms`);
  });
});
