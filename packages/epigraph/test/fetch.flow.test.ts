import assert from "node:assert/strict";
import { get } from "node:http";
import { after, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FunctionCaller } from "./support/functions-api.ts";
import { HttpServer } from "./support/http-server.ts";
import { CANNOT_SEE_PROCESSES, descendantsOf, peakMemoryOf } from "./support/process-tree.ts";
import { fixture, startApp } from "./support/start-app.ts";

const BYTES = 100 * 1024 * 1024;
/** Far less than what goes through: buffers, and garbage that is not collected yet. */
const MAX_GROWTH = 64;

const app = await startApp({ copyOf: fixture("fetch") });
after(() => app.stop());
const functions = new FunctionCaller(app);

/** Bytes that the server could write of its last answer. */
let written = 0;

const server = await HttpServer.start((request, response) => {
  if (request.method === "POST") {
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => response.end(String(bytes)));
    return;
  }
  const chunk = Buffer.alloc(64 * 1024);
  written = 0;
  const goOn = (): void => {
    while (written < BYTES) {
      written += chunk.length;
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.on("drain", goOn);
  goOn();
});
after(() => server[Symbol.asyncDispose]());

it("100 MiB go through an action in both directions at flat memory", {
  skip: CANNOT_SEE_PROCESSES,
}, async () => {
  const { origin: url } = server;
  // Whatever is loaded and grown once.
  await functions.action("calls:count", { url });
  const peak = (): number => Math.max(...descendantsOf(app.pid).map(({ pid }) => peakMemoryOf(pid)));
  const before = peak();
  assert.equal(await functions.action("calls:count", { url }), BYTES);
  assert.equal(await functions.action("calls:sendMuch", { url, bytes: BYTES }), String(BYTES));
  assert.ok(peak() - before < MAX_GROWTH, `${before} MiB before, ${peak()} MiB at the peak`);
});

it("a client that does not read stops the server behind the HTTP action that passes its answer on", async () => {
  const client = get(`${app.site}/proxy/?to=${encodeURIComponent(server.origin)}`);
  await new Promise((resolve) => client.once("response", resolve));
  // Until nothing more comes through.
  for (let before = -1; before !== written; await sleep(200)) before = written;
  client.destroy();
  // What the system's own buffers of four sockets take, which is most of it.
  assert.ok(written < 16 * 1024 * 1024, `${written} bytes`);
});
