import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";

/**
 * How often this process syncs a file to disk while `run` goes on, in whatever thread.
 * @param notes a file for what strace finds; removed afterwards.
 * @returns null where there is no strace, or it may not look at this process.
 */
export async function countSyncs(
  path: string,
  notes: string,
  run: () => Promise<void>,
): Promise<number | null> {
  const args = ["-f", "-y", "-e", "trace=fsync,fdatasync", "-o", notes, "-p", String(process.pid)];
  const strace = spawn("strace", args, { stdio: ["ignore", "ignore", "pipe"] });
  const gone = new Promise<void>((resolve) => {
    strace.once("error", () => resolve());
    strace.once("close", () => resolve());
  });
  const isAttached = await Promise.race([
    once(strace.stderr, "data").then(([text]) => String(text).includes("attached")),
    gone.then(() => false),
  ]);
  try {
    if (!isAttached) return null;
    await run();
    strace.kill("SIGINT");
    await gone;
    // A call that another thread interrupts in the notes has a second line, which names no file.
    return readFileSync(notes, "utf8")
      .split("\n")
      .filter((line) => line.includes(`<${path}>`)).length;
  } finally {
    strace.kill("SIGINT");
    rmSync(notes, { force: true });
  }
}
