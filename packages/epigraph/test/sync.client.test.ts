import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ConvexClient } from "convex/browser";
import { anyApi } from "convex/server";
import type { RunningApp } from "./support/running-app.ts";
import { fixture, startApp } from "./support/start-app.ts";

describe("the official client over a WebSocket", () => {
  let app: RunningApp;
  before(async () => {
    app = await startApp({ copyOf: fixture("sync") });
  });
  after(() => app.stop());

  it("sees a change that another client made", async () => {
    const watcher = new ConvexClient(app.api);
    const writer = new ConvexClient(app.api);
    try {
      const seen: unknown[] = [];
      const { promise, resolve } = Promise.withResolvers<void>();
      watcher.onUpdate(anyApi["messages"]!["list"]!, {}, (value) => {
        seen.push(value);
        if (seen.length === 1) void writer.mutation(anyApi["messages"]!["send"]!, { body: "hi" });
        if (seen.length === 2) resolve();
      });
      await promise;
      assert.deepEqual(seen, [[], ["hi"]]);
    } finally {
      await Promise.all([watcher.close(), writer.close()]);
    }
  });
});
