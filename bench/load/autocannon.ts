import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadGenerator, LoadOptions, LoadOutcome } from "./load-generator.ts";
import { runCommand } from "./run-command.ts";

const PEERS = join(import.meta.dirname, "../peers");

/** The generator for machines without wrk. It takes about as much of a core as the fastest of the servers. */
export function autocannon(): LoadGenerator {
  const manifest = readFileSync(join(PEERS, "node_modules/autocannon/package.json"), "utf8");
  const { version } = JSON.parse(manifest) as { readonly version: string };
  return { name: `autocannon ${version}`, run: (options) => runAutocannon({ ...options, amount: null }) };
}

/** Sends so many requests, however long that takes. */
export function sendAmount(options: Omit<LoadOptions, "seconds">, amount: number): Promise<LoadOutcome> {
  return runAutocannon({ ...options, seconds: 0, amount });
}

async function runAutocannon({
  signal,
  ...job
}: LoadOptions & { readonly amount: number | null }): Promise<LoadOutcome> {
  const args = [join(PEERS, "autocannon.ts")];
  const input = JSON.stringify(job);
  const { exitCode, stdout, stderr } = await runCommand(process.execPath, args, { input, signal });
  if (exitCode !== 0)
    throw new Error(`autocannon ended with exit code ${exitCode}:
${stderr}`);
  return JSON.parse(stdout);
}
