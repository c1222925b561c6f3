import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { TempApp } from "./testing/temp-app.ts";
import { AppWatcher } from "./watch.ts";

describe("watching an app", () => {
  const changes: readonly (readonly [name: string, change: (temp: TempApp) => void])[] = [
    ["a file that is saved", (temp) => temp.write({ "convex/a.ts": "2" })],
    ["a new file", (temp) => temp.write({ "convex/b.ts": "1" })],
    ["a file in a new folder", (temp) => temp.write({ "convex/new/deep/b.ts": "1" })],
    ["a file that is removed", (temp) => temp.remove("convex/sub/c.ts")],
    [
      "a file that an editor replaces",
      (temp) => {
        temp.write({ "convex/.a.ts.swp": "3" });
        renameSync(join(temp.folder, "convex/.a.ts.swp"), join(temp.folder, "convex/a.ts"));
      },
    ],
    ["an input outside of the functions folder", (temp) => temp.write({ "shared/x.ts": "2" })],
    ["the settings", (temp) => temp.write({ "convex.json": "{}" })],
  ];
  for (const [name, change] of changes) {
    it(`tells of ${name}`, async () => {
      using temp = new TempApp({ "convex/a.ts": "1", "convex/sub/c.ts": "1", "shared/x.ts": "1" });
      const events = new EventEmitter();
      const watcher = new AppWatcher(temp.app, () => events.emit("change"));
      watcher.refresh([join(temp.folder, "shared/x.ts")]);
      const changed = once(events, "change");
      change(temp);
      await changed;
      watcher.close();
    });
  }

  it("does not tell of generated code, of other files of the app, nor of what editors leave for a moment", async () => {
    using temp = new TempApp({ "convex/a.ts": "1", "convex/_generated/api.js": "1" });
    const events = new EventEmitter();
    let told = 0;
    const watcher = new AppWatcher(temp.app, () => {
      told++;
      events.emit("change");
    });
    temp.write({
      "convex/_generated/api.js": "2",
      "src.ts": "1",
      ".env.local": "1",
      "convex/.#a.ts": "",
      "convex/a.ts~": "",
    });
    // Later events come later: when this one is told, the others have been passed over.
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(told, 0);
    const changed = once(events, "change");
    temp.write({ "convex/a.ts": "2" });
    await changed;
    watcher.close();
    assert.equal(told, 1);
  });
});
