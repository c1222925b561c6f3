import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export interface CommandOutput {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly input?: string;
  /** Kills the program; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Runs a program to its end. Rejects when there is no such program. */
export async function runCommand(
  file: string,
  args: readonly string[],
  { input = "", signal }: CommandOptions = {},
): Promise<CommandOutput> {
  signal?.throwIfAborted();
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"], signal });
  const closed = Promise.withResolvers<number | null>();
  child.once("error", (error) => closed.reject(signal?.aborted === true ? signal.reason : error));
  child.once("close", closed.resolve);
  // A program that ends without having read its input is judged by its exit code.
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  const [stdout, stderr, exitCode] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    closed.promise,
  ]);
  return { exitCode, stdout, stderr };
}
