import { readFileSync } from "node:fs";
import { join } from "node:path";
import { listTree, measureTreeMemory } from "../measure/process-tree.ts";
import { epigraphDev } from "../servers/epigraph.ts";
import { type ServerProcess, startServerProcess } from "../servers/server-process.ts";
import { Subscriber } from "./subscriber.ts";

const APP = join(import.meta.dirname, "../realtime-app");
/** Opened at a time: a listener has room for so many that it has not taken. */
const OPENED_AT_ONCE = 100;

/** A fresh server with the app of `bench/realtime-app`. */
export class RealtimeServer implements AsyncDisposable {
  readonly #process: ServerProcess;
  readonly #subscribers: Subscriber[] = [];

  private constructor(process: ServerProcess) {
    this.#process = process;
  }

  static async start(options: { readonly node: string; readonly folder: string }): Promise<RealtimeServer> {
    const { node, folder } = options;
    const command = epigraphDev({ node, app: APP, dataFolder: folder, flags: ["--typecheck=off"] });
    return new RealtimeServer(await startServerProcess(command));
  }

  get url(): string {
    return this.#process.functionsUrl;
  }

  /** Connects clients, closed at the end. */
  async connect(count: number): Promise<readonly Subscriber[]> {
    const connected: Subscriber[] = [];
    while (connected.length < count) {
      const batch = Math.min(OPENED_AT_ONCE, count - connected.length);
      connected.push(...(await Promise.all(Array.from({ length: batch }, () => Subscriber.open(this.url)))));
    }
    this.#subscribers.push(...connected);
    return connected;
  }

  /** Closes all clients that were connected. */
  disconnect(): void {
    for (const subscriber of this.#subscribers.splice(0)) subscriber.close();
  }

  /** Posts a message to a channel, and waits for the answer. */
  async post(channel: number, body: string): Promise<void> {
    const response = await fetch(`${this.url}/api/mutation`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ path: "messages:send", args: { channel, body } }),
    });
    const text = await response.text();
    if (!response.ok || !text.includes('"success"')) throw new Error(text);
  }

  /** Bytes of the whole tree of processes; null where the system does not tell. */
  memory(): number | null {
    return measureTreeMemory(this.#process.pid);
  }

  /** Seconds of processor time that the tree of processes has taken; null where the system does not tell. */
  processorSeconds(): number | null {
    if (process.platform !== "linux") return null;
    const ticks = listTree(this.#process.pid).map((pid) => {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(fields[11]) + Number(fields[12]);
    });
    return ticks.reduce((sum, each) => sum + each, 0) / 100;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect();
    await this.#process.stop();
  }
}
