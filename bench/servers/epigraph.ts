import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { ServerCommand } from "./server-process.ts";

const ROOT = join(import.meta.dirname, "../..");
const EXECUTABLE = join(ROOT, "node_modules/epigraph/bin/epigraph.js");

export const BENCH_APP: string = join(ROOT, "bench/app");
/** The app of the parts that measure the database alone, without peers. */
export const DATABASE_APP: string = join(ROOT, "bench/database-app");
export const EXAMPLE_APP: string = join(ROOT, "examples/messages");

export interface EpigraphOptions {
  /** The executable of Node.js. */
  readonly node: string;
  readonly app: string;
  /** Made when missing. */
  readonly dataFolder: string;
  /** More flags of `epigraph dev`. */
  readonly flags?: readonly string[];
}

/** The command `epigraph dev`, as a user starts it. */
export function epigraphDev({ node, app, dataFolder, flags = [] }: EpigraphOptions): ServerCommand {
  mkdirSync(dataFolder, { recursive: true });
  const ports = ["--port", "0", "--site-port", "0"];
  return {
    file: node,
    args: [EXECUTABLE, "dev", "--dir", app, "--data", dataFolder, ...ports, ...flags],
    findUrl: (printed) => /ready in \d+ ms: .*HTTP actions at (http:\S+)/.exec(printed)?.[1] ?? null,
    findFunctionsUrl: (printed) => /ready in \d+ ms: functions at (http:[^\s,]+)/.exec(printed)?.[1] ?? null,
  };
}
