import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadGenerator, LoadOptions, LoadOutcome } from "./load-generator.ts";
import { runCommand } from "./run-command.ts";
import type { HttpRequest } from "./workloads.ts";

const SCRIPT = join(import.meta.dirname, "wrk.lua");

/** Finds `wrk` on the PATH; null when it is not there. `folder` takes the lists of requests. */
export async function findWrk(folder: string): Promise<LoadGenerator | null> {
  let version: string;
  try {
    // The version is the first line of a help text, and the exit code is that of a wrong call.
    version = (await runCommand("wrk", ["-v"])).stdout.split(" ", 2)[1] ?? "";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  let runs = 0;
  return {
    name: `wrk ${version.replace("debian/", "")}`,
    run: async (options) => {
      const list = join(folder, `requests-${runs++}.tsv`);
      writeFileSync(list, options.requests.map(formatLine).join(""));
      try {
        return await runWrk(list, options);
      } finally {
        rmSync(list);
      }
    },
  };
}

async function runWrk(
  list: string,
  { url, connections, seconds, signal }: LoadOptions,
): Promise<LoadOutcome> {
  // One thread outruns any of the servers, and leaves them the other cores.
  const flags = ["--threads", "1", "--connections", `${connections}`, "--duration", `${seconds}s`];
  const args = [...flags, "--script", SCRIPT, url, "--", list];
  const { exitCode, stdout, stderr } = await runCommand("wrk", args, { signal });
  const outcome = /^outcome (.*)$/m.exec(stdout)?.[1];
  if (exitCode !== 0 || outcome === undefined) {
    throw new Error(`wrk ended with exit code ${exitCode}:\n${stdout}${stderr}`);
  }
  return JSON.parse(outcome);
}

function formatLine({ method, path, body }: HttpRequest): string {
  return `${method}\t${path}\t${body ?? ""}\n`;
}
