import { request } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { measureTreeMemory } from "../measure/process-tree.ts";
import type { UploadResult } from "../report/service-result.ts";
import { send } from "../servers/client.ts";
import { type StartOptions, startDatabaseServer } from "../servers/start-server.ts";

const BYTES = 5_000_000_000;
const CHUNK_BYTES = 1_000_000;
const LOOK_MS = 500;

/** Sends one large file through an upload URL, and watches the memory of the server meanwhile. */
export async function measureUpload(options: StartOptions): Promise<UploadResult> {
  const server = await startDatabaseServer(options);
  try {
    const url = await send(server, { method: "POST", path: "/upload-url", body: null });
    const memoryBefore = measureTreeMemory(server.pid);
    let largestMemory = memoryBefore;
    const watch = setInterval(() => {
      const memory = measureTreeMemory(server.pid);
      if (memory !== null && memory > (largestMemory ?? 0)) largestMemory = memory;
    }, LOOK_MS);
    try {
      const startMs = performance.now();
      const answer = await upload(url);
      const seconds = (performance.now() - startMs) / 1000;
      if (!answer.includes('"storageId"')) throw new Error(`The upload was answered with ${answer}`);
      return { bytes: BYTES, seconds, memoryBefore, largestMemory };
    } finally {
      clearInterval(watch);
    }
  } finally {
    await server.stop();
  }
}

async function upload(url: string): Promise<string> {
  const headers = { "Content-Type": "application/octet-stream", "Content-Length": BYTES };
  const outgoing = request(url, { method: "POST", headers });
  const answer = new Promise<string>((resolve, reject) => {
    outgoing.once("error", reject);
    outgoing.once("response", (response) => {
      response.toArray().then((parts: Buffer[]) => resolve(Buffer.concat(parts).toString()), reject);
    });
  });
  const chunk = Buffer.alloc(CHUNK_BYTES, "0123456789abcdefghijklmnopqrstuvwxyz");
  const chunks = function* (): Generator<Buffer> {
    for (let sent = 0; sent < BYTES; sent += CHUNK_BYTES) yield chunk;
  };
  // An early answer says more than the pipe that breaks with it.
  pipeline(Readable.from(chunks(), { objectMode: false }), outgoing).catch(() => {});
  return await answer;
}
