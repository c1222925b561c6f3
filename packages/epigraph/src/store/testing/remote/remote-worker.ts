// The thread of remote stores, started by `remote-host.ts`: stands for what speaks to a database over a network.
import { parentPort } from "node:worker_threads";
import { SqliteStore } from "../../sqlite/sqlite-store.ts";
import { StoreError } from "../../store.ts";
import type { RemoteGreeting, RemoteHandlers, RemoteMessage, RemoteReply } from "./remote-messages.ts";
import { serveSnapshots } from "./serve-snapshots.ts";
import { serveWriter } from "./serve-writer.ts";

const network = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

parentPort!.on("message", ({ folder, side, latencyMs, port, answered }: RemoteGreeting) => {
  const store = new SqliteStore(folder);
  const handlers: RemoteHandlers = side === "writer" ? serveWriter(store) : serveSnapshots(store);
  port.on("message", ({ operation, request, isAwaited }: RemoteMessage) => {
    if (latencyMs > 0) Atomics.wait(network, 0, 0, latencyMs);
    const reply = handle(handlers[operation] as (request: unknown) => unknown, request);
    if (!isAwaited) return;
    port.postMessage(reply);
    Atomics.store(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
});

function handle(operation: (request: unknown) => unknown, request: unknown): RemoteReply {
  try {
    return { type: "answer", answer: operation(request) };
  } catch (error) {
    const { message } = error as Error;
    return { type: "error", code: error instanceof StoreError ? error.code : "StoreBroken", message };
  }
}
