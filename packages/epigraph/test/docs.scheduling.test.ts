import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { it } from "node:test";
import { TSCONFIG } from "../src/deploy/testing/temp-app.ts";
import { typecheck } from "../src/deploy/typecheck.ts";
import { InThreadApp } from "./support/in-thread-app.ts";
import { until } from "./support/scheduled-jobs.ts";

const PAGE = readFileSync(new URL("../../../docs/SCHEDULING.md", import.meta.url), "utf8");
const BUILT_TYPES = new URL("../dist/sdk/server.d.ts", import.meta.url);
const EXAMPLE = /```ts\n\/\/ (convex\/\S+)\n([\s\S]*?)```/g;

it("the examples of docs/SCHEDULING.md are well typed, and do what the page says", async () => {
  assert.ok(existsSync(BUILT_TYPES), "build first: the types of the SDK are asked for");
  const files = Object.fromEntries(Array.from(PAGE.matchAll(EXAMPLE), ([, file, text]) => [file, text]));
  assert.deepEqual(Object.keys(files).sort(), [
    "convex/cleanup.ts",
    "convex/crons.ts",
    "convex/reminders.ts",
    "convex/schema.ts",
  ]);
  await using app = await InThreadApp.start(
    { ...(files as Record<string, string>), "convex/tsconfig.json": TSCONFIG },
    { jobs: {}, packages: ["convex", "typescript"] },
  );
  assert.deepEqual(await typecheck(app.temp.app, { pretty: false }), { type: "passed" });
  assert.equal(app.jobs.crons.count(""), 5);

  const state = (job: string): Promise<unknown> => app.value("query", "reminders:state", { job });
  const now = (await app.value("mutation", "reminders:remind", { text: "now", minutes: 0 })) as string;
  await until(
    () => state(now),
    (kind) => kind === "success",
  );
  const later = (await app.value("mutation", "reminders:remind", { text: "later", minutes: 5 })) as string;
  assert.equal(await state(later), "pending");
  await app.value("mutation", "reminders:forget", { job: later });
  assert.equal(await state(later), "canceled");
});
