import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { measureTreeMemory } from "../measure/process-tree.ts";
import type { StreamsResult } from "../report/service-result.ts";
import { type StartOptions, startDatabaseServer } from "../servers/start-server.ts";

const STREAMS = 1000;
/** Opened at a time: a listener has room for so many that it has not taken. */
const OPENED_AT_ONCE = 50;
/** What opening has left behind belongs to the opening. */
const SETTLE_MS = 10_000;

/** Opens many responses that go on, and reads the memory of the server while they are open. */
export async function measureStreams(options: StartOptions): Promise<StreamsResult> {
  const server = await startDatabaseServer(options);
  const sockets: Socket[] = [];
  try {
    const { hostname, port } = new URL(server.url);
    const memoryBefore = measureTreeMemory(server.pid);
    while (sockets.length < STREAMS) {
      const opened = Array.from({ length: OPENED_AT_ONCE }, () => open(hostname, Number(port)));
      sockets.push(...(await Promise.all(opened)));
    }
    await sleep(SETTLE_MS);
    return { streams: sockets.length, memoryBefore, memory: measureTreeMemory(server.pid) };
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.stop();
  }
}

/** Resolves when the first piece of the body is there. */
async function open(host: string, port: number): Promise<Socket> {
  const socket = connect(port, host);
  await once(socket, "connect");
  socket.write(`GET /stream HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  let text = "";
  while (!text.includes("first piece")) text += String((await once(socket, "data"))[0]);
  if (!text.startsWith("HTTP/1.1 200 ")) throw new Error(`A stream was answered with ${text}`);
  return socket;
}
