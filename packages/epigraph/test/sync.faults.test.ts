import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { ConvexClient } from "convex/browser";
import { makeFunctionReference } from "convex/server";
import { CuttingProxy } from "./support/cutting-proxy.ts";
import { fixture, startApp } from "./support/start-app.ts";

const counter = makeFunctionReference<"query", { name: string }, number>("numbers:counter");
const increment = makeFunctionReference<"mutation", { name: string }>("numbers:increment");
const CLIENTS = 40;
const WRITES = 10;
const WAIT_MS = 60_000;

describe("official clients", () => {
  it("come through a slow network that cuts and a server that is killed: each write is there once, and all show it", async () => {
    const app = await startApp({ copyOf: fixture("sync") });
    const proxy = await CuttingProxy.start(app.api);
    const clients = Array.from({ length: CLIENTS }, () => new ConvexClient(proxy.url, { logger: false }));
    try {
      const shown = new Map<ConvexClient, number>();
      for (const client of clients) {
        client.onUpdate(counter, { name: "n" }, (value) => {
          assert.ok(value >= (shown.get(client) ?? 0), "a count that goes back");
          shown.set(client, value);
        });
      }
      let answered = 0;
      const writes = clients.map(async (client) => {
        for (let i = 0; i < WRITES; i++) {
          await client.mutation(increment, { name: "n" });
          answered++;
        }
      });
      const reached = async (count: number): Promise<void> => {
        while (answered < count) await sleep(5);
      };
      await reached(CLIENTS);
      proxy.latencyMs = 20;
      await reached(3 * CLIENTS);
      proxy.cut();
      await reached(5 * CLIENTS);
      await app.kill("SIGKILL");
      await app.start();
      proxy.target = app.api;
      proxy.cut();
      await reached(7 * CLIENTS);
      proxy.mute();
      await sleep(50);
      proxy.cut();
      await Promise.all(writes);
      const endMs = Date.now() + WAIT_MS;
      while (![...shown.values()].every((value) => value === CLIENTS * WRITES) && Date.now() < endMs)
        await sleep(10);
      assert.deepEqual([...new Set(shown.values())], [CLIENTS * WRITES]);
    } finally {
      await Promise.all(clients.map((client) => client.close()));
      await proxy[Symbol.asyncDispose]();
      await app.stop();
    }
  });
});
