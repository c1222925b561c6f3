import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** What a process did to files and sockets, in the order in which the kernel was asked or was done. */
export type TraceEvent =
  | {
      readonly type: "write";
      readonly thread: string;
      readonly file: string;
      readonly offset: number;
      readonly bytes: Buffer;
    }
  | { readonly type: "truncate"; readonly thread: string; readonly file: string; readonly length: number }
  /** What was written before this is on disk after the `synced` of the same thread. */
  | { readonly type: "syncing"; readonly thread: string; readonly file: string }
  | { readonly type: "synced"; readonly thread: string; readonly file: string }
  /** Something is about to be written to a socket. */
  | { readonly type: "sent"; readonly thread: string }
  /** A text is about to be written to standard output. */
  | { readonly type: "printed"; readonly thread: string; readonly text: string };

const CALLS = "pwrite64,write,writev,sendmsg,sendto,fsync,fdatasync,ftruncate";

/** Why no process can be traced here; false where it can. */
export function cannotTrace(): string | false {
  if (process.platform !== "linux") return "only Linux has strace";
  try {
    execFileSync("strace", ["-f", "-o", "/dev/null", "true"], { stdio: ["ignore", "ignore", "pipe"] });
    return false;
  } catch (error) {
    return `strace can't be run: ${(error as Error).message.trim()}`;
  }
}

/** Runs a program of this Node to its end and writes down its calls of the system. @param path of the trace. */
export async function runTraced(
  path: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const options = ["-f", "--seccomp-bpf", "-y", "-xx", "-s", "65536", "-e", `trace=${CALLS}`, "-o", path];
  const child = spawn("strace", [...options, process.execPath, ...args], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, ...env },
  });
  await once(child, "close");
}

const LINE = /^(\d+) +(?:(\w+)\((\d+)<([^>]*)>|<\.\.\. (\w+) resumed>)/;
const PAYLOAD = /^, "((?:\\x[0-9a-f]{2})*)", \d+(?:, (\d+))?/;

/** Reads a trace. Of a call that another thread's call interrupts, strace writes the end on a line of its own. */
export async function* readTrace(path: string): AsyncGenerator<TraceEvent> {
  const waiting = new Map<string, TraceEvent>();
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const [head, thread, call, descriptor, name] = LINE.exec(line) ?? [];
    if (head === undefined || thread === undefined) continue;
    if (call === undefined) {
      const event = waiting.get(thread);
      waiting.delete(thread);
      if (event !== undefined && !line.includes(") = -1")) yield event;
      continue;
    }
    const rest = line.slice(head.length);
    const done = begin(thread, call, descriptor as string, fromHex(name as string).toString(), rest);
    if (done === null) continue;
    if (done.type === "synced") yield { type: "syncing", thread, file: done.file };
    // Whoever listens may know from the beginning of such a call.
    if (done.type === "sent" || done.type === "printed") yield done;
    else if (line.endsWith("<unfinished ...>")) waiting.set(thread, done);
    else if (!line.includes(") = -1")) yield done;
  }
}

/** What a call has done when it is over. */
function begin(
  thread: string,
  call: string,
  descriptor: string,
  name: string,
  rest: string,
): TraceEvent | null {
  const [, payload = "", offset] = PAYLOAD.exec(rest) ?? [];
  switch (call) {
    case "pwrite64":
      return { type: "write", thread, file: name, offset: Number(offset), bytes: fromHex(payload) };
    case "ftruncate":
      return { type: "truncate", thread, file: name, length: Number(/^, (\d+)/.exec(rest)?.[1]) };
    case "fsync":
    case "fdatasync":
      return { type: "synced", thread, file: name };
    default:
      if (descriptor === "1") return { type: "printed", thread, text: fromHex(payload).toString() };
      return name.startsWith("socket:") ? { type: "sent", thread } : null;
  }
}

function fromHex(hex: string): Buffer {
  return Buffer.from(hex.replaceAll("\\x", ""), "hex");
}
