import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { postApi } from "./support/functions-api.ts";
import { INSTALLED_PACKAGE } from "./support/node-package.ts";
import {
  CANNOT_SEE_PROCESSES,
  descendantsOf,
  type SeenProcess,
  survivorsAfter,
} from "./support/process-tree.ts";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, startApp } from "./support/start-app.ts";

/** One action that loops and one that has started a process: all that the server has then. */
async function busyProcesses(app: RunningApp): Promise<readonly SeenProcess[]> {
  const call = (path: string): void => void postApi(app, "/api/action", { path, args: {} }).catch(() => {});
  call("node:startChild");
  await app.waitForOutput(/'started'/);
  call("node:loop");
  await app.waitForOutput(/'looping'/);
  return descendantsOf(app.pid);
}

describe("processes of Node actions, and what those have started,", { skip: CANNOT_SEE_PROCESSES }, () => {
  it("end when the server is killed", async () => {
    await using app = await startApp({ copyOf: fixture("node-actions"), files: INSTALLED_PACKAGE });
    const processes = await busyProcesses(app);
    assert.equal(await app.kill("SIGKILL"), "SIGKILL");
    assert.deepEqual(await survivorsAfter(2000, processes), []);
  });

  it("end when the runner is killed that has them, and the next action finds others", async () => {
    await using app = await startApp({ copyOf: fixture("node-actions"), files: INSTALLED_PACKAGE });
    const processes = await busyProcesses(app);
    const runners = processes.filter(({ parent }) => parent === app.pid);
    const parents = new Set(processes.map(({ parent }) => parent));
    const busy = runners.filter(({ pid }) => parents.has(pid));
    assert.equal(busy.length, 1);
    process.kill((busy[0] as SeenProcess).pid, "SIGKILL");
    const children = processes.filter(({ pid, parent }) => parent !== app.pid && pid !== app.pid);
    assert.ok(children.length >= 3);
    assert.deepEqual(await survivorsAfter(2000, children), []);
    const { json } = await postApi(app, "/api/action", { path: "node:echo", args: { text: "x" } });
    assert.equal(json["value"], 1, JSON.stringify(json));
  });
});
