import assert from "node:assert/strict";
import { test } from "node:test";
import { findChromium } from "../../packages/epigraph/test/support/browser.ts";
import { fixture, startApp } from "../../packages/epigraph/test/support/start-app.ts";
import { fill, measureManners } from "./measure-manners.ts";

const chrome = findChromium();
const options = { skip: "missing" in chrome ? chrome.missing : false };

test("the dashboard filters a table as the measurement types it", options, async () => {
  await using app = await startApp({ copyOf: fixture("dashboard") });
  await fill(app, 2_000);
  const executablePath = (chrome as { readonly path: string }).path;
  const manners = await measureManners(app, { executablePath, documents: 2_000 });
  assert.equal(manners.shellReady.length, 5);
  for (const time of [...manners.shellReady, manners.filteredByIndex, manners.filteredWithout]) {
    assert.ok(time > 0);
  }
  assert.ok(manners.longestTask >= 0 && manners.longestEvent >= 0);
});
