import { text } from "node:stream/consumers";
import type { CliIo } from "./io.ts";

const USUAL_COLUMNS = 80;

/**
 * This process's own streams and signals. Signals abort once; a second one ends the process at once, for whoever does
 * not want to wait.
 */
export function processIo(): CliIo {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => controller.abort());
  }
  return {
    cwd: process.cwd(),
    env: process.env,
    color: process.stderr.hasColors?.() === true && process.env["NO_COLOR"] === undefined,
    get columns() {
      // A terminal that does not know its width says 0.
      return process.stderr.isTTY ? process.stderr.columns || USUAL_COLUMNS : null;
    },
    stdout: (output) => void process.stdout.write(output),
    stderr: (output) => void process.stderr.write(output),
    readStdin: async () => (process.stdin.isTTY ? null : text(process.stdin)),
    ask: async (question) => {
      if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
      const { createInterface } = await import("node:readline/promises");
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await lines.question(question, { signal: controller.signal });
      } finally {
        lines.close();
      }
    },
    signal: controller.signal,
    now: () => new Date(),
    elapsedMs: () => performance.now(),
  };
}
