import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { StartTimes } from "../report/result.ts";
import { EXAMPLE_APP, epigraphDev } from "../servers/epigraph.ts";
import { startServerProcess } from "../servers/server-process.ts";
import type { StartOptions } from "../servers/start-server.ts";

const WARM_STARTS = 5;
/** What a run of the app leaves in its folder. */
const TRACES = new Set([".env.local", ".epigraph", "_generated", "node_modules"]);

const COLD_CALLS = 5;
/** Of the bundle of the app whose first call is timed. */
const BUNDLE_BYTES = 1_000_000;

/** Times how long `epigraph dev` takes until it is ready, on a copy of the example. */
export async function measureStart({ node, folder }: StartOptions): Promise<StartTimes> {
  const app = join(folder, "example");
  cpSync(EXAMPLE_APP, app, { recursive: true, filter: (file) => !TRACES.has(basename(file)) });
  const start = async (): Promise<number> => {
    const server = await startServerProcess(
      epigraphDev({ node, app, dataFolder: join(folder, "example-data") }),
    );
    await server.stop();
    return server.readyMs;
  };
  const firstMs = await start();
  const warmMs: number[] = [];
  for (let count = 0; count < WARM_STARTS; count++) warmMs.push(await start());
  return { firstMs, warmMs, coldCallMs: await measureColdCalls({ node, folder }) };
}

/** Times the first call of an app with a large bundle, each after a start of its own. */
async function measureColdCalls({ node, folder }: StartOptions): Promise<readonly number[]> {
  const app = join(folder, "large");
  mkdirSync(join(app, "convex"), { recursive: true });
  writeFileSync(join(app, "package.json"), "{}");
  writeFileSync(join(app, "convex/large.ts"), largeModule());
  const dataFolder = join(folder, "large-data");
  const times: number[] = [];
  for (let count = 0; count < COLD_CALLS; count++) {
    const flags = ["--typecheck=off"];
    const server = await startServerProcess(epigraphDev({ node, app, dataFolder, flags }));
    try {
      const startMs = performance.now();
      const body = JSON.stringify({ path: "large:call", format: "json", args: {} });
      const headers = { "Content-Type": "application/json" };
      const response = await fetch(`${server.functionsUrl}/api/query`, { method: "POST", headers, body });
      const text = await response.text();
      times.push(performance.now() - startMs);
      if (!text.includes('"success"')) throw new Error(text);
    } finally {
      await server.stop();
    }
  }
  return times;
}

/** A module of many small functions, as libraries are, whose query calls some of them. */
function largeModule(): string {
  const lines = [
    'import { query } from "./_generated/server";',
    "const all: ((n: number) => number)[] = [];",
  ];
  for (let length = 0, i = 0; length < BUNDLE_BYTES; i++) {
    const line = `all.push(function step${i}(n) { const parts = ["${i}", String(n)]; return parts.join("-").length + n; });`;
    lines.push(line);
    length += line.length + 1;
  }
  lines.push(
    "const some = all.filter((_, i) => i % 100 === 0);",
    "export const call = query({ args: {}, handler: async () => some.reduce((sum, step) => step(sum) % 1000, 0) });",
  );
  return lines.join("\n");
}
